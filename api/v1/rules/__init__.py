"""Matching rules of pools: their data and words, and the reports of their rounds. Read only."""
