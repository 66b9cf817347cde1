"""Asking for, signing and paying tranches, and the receipts that document them."""

from .expenses import expense_accept, expense_refuse, expense_submit
from .releases import release_ask, release_pay, release_refuse, release_sign

__all__ = [
    "expense_accept",
    "expense_refuse",
    "expense_submit",
    "release_ask",
    "release_pay",
    "release_refuse",
    "release_sign",
]
