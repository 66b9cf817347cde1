"""Payments, for the custodian's officers."""
