"""Rules that anyone can recompute: pure Python, no Django, no clock, no database."""
