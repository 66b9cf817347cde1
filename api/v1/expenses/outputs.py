"""How an expense looks."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.fields import MoneyField
from funds.releases.models import ExpenseStatus


class ExpenseOutput(serializers.Serializer[Any]):
    """What a part of a release was spent on. The receipt itself may be private; its digest is in the ledger."""

    id = serializers.CharField(source="public_id")
    project = serializers.CharField(source="project.public_id")
    release = serializers.CharField(source="release.public_id")
    budget_line = serializers.IntegerField(source="budget_line.position")
    amount = MoneyField("amount_minor", "project.currency")
    number = serializers.CharField()
    spent_on = serializers.DateField()
    receipt = serializers.CharField(source="receipt.public_id")
    status = serializers.ChoiceField(choices=ExpenseStatus.choices)
    entry = serializers.UUIDField(source="entry_id", allow_null=True)
