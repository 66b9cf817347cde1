"""What the custodian's officers say about money that came."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from api.fields import Day, MoneyInput, OneOf, PublicId, StrictSerializer, Text

FACTOR_CODE = "A fresh code of your authenticator, or a recovery code."


class PaymentInput(StrictSerializer):
    """Money that came: for a pledge, from the village (`kind` village, with `project`), or of unknown origin."""

    custodian = PublicId(required=False, help_text="Only for money of unknown origin.")
    pledge = PublicId(required=False)
    project = PublicId(required=False, help_text="Only with kind `village`.")
    kind = OneOf(choices=["transfer", "cash", "village"])
    amount = MoneyInput()
    received_on = Day()
    reference = Text(max_length=80, required=False, allow_blank=True, help_text="The bank's number, or the slip's.")
    payer_note = Text(max_length=300, required=False, allow_blank=True, help_text="Private.")
    evidence = PublicId(required=False, help_text="Document of kind `bank_line` or `receipt`.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Say what it is for, in one way."""
        needed = "project" if attrs["kind"] == "village" else None
        named = [name for name in ("custodian", "pledge", "project") if name in attrs]
        if len(named) != 1 or (needed is not None and named != [needed]) or (needed is None and "project" in attrs):
            raise serializers.ValidationError(
                _("Name the pledge; for the village's money the project; for money of unknown origin the custodian.")
            )
        return attrs


class FactorInput(StrictSerializer):
    """A signature."""

    code = Text(max_length=40, help_text=FACTOR_CODE)


class RefuseInput(StrictSerializer):
    """Why not."""

    reason = Text(max_length=300)
