"""How a rate looks."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from funds.rates.states import RateSource


class RateOutput(serializers.Serializer[Any]):
    """What `nominal` units of `currency` cost in som on `day`. An exact decimal, as a string: "87.4500"."""

    currency = serializers.CharField()
    nominal = serializers.IntegerField()
    som = serializers.CharField(source="som_text")
    day = serializers.DateField()
    valid_days = serializers.IntegerField(allow_null=True, help_text="For how long it holds, if the Bank says so.")
    source = serializers.ChoiceField(choices=RateSource.choices)  # type: ignore[assignment]
    loaded_at = serializers.DateTimeField()
