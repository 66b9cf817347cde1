"""Organisations that were verified: read only."""
