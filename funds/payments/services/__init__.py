"""What can be done with a payment. What it sets off in the ledger, the pledge and the project is in settlement."""

from .arriving import payment_arrived
from .deciding import (
    payment_confirm,
    payment_confirm_by_payer,
    payment_confirm_by_pool,
    payment_lock,
    payment_refuse,
    payment_refuse_by_payer,
    payment_refuse_by_pool,
    transition_check,
)
from .methods import payment_method_set
from .recording import payment_record
from .reserving import reserve_cover_ask, reserve_fill_ask, reserve_minor, reserve_move_agree, reserve_move_refuse

__all__ = [
    "payment_arrived",
    "payment_confirm",
    "payment_confirm_by_payer",
    "payment_confirm_by_pool",
    "payment_lock",
    "payment_method_set",
    "payment_record",
    "payment_refuse",
    "payment_refuse_by_payer",
    "payment_refuse_by_pool",
    "reserve_cover_ask",
    "reserve_fill_ask",
    "reserve_minor",
    "reserve_move_agree",
    "reserve_move_refuse",
    "transition_check",
]
