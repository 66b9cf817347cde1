"""Block lists, and who was looked up in them."""
