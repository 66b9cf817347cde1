"""How a rate looks: whose it is, of which day, and how much of one currency for one unit of the other."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


class ExchangeRateOutput(serializers.Serializer[Any]):
    """A rate: units of the plan's currency for one unit of the sum's own, as an exact decimal."""

    rate = serializers.CharField()
    source = serializers.CharField(  # type: ignore[assignment]
        help_text="Who says it: `nbkr`, or `nbkr-file`; both, joined by +, for two rates."
    )
    on = serializers.DateField(help_text="For which day; of two rates the earlier one.")


@extend_schema_field(ExchangeRateOutput(allow_null=True))
class ExchangeRateField(serializers.Field[Any, Any, Any, Any]):
    """Output: the rate that a pledge, a payment or an exchange keeps; null where it needed none."""

    def __init__(self, **kwargs: Any) -> None:
        """Look at the whole object."""
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, value: Any) -> Any:
        """Return rate, source and day."""
        if value.rate_on is None or value.rate is None:
            return None
        return {"rate": f"{value.rate.normalize():f}", "source": value.rate_source, "on": value.rate_on.isoformat()}
