"""What the pages of a village administration show."""
