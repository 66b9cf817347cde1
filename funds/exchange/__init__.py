"""Custodians exchange money at their bank: written down, agreed to by another, booked; and what it gave or took."""
