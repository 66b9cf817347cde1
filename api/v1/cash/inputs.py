"""What is said about cash that comes to the bank, and about how much one person may have in hand."""

from __future__ import annotations

from rest_framework import serializers

from api.fields import MoneyInput, PublicId, ShareMoneyInput, StrictSerializer, Text
from api.v1.payments.inputs import FactorInput

LINE = "The statement's line. Its sum must be exactly this one."


class BankingInput(StrictSerializer):
    """Cash of the custodian's own box came to its bank. `line`, or else `bank_reference`."""

    custodian = PublicId()
    amount = MoneyInput()
    line = PublicId(required=False, help_text=LINE)
    bank_reference = Text(
        max_length=80, required=False, allow_blank=True, help_text="The bank's number, or the slip's."
    )
    bank_line = PublicId(required=False, help_text="Document of kind `bank_line` or `receipt`.")


class LinkInput(FactorInput):
    """Which bankings a line of the statement is: together exactly its sum."""

    line = PublicId(help_text="The statement's line.")
    bankings = serializers.ListField(child=PublicId(), min_length=1, max_length=100)


class CeilingInput(FactorInput):
    """How much one person may have in hand at most; never more than the platform allows."""

    amount = ShareMoneyInput()
    reason = Text(max_length=300, help_text="Where it was agreed on.")
