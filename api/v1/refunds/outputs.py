"""How a refund looks to the custodian's officers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import MoneyField, MoneyOutput, money_out
from funds.releases.models import Refund, RefundStatus
from funds.settlement.services.refunds import refund_money


class RefundOutput(serializers.Serializer[Any]):
    """What goes back for one payment. Only officers of its custodian see it; the public sees its entry."""

    id = serializers.CharField(source="public_id")
    custodian = serializers.CharField(source="custodian.public_id")
    project = serializers.CharField(source="project.public_id")
    payment = serializers.CharField(source="payment.public_id")
    amount = MoneyField("amount_minor", help_text="In the currency of the project's plan.")
    sent = serializers.SerializerMethodField(help_text="What is really sent, and in which currency.")
    status = serializers.ChoiceField(choices=RefundStatus.choices)
    due_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    bank_reference = serializers.CharField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    entry = serializers.UUIDField(source="entry_id", allow_null=True)

    @extend_schema_field(MoneyOutput)
    def get_sent(self, refund: Refund) -> Any:
        """Return it: what came by card goes back in its own currency."""
        sent = refund_money(refund)
        return money_out(sent.minor, sent.currency)
