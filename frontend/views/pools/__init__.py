"""Pages of pools: for everyone, for those who give, for those who decide, and for those who hold the money."""
