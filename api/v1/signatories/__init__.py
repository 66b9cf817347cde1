"""Who signs from outside, and how that changes."""
