"""How money on its way back looks from outside."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.fields import MoneyField
from funds.releases.models import GiftBack
from funds.returns.models import BatchReason, WishChoice


class WishOutput(serializers.Serializer[Any]):
    """What the donor chose."""

    choice = serializers.ChoiceField(choices=WishChoice.choices)


class BackAccountOutput(serializers.Serializer[Any]):
    """Where the donor wants the money, or nothing."""

    holder = serializers.CharField()
    account = serializers.CharField()
    bank = serializers.CharField()


class ReturnsOutput(serializers.Serializer[Any]):
    """How far a project's money has gone back. Counts are left out where fewer than five gifts were divided."""

    total_minor = serializers.IntegerField()
    back_minor = serializers.IntegerField()
    currency = serializers.CharField()
    gifts = serializers.IntegerField(allow_null=True)
    gifts_back = serializers.IntegerField(allow_null=True)
    waits_for_officer = serializers.IntegerField(allow_null=True)


class BatchOutput(serializers.Serializer[Any]):
    """One division of what a project held, and how far it has come."""

    id = serializers.CharField(source="public_id")
    project = serializers.CharField(source="project.public_id")
    reason = serializers.ChoiceField(choices=BatchReason.choices)
    total = MoneyField("total_minor")
    made_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    parts = serializers.IntegerField(source="n_parts")
    parts_back = serializers.IntegerField(source="n_back")
    parts_for_officers = serializers.IntegerField(source="n_officer")


class GiftBackOutput(serializers.Serializer[Any]):
    """A gift that is asked back while its project is built."""

    id = serializers.CharField(source="public_id")
    payment = serializers.CharField(source="payment.public_id")
    amount = MoneyField("amount_minor")
    reason = serializers.CharField()
    status = serializers.ChoiceField(choices=GiftBack.Status.choices)
    asked_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    refused_reason = serializers.CharField()
    entry = serializers.UUIDField(source="entry_id", allow_null=True)
