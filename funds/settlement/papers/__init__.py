"""Receipts on paper: of a gift, of money given back, and of a donor's year. With the file that proves them inside."""

from .facts import gift_back_receipt, gift_receipt, refund_receipt
from .paper import receipt_pdf
from .year import Year, year_of, year_pdf, years_of

__all__ = [
    "Year",
    "gift_back_receipt",
    "gift_receipt",
    "receipt_pdf",
    "refund_receipt",
    "year_of",
    "year_pdf",
    "years_of",
]
