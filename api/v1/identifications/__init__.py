"""Money of unknown origin that finds its pledge."""
