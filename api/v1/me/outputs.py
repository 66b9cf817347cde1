"""What a program is told of whose token it carries."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.v1.organisations.outputs import OrganisationRefOutput
from birge.organisations.models import Role


class OfficeOutput(serializers.Serializer[Any]):
    """An office that one holds today."""

    organisation = OrganisationRefOutput(source="office.organisation")
    role = serializers.ChoiceField(choices=Role.choices, source="office.role")
    acting = serializers.BooleanField(help_text="One stands in for somebody.")
    ends = serializers.DateField(allow_null=True, help_text="The last day.")


class MeOutput(serializers.Serializer[Any]):
    """Oneself: the identifier under which one signs, and one's offices."""

    id = serializers.CharField(source="user.public_id")
    administrator = serializers.BooleanField(source="user.is_staff")
    second_factor = serializers.BooleanField(help_text="Without one, nothing can be signed.")
    offices = OfficeOutput(many=True)
