"""Receipts that document what was released."""
