"""What one fact about money sets off, in one transaction: the services that doors call wherever money is meant.

Locks are taken in this order everywhere: command, payment, pool, proposal, gift, project, pledge, reservation, rule,
ledger balances. (One command comes later, see `funds.pools.services.locking`.)
"""

from .arriving import payment_fact_apply
from .assets import asset_code
from .banked import (
    box_cash_bank_ask,
    box_cash_bank_confirm,
    box_cash_bank_refuse,
    cash_line_link,
    cash_take_back_approve,
    cash_take_back_ask,
    cash_take_back_refuse,
    pool_cash_bank,
)
from .charging import (
    card_consent,
    card_fact_apply,
    charge_take,
    pledge_card_offered,
    pledge_card_save,
    pledge_card_stop,
)
from .correcting import payment_correct_approve, payment_correct_ask, payment_correct_refuse
from .deciding import Shortfall, project_extend_and_tell, project_shortfall
from .ending import promises_end
from .identifying import payment_identify_approve, payment_identify_ask, payment_identify_refuse
from .monthly import (
    pool_gift_pay,
    standing_agreed,
    standing_card,
    standing_card_offered,
    standing_card_save,
    standing_card_stop,
    standing_consent,
)
from .monthly_projects import (
    instalments_due,
    monthly_card,
    monthly_card_offered,
    monthly_card_save,
    monthly_card_stop,
    monthly_consent,
    monthly_end_and_forget,
)
from .opening import project_open_with_money
from .payments import (
    payment_confirm_by_payer,
    payment_refuse_by_payer,
    pledge_pay,
    pledge_payment_record,
    unidentified_payment_record,
    village_payment_record,
)
from .payouts import payout_explain, payout_line, payout_lines
from .pledging import (
    pledge_confirm_and_match,
    pledge_lapse_and_release,
    pledge_prolong,
    pledge_withdraw_and_release,
)
from .pooling import (
    pool_cash_confirm,
    pool_cash_confirm_by_payer,
    pool_cash_record,
    pool_cash_refuse,
    pool_payment_record,
    pool_payment_refuse_by_payer,
)
from .proposing import ballot_cast_and_book, proposal_book
from .refunds import (
    project_cancel_and_refund,
    project_expire_and_refund,
    refund_confirm,
    refund_not_sent,
    refund_send,
)
from .returning.giving_back import gift_back_ask, gift_back_pay, gift_back_refuse
from .returning.many import refunds_confirm_many, refunds_send_many
from .returning.moving import gift_move, move_refuse, wish_change
from .returning.sending_list import back_account_set
from .returning.surplus import surplus_open
from .returning.working import batch_work, batches_waiting
from .tick import TickReport, tick
from .transferring import transfer_close_confirm, transfer_receive, transfer_refuse, transfer_send
from .watching import flag_agree, flag_decide, flag_disagree, flag_object

__all__ = [
    "Shortfall",
    "TickReport",
    "asset_code",
    "back_account_set",
    "ballot_cast_and_book",
    "batch_work",
    "batches_waiting",
    "box_cash_bank_ask",
    "box_cash_bank_confirm",
    "box_cash_bank_refuse",
    "card_consent",
    "card_fact_apply",
    "cash_line_link",
    "cash_take_back_approve",
    "cash_take_back_ask",
    "cash_take_back_refuse",
    "charge_take",
    "flag_agree",
    "flag_decide",
    "flag_disagree",
    "flag_object",
    "gift_back_ask",
    "gift_back_pay",
    "gift_back_refuse",
    "gift_move",
    "instalments_due",
    "monthly_card",
    "monthly_card_offered",
    "monthly_card_save",
    "monthly_card_stop",
    "monthly_consent",
    "monthly_end_and_forget",
    "move_refuse",
    "payment_confirm_by_payer",
    "payment_correct_approve",
    "payment_correct_ask",
    "payment_correct_refuse",
    "payment_fact_apply",
    "payment_identify_approve",
    "payment_identify_ask",
    "payment_identify_refuse",
    "payment_refuse_by_payer",
    "payout_explain",
    "payout_line",
    "payout_lines",
    "pledge_card_offered",
    "pledge_card_save",
    "pledge_card_stop",
    "pledge_confirm_and_match",
    "pledge_lapse_and_release",
    "pledge_pay",
    "pledge_payment_record",
    "pledge_prolong",
    "pledge_withdraw_and_release",
    "pool_cash_bank",
    "pool_cash_confirm",
    "pool_cash_confirm_by_payer",
    "pool_cash_record",
    "pool_cash_refuse",
    "pool_gift_pay",
    "pool_payment_record",
    "pool_payment_refuse_by_payer",
    "project_cancel_and_refund",
    "project_expire_and_refund",
    "project_extend_and_tell",
    "project_open_with_money",
    "project_shortfall",
    "promises_end",
    "proposal_book",
    "refund_confirm",
    "refund_not_sent",
    "refund_send",
    "refunds_confirm_many",
    "refunds_send_many",
    "standing_agreed",
    "standing_card",
    "standing_card_offered",
    "standing_card_save",
    "standing_card_stop",
    "standing_consent",
    "surplus_open",
    "tick",
    "transfer_close_confirm",
    "transfer_receive",
    "transfer_refuse",
    "transfer_send",
    "unidentified_payment_record",
    "village_payment_record",
    "wish_change",
]
