"""What is done with bank accounts and their statements."""

from .accounts import bank_account_open, columns_save
from .importing import ImportReport, statement_import, statement_look

__all__ = ["ImportReport", "bank_account_open", "columns_save", "statement_import", "statement_look"]
