"""How comparisons, what does not agree, and the public figure look."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import MoneyField
from funds.reconciliation.models import AccountKind, Difference, DifferenceKind, Outcome, Step


class ReconciliationOutput(serializers.Serializer[Any]):
    """One currency in one kind of account, compared once. `theirs` is null where they did not say."""

    id = serializers.CharField(source="public_id")
    custodian = serializers.CharField(source="custodian.public_id")
    kind = serializers.ChoiceField(choices=AccountKind.choices)
    run_at = serializers.DateTimeField()
    as_of = serializers.DateField(allow_null=True)
    since = serializers.DateField(allow_null=True, help_text="Of cash: the day of the oldest of it.")
    ours = MoneyField("ours_minor")
    theirs = MoneyField("theirs_minor", allow_null=True)
    explained = MoneyField("explained_minor", help_text="What of the difference is no mistake.")
    outcome = serializers.ChoiceField(choices=Outcome.choices)


class DifferenceOutput(serializers.Serializer[Any]):
    """One thing that does not agree. `amount`: what they have more than we, below zero where we have more."""

    id = serializers.CharField(source="public_id")
    custodian = serializers.CharField(source="custodian.public_id")
    account = serializers.ChoiceField(choices=AccountKind.choices, source="account_kind")
    kind = serializers.ChoiceField(choices=DifferenceKind.choices)
    about = serializers.CharField(source="ref", help_text="The bank's line, payment, tranche or refund.")
    amount = MoneyField("amount_minor")
    day = serializers.DateField()
    age_days = serializers.IntegerField()
    owner = serializers.SerializerMethodField(help_text="The officer who looks after it.")
    note = serializers.CharField()
    resolved_at = serializers.DateTimeField(allow_null=True)

    def get_owner(self, difference: Difference) -> str | None:
        """Return the officer's public identifier."""
        return difference.owner.public_id if difference.owner else None


class DifferenceStepOutput(serializers.Serializer[Any]):
    """One step of its history."""

    step = serializers.ChoiceField(choices=Step.choices)
    at = serializers.DateTimeField()
    note = serializers.CharField()


class DifferenceDetailOutput(DifferenceOutput):
    """One thing that does not agree, with its history."""

    steps = DifferenceStepOutput(many=True)


class ExplainedOutput(serializers.Serializer[Any]):
    """How much of the money that moved was explained within three days. Null: no statements yet, or nothing moved."""

    currency = serializers.CharField()
    at = serializers.DateTimeField()
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    moved = MoneyField("moved_minor")
    explained = MoneyField("explained_minor")
    set_aside = MoneyField("set_aside_minor", help_text="Lines that are none of ours; in neither of the two.")
    permille = serializers.SerializerMethodField(help_text="Thousandths, rounded down.")
    statements_until = serializers.DateField(allow_null=True)

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_permille(self, share: Any) -> int | None:
        """Return the share."""
        result: int | None = share.permille
        return result
