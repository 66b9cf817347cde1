"""What is done with bank accounts and their statements."""

from .accounts import account_screen_again, bank_account_open, columns_save
from .explaining import line_explain, line_unexplain
from .importing import ImportReport, statement_import, statement_look
from .referring import group_of, reference_for

__all__ = [
    "ImportReport",
    "account_screen_again",
    "bank_account_open",
    "columns_save",
    "group_of",
    "line_explain",
    "line_unexplain",
    "reference_for",
    "statement_import",
    "statement_look",
]
