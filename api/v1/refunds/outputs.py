"""How a refund looks to the custodian's officers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.fields import MoneyField
from funds.releases.models import RefundStatus


class RefundOutput(serializers.Serializer[Any]):
    """What goes back for one payment. Only officers of its custodian see it; the public sees its entry."""

    id = serializers.CharField(source="public_id")
    custodian = serializers.CharField(source="custodian.public_id")
    project = serializers.CharField(source="project.public_id")
    payment = serializers.CharField(source="payment.public_id")
    amount = MoneyField("amount_minor")
    status = serializers.ChoiceField(choices=RefundStatus.choices)
    due_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    bank_reference = serializers.CharField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    entry = serializers.UUIDField(source="entry_id", allow_null=True)
