"""Gifts to pools: one's own, and each by the token of its signed link."""
