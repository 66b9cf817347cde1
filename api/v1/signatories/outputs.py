"""How signatories look: by identifier and office, without a name."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from birge.organisations.models import Role
from projects.works.models import SignatoryChange


class SignatoryOutput(serializers.Serializer[Any]):
    """Somebody who may sign for an association."""

    person = serializers.CharField(source="user.public_id")
    role = serializers.ChoiceField(choices=Role.choices, source="office.role")
    seat = serializers.IntegerField(source="office.seat")


class SignatoryChangeOutput(serializers.Serializer[Any]):
    """Another outside signatory, asked for by the association, decided on by the village's head."""

    id = serializers.CharField(source="public_id")
    project = serializers.CharField(source="project.public_id")
    person = serializers.CharField(source="person.public_id")
    substitute = serializers.BooleanField()
    status = serializers.ChoiceField(choices=SignatoryChange.Status.choices)
    reason = serializers.CharField()
    asked_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    decision_reason = serializers.CharField()
