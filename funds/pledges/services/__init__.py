"""What can be done with a pledge. What also moves the ledger's match or the project is in `funds.settlement`."""

from .confirming import confirmation_resend, contact_prove, horizon_from, pledge_confirm, pledge_prolong
from .ending import (
    pledge_collect,
    pledge_credit_change,
    pledge_erase_person,
    pledge_lapse,
    pledge_refunded,
    pledge_shrink,
    pledge_withdraw,
    pledges_mark_due,
    pledges_unmark_due,
    remainder_open,
)
from .making import amount_worth, confirmation_send, pledge_make
from .moved import pledge_make_moved
from .pooled import pledge_make_for_pool
from .transitions import history_write, pledge_lock, pledge_move

__all__ = [
    "amount_worth",
    "confirmation_resend",
    "confirmation_send",
    "contact_prove",
    "history_write",
    "horizon_from",
    "pledge_collect",
    "pledge_confirm",
    "pledge_credit_change",
    "pledge_erase_person",
    "pledge_lapse",
    "pledge_lock",
    "pledge_make",
    "pledge_make_for_pool",
    "pledge_make_moved",
    "pledge_move",
    "pledge_prolong",
    "pledge_refunded",
    "pledge_shrink",
    "pledge_withdraw",
    "pledges_mark_due",
    "pledges_unmark_due",
    "remainder_open",
]
