"""Pages of a village administration: one thing per page, the next step first."""
