"""Checking a ledger without trusting whoever keeps it: from an export, from an address, or from a receipt alone."""
