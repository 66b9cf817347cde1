"""Which rate counts on a day, and what a sum is worth by it. Exact throughout; a float never comes near."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from birge import clock
from birge.errors import Conflict, InvalidInput
from birge.money import EXPONENTS, LARGEST, Money

from .models import Rate, som_text
from .states import HOME, RateStatus

RATE_PLACES = 8
_BEST = ("-day", "source", "-id")


class RateMissing(Conflict):
    """No trusted rate is known for that day or before it. There is no other one to take: none is made up."""

    code = "rate_missing"


@dataclass(frozen=True)
class UsedRate:
    """`nominal` units of `currency` cost `som`: said by `source` for the day `on`, `age_days` before it is used.

    `old` where it lies further back than weekends and holidays explain, and longer than the Bank said it holds.
    """

    currency: str
    nominal: int
    som: Decimal
    source: str
    on: dt.date
    age_days: int
    valid_days: int | None = None

    @property
    def per_unit(self) -> Fraction:
        """Return the som that one unit costs, exactly."""
        return Fraction(self.som) / self.nominal

    @property
    def som_text(self) -> str:
        """Return the som for `nominal` units as the Bank writes them."""
        return som_text(self.som)

    @property
    def old(self) -> bool:
        """Say whether the reader must be told that it is not of these days."""
        return self.age_days > settings.RATES_OLD_DAYS + (self.valid_days or 0)


@dataclass(frozen=True)
class Converted:
    """What `given` is worth: `got` is `given` times `rate`, rounded half to even to a minor unit, and nothing else.

    `rate` is units of the currency of `got` for one unit of the currency of `given`, with eight places. `on` is the
    day of the rate, of two the earlier one; `source` names both where they differ. Between equal currencies the rate
    is one and has no source.
    """

    given: Money
    got: Money
    rate: Decimal
    source: str
    on: dt.date
    used: tuple[UsedRate, ...] = ()

    @property
    def old(self) -> bool:
        """Say whether one of the rates is old."""
        return any(each.old for each in self.used)


def rate_on(currency: str, day: dt.date) -> UsedRate | None:
    """Return the last trusted rate for this day or before it: at a weekend that of Friday. None where there is none.

    The som costs one som on every day, and nobody has to say so: `source` is empty.
    """
    if currency == HOME:
        return UsedRate(HOME, 1, Decimal(1), "", day, 0)
    found = rates_trusted().filter(currency=currency, day__lte=day).order_by(*_BEST).first()
    return None if found is None else used(found, day)


def convert(money: Money, to_currency: str, day: dt.date) -> Converted:
    """Return what a sum is worth in another currency on a day, by way of the som where neither of them is the som.

    Two roundings, both half to even: the rate to eight places, then the product to a minor unit. So whoever is shown
    sum and rate comes to the same result, and there and back differs by what these two roundings explain.

    Raises RateMissing, InvalidInput (`amount`) for a result beyond all measure, ValueError for an unknown currency.
    """
    if to_currency not in EXPONENTS:
        raise ValueError(f"unknown currency {to_currency!r}")
    if money.currency == to_currency:
        return Converted(money, money, rate_rounded(Fraction(1)), "", day)
    found = [rate_on(each, day) for each in (money.currency, to_currency)]
    if found[0] is None or found[1] is None:
        lacking = money.currency if found[0] is None else to_currency
        raise RateMissing(_("No exchange rate is known for %(currency)s yet.") % {"currency": lacking}, day=str(day))
    rate = rate_rounded(found[0].per_unit / found[1].per_unit)
    if not rate:
        raise RateMissing(_("No exchange rate is known for %(currency)s yet.") % {"currency": to_currency})
    used_rates = tuple(each for each in found if each is not None and each.source)
    return Converted(
        given=money,
        got=worth(money, rate, to_currency),
        rate=rate,
        source="+".join(dict.fromkeys(each.source for each in used_rates)),
        on=min(each.on for each in used_rates),
        used=used_rates,
    )


def rate_rounded(rate: Fraction) -> Decimal:
    """Return a rate with eight places, rounded half to even."""
    return Decimal(round(rate * 10**RATE_PLACES)).scaleb(-RATE_PLACES)  # Python rounds a fraction half to even


def used(rate: Rate, day: dt.date) -> UsedRate:
    """Return a rate as it counts on `day`."""
    age = (day - rate.day).days
    return UsedRate(rate.currency, rate.nominal, rate.som, rate.source, rate.day, age, rate.valid_days)


def rates_trusted() -> QuerySet[Rate]:
    """Return every rate that counts for its day."""
    return Rate.objects.filter(status=RateStatus.TRUSTED)


def rate_nearest(currency: str, day: dt.date) -> Rate | None:
    """Return the trusted rate that another one of this day is compared with: the last one before, else the next."""
    found = rates_trusted().filter(currency=currency)
    before = found.filter(day__lte=day).order_by(*_BEST).first()
    return before or found.filter(day__gt=day).order_by("day", "source", "-id").first()


def rates_used_on(day: dt.date) -> QuerySet[Rate]:
    """Return for each currency the rate that counts on this day."""
    best = rates_trusted().filter(currency=OuterRef("currency"), day__lte=day).order_by(*_BEST).values("pk")[:1]
    return rates_trusted().filter(pk=Subquery(best)).order_by("currency")


def rates_waiting() -> QuerySet[Rate]:
    """Return what waits for a second person, the oldest first."""
    return Rate.objects.filter(status=RateStatus.WAITING).select_related("loaded_by").order_by("id")


def rates_last_day() -> dt.date | None:
    """Return the day of the newest rate that counts today; None where none is known."""
    found = rates_trusted().filter(day__lte=clock.today()).order_by("-day").first()
    return None if found is None else found.day


def worth(money: Money, rate: Decimal, to_currency: str) -> Money:
    """Return a sum times a rate (units of `to_currency` for one of its own), rounded half to even to a minor unit.

    Raises InvalidInput (`amount`) for a result beyond all measure.
    """
    minor = round(money.minor * minor_rate(rate, money.currency, to_currency))
    if abs(minor) > LARGEST:
        raise InvalidInput(_("This sum is too large."), code="amount", field="amount")
    return Money(minor, to_currency)


def minor_rate(rate: Decimal, currency: str, to_currency: str) -> Fraction:
    """Return a rate between minor units: the won has none, the som has a hundred."""
    return Fraction(rate) * Fraction(10) ** (EXPONENTS[to_currency] - EXPONENTS[currency])
