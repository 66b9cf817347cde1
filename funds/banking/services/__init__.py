"""What is done with bank accounts and their statements."""

from .accounts import account_screen_again, bank_account_open, columns_save
from .explaining import line_explain, line_lock, line_unexplain, lines_blank
from .importing import ImportReport, statement_import, statement_look
from .keeping import upload_forget, upload_keep, upload_kept
from .looking import expected, lines_free, lines_look_again, lines_suggest, lines_waiting
from .picturing import pay_picture_agree, pay_picture_put, pay_picture_remove, pay_picture_shown, pay_pictures
from .referring import group_of, reference_for, references_of

__all__ = [
    "ImportReport",
    "account_screen_again",
    "bank_account_open",
    "columns_save",
    "expected",
    "group_of",
    "line_explain",
    "line_lock",
    "line_unexplain",
    "lines_blank",
    "lines_free",
    "lines_look_again",
    "lines_suggest",
    "lines_waiting",
    "pay_picture_agree",
    "pay_picture_put",
    "pay_picture_remove",
    "pay_picture_shown",
    "pay_pictures",
    "reference_for",
    "references_of",
    "statement_import",
    "statement_look",
    "upload_forget",
    "upload_keep",
    "upload_kept",
]
