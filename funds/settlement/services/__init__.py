"""What one fact about money sets off, in one transaction: the services that doors call wherever money is meant.

Locks are taken in this order everywhere: command, payment, project, pledge, reservation, ledger balances.
"""

from .arriving import payment_fact_apply
from .assets import asset_code
from .correcting import payment_correct_approve, payment_correct_ask, payment_correct_refuse
from .ending import promises_end
from .identifying import payment_identify_approve, payment_identify_ask, payment_identify_refuse
from .opening import project_open_with_money
from .payments import (
    payment_confirm_by_payer,
    payment_refuse_by_payer,
    pledge_pay,
    pledge_payment_record,
    unidentified_payment_record,
    village_payment_record,
)
from .pledging import (
    pledge_confirm_and_match,
    pledge_lapse_and_release,
    pledge_prolong,
    pledge_withdraw_and_release,
)
from .refunds import (
    project_cancel_and_refund,
    project_expire_and_refund,
    refund_confirm,
    refund_not_sent,
    refund_send,
)
from .tick import TickReport, tick

__all__ = [
    "TickReport",
    "asset_code",
    "payment_confirm_by_payer",
    "payment_correct_approve",
    "payment_correct_ask",
    "payment_correct_refuse",
    "payment_fact_apply",
    "payment_identify_approve",
    "payment_identify_ask",
    "payment_identify_refuse",
    "payment_refuse_by_payer",
    "pledge_confirm_and_match",
    "pledge_lapse_and_release",
    "pledge_pay",
    "pledge_payment_record",
    "pledge_prolong",
    "pledge_withdraw_and_release",
    "project_cancel_and_refund",
    "project_expire_and_refund",
    "project_open_with_money",
    "promises_end",
    "refund_confirm",
    "refund_not_sent",
    "refund_send",
    "tick",
    "unidentified_payment_record",
    "village_payment_record",
]
