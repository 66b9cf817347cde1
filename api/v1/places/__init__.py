"""Places: read only."""
