"""How a release looks: offices and sides, no names."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import MoneyField
from funds.releases.models import Release, ReleaseStatus, Side


class SignatureOutput(serializers.Serializer[Any]):
    """One of the two signatures."""

    side = serializers.ChoiceField(choices=Side.choices)
    at = serializers.DateTimeField()
    factor_method = serializers.CharField()


class ReleaseOutput(serializers.Serializer[Any]):
    """A tranche on its way from the custodian to the village."""

    id = serializers.CharField(source="public_id")
    project = serializers.CharField(source="project.public_id")
    milestone = serializers.IntegerField(source="milestone.position")
    amount = MoneyField("amount_minor", "project.currency")
    status = serializers.ChoiceField(choices=ReleaseStatus.choices)
    asked_at = serializers.DateTimeField()
    reason = serializers.CharField()
    signatures = serializers.SerializerMethodField()
    entry = serializers.UUIDField(source="entry_id", allow_null=True)

    @extend_schema_field(SignatureOutput(many=True))
    def get_signatures(self, release: Release) -> Any:
        """Return who has signed so far, by side."""
        return SignatureOutput(release.signatures.all(), many=True).data
