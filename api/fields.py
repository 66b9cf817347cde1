"""Input fields that take a JSON type as it is: "5" is no integer here, and 5 is no text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from birge.ids import ALPHABET, LENGTH
from birge.money import EXPONENTS, Money, format_money

LARGEST_MINOR = 10**15  # ten trillion som: far above any village, far below what a bigint holds
PUBLIC_ID = rf"^[{ALPHABET}]{{{LENGTH}}}$"


class WholeNumber(serializers.IntegerField):
    """A JSON integer."""

    def to_internal_value(self, data: Any) -> int:
        """Refuse text, fractions and booleans."""
        if type(data) is not int:
            self.fail("invalid")
        return int(data)


class Text(serializers.CharField):
    """A JSON string; `max_length` should always be given."""

    def to_internal_value(self, data: Any) -> str:
        """Refuse numbers, which DRF would turn into text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Truth(serializers.BooleanField):
    """A JSON true or false."""

    def to_internal_value(self, data: Any) -> bool:
        """Refuse "true", 1 and the like."""
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return bool(data)


class Day(serializers.DateField):
    """A day as YYYY-MM-DD."""

    def to_internal_value(self, value: Any) -> Any:
        """Refuse every other spelling."""
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


class OneOf(serializers.ChoiceField):
    """One of the listed words."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse what is not text before looking it up."""
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class Quantity(serializers.DecimalField):
    """An exact decimal, written as a string: "12.5". JSON numbers pass through floats on too many machines."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=12, decimal_places=3, min_value=Decimal("0.001"), **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """Refuse numbers and exponents."""
        if not isinstance(data, str) or not re.fullmatch(r"[0-9]+(\.[0-9]+)?", data):
            self.fail("invalid")
        return super().to_internal_value(data)


class PublicId(serializers.RegexField):
    """A public identifier of something else."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(PUBLIC_ID, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """Refuse what is not text, and a line's end, which `$` would let pass."""
        if not isinstance(data, str) or len(data) != LENGTH:
            self.fail("invalid")
        return str(super().to_internal_value(data))


class StrictSerializer(serializers.Serializer[Any]):
    """A body of known fields only: what is not known was perhaps meant, and is therefore refused."""

    default_error_messages = {
        "unknown": _("We do not know this field."),
        "twice": _("This field may be given only once."),
    }

    def to_internal_value(self, data: Any) -> Any:
        """Check the names, then the values; all faults of the names are told at once."""
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                message = self.error_messages["unknown"]
                raise serializers.ValidationError({name: [message] for name in unknown}, code="unknown")
        if isinstance(data, MultiValueDict):
            self._once_check(data)
        return super().to_internal_value(data)

    def _once_check(self, data: MultiValueDict[str, Any]) -> None:
        """Refuse a form's field that comes twice: the last one would win in silence."""
        listed = {name for name, field in self.fields.items() if isinstance(field, serializers.ListField)}
        twice = [name for name, values in data.lists() if len(values) > 1 and name not in listed]
        if twice:
            message = self.error_messages["twice"]
            raise serializers.ValidationError({name: [message] for name in twice}, code="twice")


class MoneyInput(StrictSerializer):
    """A sum: whole minor units (tyiyn, kopecks) and an ISO 4217 code."""

    minor = WholeNumber(min_value=1, max_value=LARGEST_MINOR)
    currency = OneOf(choices=sorted(EXPONENTS))

    def to_internal_value(self, data: Any) -> Money:
        """Return a Money."""
        clean = super().to_internal_value(data)
        return Money(clean["minor"], clean["currency"])


class ShareMoneyInput(MoneyInput):
    """A sum that may be nothing."""

    minor = WholeNumber(min_value=0, max_value=LARGEST_MINOR)


class MoneyOutput(serializers.Serializer[Any]):
    """A sum: minor units and currency to reckon with, `text` to show (in the language asked for)."""

    minor = serializers.IntegerField()
    currency = serializers.CharField()
    text = serializers.CharField()


class NamesOutput(serializers.Serializer[Any]):
    """One text in the three languages; empty where it was not written."""

    ky = serializers.CharField()
    ru = serializers.CharField()
    en = serializers.CharField()


def money_out(minor: int, currency: str) -> dict[str, Any]:
    """Return a sum in its one output form."""
    text = format_money(Money(minor, currency), get_language() or "en")
    return {"minor": minor, "currency": currency, "text": text}


@extend_schema_field(MoneyOutput)
class MoneyField(serializers.Field[Any, Any, Any, Any]):
    """Output: a sum from two attributes of the object; null where the amount is null."""

    def __init__(self, amount: str, currency: str = "currency", **kwargs: Any) -> None:
        self.amount, self.currency = amount, currency
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, value: Any) -> Any:
        """Return minor, currency and text."""
        minor = _attribute(value, self.amount)
        return None if minor is None else money_out(int(minor), str(_attribute(value, self.currency)))


@extend_schema_field(NamesOutput)
class NamesField(serializers.Field[Any, Any, Any, Any]):
    """Output: the attributes `<stem>_ky`, `<stem>_ru`, `<stem>_en` as one object."""

    def __init__(self, stem: str, **kwargs: Any) -> None:
        self.stem = stem
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, value: Any) -> dict[str, str]:
        """Return all three, untouched: who shows them decides what stands in for a missing one."""
        return {language: getattr(value, f"{self.stem}_{language}") or "" for language in ("ky", "ru", "en")}


def _attribute(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value[name] if isinstance(value, Mapping) else getattr(value, name)
    return value
