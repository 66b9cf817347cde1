"""Money between custodians."""
