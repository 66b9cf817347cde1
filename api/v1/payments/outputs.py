"""How a payment looks to the custodian's officers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.exchange import ExchangeRateField
from api.fields import MoneyField
from funds.payments.models import ConfirmedHow, Payment, PaymentKind, PaymentStatus


class PaymentOutput(serializers.Serializer[Any]):
    """A payment. Only officers of its custodian see it; the public sees its entry in the ledger."""

    id = serializers.CharField(source="public_id")
    custodian = serializers.CharField(source="custodian.public_id")
    project = serializers.SerializerMethodField()
    pledge = serializers.CharField(source="pledge_ref")
    kind = serializers.ChoiceField(choices=PaymentKind.choices)
    amount = MoneyField("amount_minor")
    plan_amount = MoneyField(
        "plan_amount_minor",
        "project.currency",
        allow_null=True,
        help_text="What it counts in the plan; null where it came in the plan's currency, or for no project yet.",
    )
    exchange = ExchangeRateField(help_text="By which rate.")
    status = serializers.ChoiceField(choices=PaymentStatus.choices)
    received_on = serializers.DateField()
    reference = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    confirmed_how = serializers.ChoiceField(choices=[("", ""), *ConfirmedHow.choices])
    decided_at = serializers.DateTimeField(allow_null=True)
    refused_reason = serializers.CharField()
    entry = serializers.UUIDField(source="entry_id", allow_null=True)

    def get_project(self, payment: Payment) -> str | None:
        """Return what it is for; nothing while that is unknown."""
        return payment.project.public_id if payment.project else None
