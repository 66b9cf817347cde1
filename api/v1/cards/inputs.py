"""What the custodian's officers say about cards after they have paid, and about the reserve."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from api.fields import MoneyInput, OneOf, PublicId, StrictSerializer, Text
from funds.payments.providers.stripe.models import Decision


class CardRefundInput(StrictSerializer):
    """So much of a card's payment goes back to its card."""

    payment = PublicId()
    amount = MoneyInput()
    reason = Text(max_length=300)


class PayoutTieInput(StrictSerializer):
    """Which line of the bank's statement it is."""

    line = PublicId()


class ReserveInput(StrictSerializer):
    """Own money for the reserve (`custodian`, `reference`), or what covers a shortfall from it (`project`)."""

    custodian = PublicId(required=False)
    project = PublicId(required=False)
    amount = MoneyInput()
    reference = Text(max_length=80, required=False, help_text="The number of the bank's line; only to fill it.")
    reason = Text(max_length=300)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Say which of the two it is."""
        if ("custodian" in attrs) == ("project" in attrs) or ("reference" in attrs) != ("custodian" in attrs):
            raise serializers.ValidationError(_("Name the custodian and the bank’s number, or the project."))
        return attrs


class ExplainInput(StrictSerializer):
    """What it is, and what is to be done."""

    decision = OneOf(choices=Decision.values)
    reason = Text(max_length=300)
