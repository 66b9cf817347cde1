"""What the pages of pools show."""
