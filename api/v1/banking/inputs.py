"""What officers say about accounts, statements and lines; and a payer about money that is not seen."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from api.fields import LARGEST_MINOR, Day, OneOf, PublicId, StrictSerializer, Text, Truth
from api.v1.payments.inputs import FACTOR_CODE
from birge.money import EXPONENTS
from funds.banking.reading import FORMATS


class BankAccountInput(StrictSerializer):
    """An account whose statements will be taken in."""

    custodian = PublicId()
    number = Text(max_length=64, help_text="As the bank writes it.")
    currency = OneOf(choices=sorted(EXPONENTS))
    name = Text(max_length=120)
    opened_on = Day()


class StatementInput(StrictSerializer):
    """A bank's file (multipart/form-data): 1C, camt.053, MT940, CSV or XLSX, at most 15 MB here."""

    file = serializers.FileField()
    format = OneOf(choices=["auto", *FORMATS], required=False)
    dry_run = OneOf(choices=["yes", "no"], required=False, help_text="`yes` only says what would be done.")


class LineAcceptInput(StrictSerializer):
    """What a line that brought money is: exactly one of these."""

    pledge = PublicId(required=False)
    pool_gift = PublicId(required=False)
    payment = PublicId(required=False, help_text="One that was written down by hand already.")
    unidentified = Truth(required=False, help_text="`true`: nobody knows whose it is.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Say it in one way."""
        if len(attrs) != 1 or attrs.get("unidentified") is False:
            raise serializers.ValidationError(_("Say what this line is, in exactly one way."))
        return attrs


class LineLinkInput(StrictSerializer):
    """What a line that took money is."""

    ref = PublicId(help_text="Public identifier of a tranche, a refund, or a return of unknown money.")


class StrayReturnInput(StrictSerializer):
    """Money of unknown origin was sent back: by the number of the bank's line, or by the line itself."""

    payment = PublicId()
    bank_reference = Text(max_length=80, required=False)
    line = PublicId(required=False)
    code = Text(max_length=40, help_text=FACTOR_CODE)


class MissingInput(StrictSerializer):
    """“I have paid and you do not see it” (multipart/form-data)."""

    paid_on = Day()
    amount_minor = serializers.IntegerField(min_value=1, max_value=LARGEST_MINOR)
    bank = Text(max_length=120)
    note = Text(max_length=300, required=False, allow_blank=True)
    file = serializers.FileField(help_text="A photo or PDF of the slip.")


class ClaimFoundInput(StrictSerializer):
    """Which money it is: a line of the bank, or a payment of unknown origin."""

    line = PublicId(required=False)
    payment = PublicId(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Name one."""
        if len(attrs) != 1:
            raise serializers.ValidationError(_("Say what this line is, in exactly one way."))
        return attrs
