"""How an identification looks to the custodian's officers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from funds.payments.models import Identification


class IdentificationOutput(serializers.Serializer[Any]):
    """A claim that unidentified money belongs to a pledge."""

    id = serializers.CharField(source="public_id")
    payment = serializers.CharField(source="payment.public_id")
    pledge = serializers.CharField(source="pledge_ref")
    project = serializers.CharField(source="project.public_id")
    proof = serializers.CharField(source="proof.public_id")
    status = serializers.ChoiceField(choices=Identification.Status.choices)
    asked_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    refused_reason = serializers.CharField(source="reason")
    entry = serializers.UUIDField(source="entry_id", allow_null=True)
