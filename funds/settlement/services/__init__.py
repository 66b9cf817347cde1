"""What one fact about money sets off, in one transaction: the services that doors call wherever money is meant.

Locks are taken in this order everywhere: command, payment, project, pledge, reservation, ledger balances.
"""

from .arriving import asset_code, payment_fact_apply
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
from .tick import TickReport, tick

__all__ = [
    "TickReport",
    "asset_code",
    "payment_confirm_by_payer",
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
    "project_open_with_money",
    "promises_end",
    "tick",
    "unidentified_payment_record",
    "village_payment_record",
]
