"""One cell: a sum, a day, a percentage. Each function raises InvalidInput with a reason a clerk can act on."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from birge.errors import InvalidInput
from birge.money import SYMBOLS, Money, parse_amount

FIRST_YEAR, LAST_YEAR = 1990, 2100


def amount_read(text: str, currency: str, *, decimal: str, thousands: str) -> Money:
    """Return the sum in a cell; `12 500 сом` too. What could be read in two ways is refused.

    `decimal` and `thousands` are the list's own marks: with them `1.234.567,89` has one meaning.
    """
    cleaned = _without_currency(text, currency)
    if re.match(r"[-−–(]", cleaned):
        raise InvalidInput(_("A sum cannot be less than nothing."))
    if decimal or thousands:
        cleaned = _by_marks(cleaned, decimal or ".", thousands)
    return parse_amount(cleaned, currency)


def day_read(text: str, patterns: Sequence[str]) -> dt.date:
    """Return the day in a cell. Where a pattern knows no day of the month, the last one is meant."""
    for pattern in patterns:
        try:
            day = dt.datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise InvalidInput(_("The year %(year)s cannot be right.") % {"year": day.year})
        if not any(mark in pattern for mark in ("%d", "%j", "%x")):
            day = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        return day
    example = dt.date(2026, 11, 25).strftime(patterns[0])
    raise InvalidInput(_("“%(text)s” is not a date as this list writes them, for example %(example)s.")
                       % {"text": text, "example": example})  # fmt: skip


def percent_read(text: str) -> Decimal:
    """Return a percentage: `50%`, `50,38 %`, `50.38`."""
    cleaned = text.replace("%", "").replace(",", ".").strip()
    try:
        value = Decimal(cleaned)
    except InvalidOperation:
        raise InvalidInput(_("“%(text)s” is not one percentage.") % {"text": text}) from None
    if not value.is_finite() or not 0 <= value <= 100:
        raise InvalidInput(_("“%(text)s” is not one percentage.") % {"text": text})
    return value


def _without_currency(text: str, currency: str) -> str:
    words = {currency.lower(), SYMBOLS.get(currency, currency).lower()} | ({"som", "с"} if currency == "KGS" else set())
    cleaned = text.strip()
    for word in sorted(words, key=len, reverse=True):
        if cleaned.lower().rstrip(".").endswith(word):
            cleaned = cleaned.rstrip(".")[: -len(word)]
        elif cleaned.lower().startswith(word):
            cleaned = cleaned[len(word) :]
    return cleaned.strip()


def _by_marks(text: str, decimal: str, thousands: str) -> str:
    group = re.escape(thousands) if thousands else r"\s"
    whole = rf"\d{{1,3}}(?:{group}\d{{3}})+|\d+"
    if not re.fullmatch(rf"(?:{whole})(?:{re.escape(decimal)}\d+)?", text):
        raise InvalidInput(_("“%(text)s” is not a sum as this list writes them.") % {"text": text})
    if thousands:
        text = text.replace(thousands, "")
    return text.replace(decimal, ".")
