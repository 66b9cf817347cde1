"""How a correction looks to the custodian's officers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from funds.releases.models import Correction


class CorrectionOutput(serializers.Serializer[Any]):
    """A payment that is to be taken back, or was. `entry` is the mirror in the ledger."""

    id = serializers.CharField(source="public_id")
    payment = serializers.CharField(source="payment.public_id")
    status = serializers.ChoiceField(choices=Correction.Status.choices)
    reason = serializers.CharField()
    asked_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    refused_reason = serializers.CharField()
    entry = serializers.UUIDField(source="entry_id", allow_null=True)
