"""Pledges, by guests and by people with an account."""
