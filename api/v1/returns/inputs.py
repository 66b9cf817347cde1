"""What donors and officers say about money that goes back."""

from __future__ import annotations

from rest_framework import serializers

from api.fields import MoneyInput, OneOf, PublicId, StrictSerializer, Text, WholeNumber
from api.v1.payments.inputs import FACTOR_CODE
from funds.returns.models import ACCOUNT_LENGTH, NAME_LENGTH, WishChoice


class WishInput(StrictSerializer):
    """What is to become of a gift whose project does not happen."""

    choice = OneOf(choices=WishChoice.choices)


class AccountInput(StrictSerializer):
    """Where the donor wants the money; all empty deletes it."""

    holder = Text(max_length=NAME_LENGTH, allow_blank=True)
    account = Text(max_length=ACCOUNT_LENGTH, allow_blank=True)
    bank = Text(max_length=NAME_LENGTH, allow_blank=True, required=False)


class PairInput(StrictSerializer):
    """A refund, and the line of the bank by which it left."""

    refund = PublicId()
    line = PublicId()


class SendManyInput(StrictSerializer):
    """Many refunds that left."""

    custodian = PublicId()
    refunds = PairInput(many=True)
    code = Text(max_length=40, help_text=FACTOR_CODE)


class ConfirmManyInput(StrictSerializer):
    """A list that another officer saw."""

    custodian = PublicId()
    refunds = serializers.ListField(child=PublicId())
    total_minor = WholeNumber(help_text="The sum of the list as it was seen, in minor units.")
    code = Text(max_length=40, help_text=FACTOR_CODE)


class GiftBackInput(StrictSerializer):
    """A donor asks for a gift while its project is built."""

    payment = PublicId()
    amount = MoneyInput()
    reason = Text(max_length=300)
