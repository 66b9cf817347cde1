"""What a bank's statement sets off in our books: its lines become payments, are linked to what left, or are set aside.

Locks: command, the bank's line, payment, pool, gift, project, pledge, ledger balances.
"""

from .aside import line_aside_agree, line_aside_ask, line_aside_end
from .claiming import claim_answer, claim_check, claim_found, claim_identify, claim_make
from .expected import awaited, purpose_of
from .forgetting import group_forget
from .freeing import line_free
from .leaving import line_link_out, line_parts, line_unlink_out, out_candidates
from .looking import Look, file_lines, lines_look, lines_to_confirm
from .returning import stray_confirm, stray_not_sent, stray_send
from .taking import Taken, line_link, line_take, line_take_unknown, lines_take, payments_like, statement_confirm

__all__ = [
    "Look",
    "Taken",
    "awaited",
    "claim_answer",
    "claim_check",
    "claim_found",
    "claim_identify",
    "claim_make",
    "file_lines",
    "group_forget",
    "line_aside_agree",
    "line_aside_ask",
    "line_aside_end",
    "line_free",
    "line_link",
    "line_link_out",
    "line_parts",
    "line_take",
    "line_take_unknown",
    "line_unlink_out",
    "lines_look",
    "lines_take",
    "lines_to_confirm",
    "out_candidates",
    "payments_like",
    "purpose_of",
    "statement_confirm",
    "stray_confirm",
    "stray_not_sent",
    "stray_send",
]
