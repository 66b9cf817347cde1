"""Releases: asking, signing, paying."""
