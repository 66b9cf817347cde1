"""What is done about cash in somebody's hands. Who takes it, and which pool it is for, `funds.settlement` knows."""

from .bankings import (
    banking_book,
    banking_lock,
    banking_mirror,
    banking_move,
    banking_write,
    deposit_make,
    deposit_undo,
    parts_of,
)
from .ceilings import ceiling_check, ceiling_set
from .offices import office_lock
from .receipts import receipt_write

__all__ = [
    "banking_book",
    "banking_lock",
    "banking_mirror",
    "banking_move",
    "banking_write",
    "ceiling_check",
    "ceiling_set",
    "deposit_make",
    "deposit_undo",
    "office_lock",
    "parts_of",
    "receipt_write",
]
