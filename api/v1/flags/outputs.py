"""How a flag looks to the custodian's officers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from funds.watch.models import Decision, Flag, FlagKind, FlagStatus, FlagStep


class FlagOutput(serializers.Serializer[Any]):
    """What looks like abuse. It stops nothing. `reasons`: what was seen, and how often; nothing personal."""

    id = serializers.CharField(source="public_id")
    custodian = serializers.CharField(source="custodian.public_id")
    project = serializers.CharField(source="project.public_id")
    kind = serializers.ChoiceField(choices=FlagKind.choices)
    status = serializers.ChoiceField(choices=FlagStatus.choices)
    reasons = serializers.DictField(child=serializers.IntegerField())
    found_at = serializers.DateTimeField()
    decision = serializers.ChoiceField(choices=Decision.choices, allow_blank=True)
    reason = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)
    agreed_at = serializers.DateTimeField(allow_null=True)


class FlagStepOutput(serializers.Serializer[Any]):
    """One step of its history."""

    step = serializers.ChoiceField(choices=FlagStep.Step.choices)
    at = serializers.DateTimeField()
    decision = serializers.ChoiceField(choices=Decision.choices, allow_blank=True)
    note = serializers.CharField()


class FlagDetailOutput(FlagOutput):
    """One flag with its promises and its history."""

    pledges = serializers.SerializerMethodField(help_text="Public identifiers of the promises.")
    steps = FlagStepOutput(many=True)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_pledges(self, flag: Flag) -> list[str]:
        """Return which promises it is about."""
        return list(flag.pledges.order_by("id").values_list("pledge__public_id", flat=True))
