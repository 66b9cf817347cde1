"""Pools: money of associations and matching donors, what comes in, and their months."""
