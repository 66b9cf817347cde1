"""Proposals: what is to become of a pool's money, who agreed, and what was booked."""
