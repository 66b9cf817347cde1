"""How block lists and looks into them appear."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from funds.screening.models import ScreeningRecord
from funds.screening.states import Outcome, PartyKind, Subject, Verdict


class BlockListOutput(serializers.Serializer[Any]):
    """One version of a list. The newest of each source counts; none ever goes."""

    id = serializers.CharField(source="public_id")
    source = serializers.CharField()  # type: ignore[assignment]
    version = serializers.DateField()
    sha256 = serializers.CharField()
    names = serializers.IntegerField(source="name_count")
    loaded_at = serializers.DateTimeField()


class PartyOutput(serializers.Serializer[Any]):
    """Who was looked up."""

    kind = serializers.ChoiceField(choices=PartyKind.choices)
    name = serializers.CharField()
    role = serializers.CharField()
    identifiers = serializers.ListField(child=serializers.CharField())


class ListRefOutput(serializers.Serializer[Any]):
    """In which version of a list."""

    id = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    version = serializers.DateField()


class HitOutput(serializers.Serializer[Any]):
    """A likeness. `binding`: the law of a custodian concerned, which nobody can allow away."""

    role = serializers.CharField()
    party = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=PartyKind.choices)
    listed_by = serializers.CharField()
    reason = serializers.CharField()
    valid_from = serializers.CharField()
    list = serializers.CharField(source="list_ref")
    by_number = serializers.BooleanField()
    binding = serializers.BooleanField()


class VerdictOutput(serializers.Serializer[Any]):
    """What a person decided."""

    verdict = serializers.ChoiceField(choices=Verdict.choices)
    reason = serializers.CharField()
    decided_at = serializers.DateTimeField()


class ScreeningOutput(serializers.Serializer[Any]):
    """One look into the lists."""

    id = serializers.CharField(source="public_id")
    subject = serializers.ChoiceField(choices=Subject.choices)
    ref = serializers.CharField(source="subject_ref")
    custodian = serializers.SerializerMethodField(help_text="Whose affair it is; null: the platform's.")
    parties = PartyOutput(many=True)
    lists = ListRefOutput(many=True)
    hits = HitOutput(many=True)
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    at = serializers.DateTimeField()
    decision = serializers.SerializerMethodField()

    def get_custodian(self, record: ScreeningRecord) -> str | None:
        """Return the custodian's identifier."""
        return record.organisation.public_id if record.organisation else None

    @extend_schema_field(VerdictOutput(allow_null=True))
    def get_decision(self, record: ScreeningRecord) -> Any:
        """Return what was decided, if anything was."""
        decision = getattr(record, "decision", None)
        return VerdictOutput(decision).data if decision is not None else None
