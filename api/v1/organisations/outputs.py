"""How organisations look. People who hold their offices are not named here."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.fields import NamesField
from birge.organisations.models import Organisation, OrganisationKind


class OrganisationRefOutput(serializers.Serializer[Any]):
    """An organisation, named inside something else."""

    id = serializers.CharField(source="public_id")
    kind = serializers.ChoiceField(choices=OrganisationKind.choices)
    name = NamesField("name")


class OrganisationOutput(OrganisationRefOutput):
    """A verified organisation."""

    place = serializers.SerializerMethodField()
    country = serializers.CharField(help_text="ISO 3166, two letters")
    registered_number = serializers.CharField()
    about = serializers.CharField()

    def get_place(self, organisation: Organisation) -> str | None:
        """Return the ayil aimak or town it belongs to."""
        return organisation.place.public_id if organisation.place else None
