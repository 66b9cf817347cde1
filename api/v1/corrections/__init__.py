"""Mistakes with payments, put right."""
