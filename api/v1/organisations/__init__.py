"""Organisations that were verified, what those with pools agreed on, and who asks to join."""
