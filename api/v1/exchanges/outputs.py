"""How an exchange looks to the custodian's officers, and how exchanges stand for everyone."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.exchange import ExchangeRateField
from api.fields import MoneyField, MoneyOutput, money_out
from funds.exchange.models import Exchange, ExchangeStatus, Place
from funds.exchange.selectors import ExchangeStanding, Position


class ExchangeOutput(serializers.Serializer[Any]):
    """What was exchanged. Only officers of its custodian see it; the public sees its entry in the ledger."""

    id = serializers.CharField(source="public_id")
    custodian = serializers.CharField(source="custodian.public_id")
    gave = MoneyField("gave_minor", "gave_currency")
    gave_from = serializers.ChoiceField(choices=Place.choices)
    got = MoneyField("got_minor", "got_currency")
    got_to = serializers.ChoiceField(choices=Place.choices)
    official = MoneyField(
        "official_minor",
        "got_currency",
        allow_null=True,
        help_text="What the National Bank's rate makes of it, to compare; null where no rate is known.",
    )
    exchange = ExchangeRateField(help_text="That rate.")
    done_on = serializers.DateField()
    reference = serializers.CharField()
    status = serializers.ChoiceField(choices=ExchangeStatus.choices)
    asked_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    refused_reason = serializers.CharField()
    entry = serializers.UUIDField(source="entry_id", allow_null=True)


class OpenPositionOutput(serializers.Serializer[Any]):
    """What lies in another currency and is not exchanged yet; below zero: it is owed."""

    amount = serializers.SerializerMethodField()
    worth = serializers.SerializerMethodField(help_text="By the last rate; null where none is known.")
    rate_on = serializers.SerializerMethodField(help_text="The day of that rate.")

    @extend_schema_field(MoneyOutput)
    def get_amount(self, position: Position) -> Any:
        """Return what lies there."""
        return money_out(position.amount.minor, position.amount.currency)

    @extend_schema_field(MoneyOutput(allow_null=True))
    def get_worth(self, position: Position) -> Any:
        """Return what it is worth."""
        return None if position.worth is None else money_out(position.worth.got.minor, position.worth.got.currency)

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_rate_on(self, position: Position) -> Any:
        """Return the day of the rate."""
        return None if position.worth is None else position.worth.on.isoformat()


class ExchangeStandingOutput(serializers.Serializer[Any]):
    """How exchanges stand for a custodian: what is open, and what they have won so far (below zero: lost)."""

    custodian = serializers.CharField(source="custodian.public_id")
    positions = OpenPositionOutput(many=True)
    result = serializers.SerializerMethodField(help_text="With what is open at the last rates; null without a rate.")
    booked = serializers.SerializerMethodField(help_text="How many exchanges are in the books.")

    @extend_schema_field(MoneyOutput(allow_null=True))
    def get_result(self, standing: ExchangeStanding) -> Any:
        """Return what was won or lost."""
        return None if standing.result is None else money_out(standing.result.minor, standing.result.currency)

    def get_booked(self, standing: ExchangeStanding) -> int:
        """Return the number of exchanges in the books."""
        return Exchange.objects.filter(custodian=standing.custodian, status=ExchangeStatus.BOOKED).count()
