"""How organisations look. People who hold their offices are not named here."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import MoneyField, NamesField
from birge.organisations.models import (
    DecidedHow,
    JoinRequest,
    Organisation,
    OrganisationKind,
    RequestStatus,
    TermsOfReference,
)


class OrganisationRefOutput(serializers.Serializer[Any]):
    """An organisation, named inside something else."""

    id = serializers.CharField(source="public_id")
    kind = serializers.ChoiceField(choices=OrganisationKind.choices)
    name = NamesField("name")


class TermsOutput(serializers.Serializer[Any]):
    """Terms of reference: what was agreed on, and how many must say yes beside whoever proposes."""

    version = serializers.IntegerField()
    text = serializers.CharField()
    language = serializers.CharField()
    how = serializers.ChoiceField(choices=DecidedHow.choices)
    threshold = MoneyField("threshold_minor", help_text="Up to it `needed_below` agree, above it `needed_above`.")
    needed_below = serializers.IntegerField()
    needed_above = serializers.IntegerField()
    days_to_decide = serializers.IntegerField()
    paper = serializers.CharField(source="paper.public_id", default=None, allow_null=True)
    agreements_needed = serializers.IntegerField(help_text="How many who sign have to agree before it counts.")
    status = serializers.ChoiceField(choices=RequestStatus.choices)
    asked_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    decision_reason = serializers.CharField()


class JoinOutput(serializers.Serializer[Any]):
    """A request to join, for who asked and for the chair."""

    id = serializers.CharField(source="public_id")
    organisation = serializers.CharField(source="organisation.public_id")
    person = serializers.CharField(source="person.public_id")
    message = serializers.CharField()
    status = serializers.ChoiceField(choices=JoinRequest.Status.choices)
    asked_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()


class OrganisationOutput(OrganisationRefOutput):
    """A verified organisation. `terms` are the terms of reference in force, where it has any."""

    place = serializers.SerializerMethodField()
    country = serializers.CharField(help_text="ISO 3166, two letters")
    registered_number = serializers.CharField()
    about = serializers.CharField()
    terms = serializers.SerializerMethodField()

    @extend_schema_field(TermsOutput(allow_null=True))
    def get_terms(self, organisation: Organisation) -> Any:
        """Return the newest that were agreed to."""
        agreed: list[TermsOfReference] = organisation.terms_of_reference_agreed  # type: ignore[attr-defined]
        return TermsOutput(agreed[0]).data if agreed else None

    def get_place(self, organisation: Organisation) -> str | None:
        """Return the ayil aimak or town it belongs to."""
        return organisation.place.public_id if organisation.place else None
