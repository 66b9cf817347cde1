"""What officers of the two custodians say about a transfer."""

from __future__ import annotations

from api.fields import Day, MoneyInput, OneOf, PublicId, StrictSerializer, Text, Truth
from api.v1.payments.inputs import FACTOR_CODE
from funds.transfers.states import ClosedHow

_BIC = "8 or 11 letters and digits."
_LINE = "A line of a statement that was taken in, if it is there yet."
_PAPER = "Document of kind `bank_line` or `receipt`."


class RouteInput(StrictSerializer):
    """By which banks it will go. All of them are looked up in the block lists."""

    sender_bank = Text(max_length=160)
    sender_bic = Text(max_length=14, required=False, allow_blank=True, help_text=_BIC)
    receiver_bank = Text(max_length=160)
    receiver_bic = Text(max_length=14, required=False, allow_blank=True, help_text=_BIC)
    receiver_account = Text(max_length=80)
    via_bank = Text(max_length=160, required=False, allow_blank=True, help_text="A bank in between, where it is known.")
    via_bic = Text(max_length=14, required=False, allow_blank=True, help_text=_BIC)
    paper = PublicId(required=False, help_text="A document about it, such as a contract.")


class TransferSendInput(StrictSerializer):
    """It has left."""

    sent_on = Day()
    bank_reference = Text(max_length=80, help_text="The number of the bank's line.")
    line = PublicId(required=False, help_text=_LINE)
    bank_line = PublicId(required=False, help_text=_PAPER)
    code = Text(max_length=40, help_text=FACTOR_CODE)


class TransferReceiveInput(StrictSerializer):
    """It is there."""

    amount = MoneyInput(help_text="What came, in the currency in which it was sent.")
    rest_is_fee = Truth(required=False, help_text="Less came than was sent: banks on the way kept the rest.")
    received_on = Day()
    bank_reference = Text(max_length=80, help_text="The number of the bank's line.")
    line = PublicId(required=False, help_text=_LINE)
    bank_line = PublicId(required=False, help_text=_PAPER)
    code = Text(max_length=40, help_text=FACTOR_CODE)


class ClosingInput(StrictSerializer):
    """It did not arrive."""

    how = OneOf(choices=ClosedHow.choices)
    reason = Text(max_length=300)
