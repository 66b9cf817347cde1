"""What a promise in another currency counts in the plan, and the other way round."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil

from django.conf import settings
from django.utils.translation import gettext as _

from birge.money import Money
from funds.rates.selectors import Converted, RateMissing, convert, minor_rate, worth

from .models import Pledge

ONE = Decimal(1)


@dataclass(frozen=True)
class Part:
    """A part of a promise: minor units of its own currency, and of the plan's."""

    amount_minor: int
    plan_minor: int


def plan_worth(amount: Money, plan_currency: str, day: dt.date) -> Converted:
    """Return what a promise made on `day` counts in the plan's currency, by the last trusted rate on or before it.

    Raises RateMissing (field `amount`) where there is none: no rate is made up.
    """
    try:
        return convert(amount, plan_currency, day)
    except RateMissing as missing:
        raise rate_unknown(amount.currency, plan_currency, field="amount") from missing


def rate_unknown(currency: str, plan_currency: str, *, field: str) -> RateMissing:
    """Return the refusal of a sum whose rate nobody knows, in words for who promises."""
    words = {"currency": currency, "plan": plan_currency}
    text = _("We do not know the rate of %(currency)s for this day. Please promise in %(plan)s.") % words
    return RateMissing(text, field=field)


def covering(rest: Money, currency: str, rate: Decimal) -> Money:
    """Return the least sum in `currency` that covers `rest` of the plan at this rate; nothing where nothing lacks."""
    if rest.minor <= 0 or currency == rest.currency:
        return Money(max(0, rest.minor), currency)
    each = minor_rate(rate, currency, rest.currency)
    least = max(1, ceil((rest.minor - Fraction(1, 2)) / each))
    while worth(Money(least, currency), rate, rest.currency).minor < rest.minor:  # a half may be rounded down
        least += 1
    return Money(least, currency)


def beyond(pledge: Pledge, rest: int) -> bool:
    """Say whether a promise is more than the plan still takes (`rest`, minor units of the plan's currency).

    One in another currency may be larger by less than its own smallest unit: the last tyiyn could not be promised
    otherwise.
    """
    if pledge.plan_amount_minor <= rest or not pledge.exchanged:
        return pledge.plan_amount_minor > rest
    return pledge.amount > covering(Money(rest, pledge.project.currency), pledge.currency, pledge.rate)


def part_kept(pledge: Pledge, *, paid: Money, plan_minor: int) -> Part:
    """Return which part of a promise is kept by what came: `paid`, which counts `plan_minor` in the plan's currency.

    Paid in the currency of the promise, each unit keeps a unit, whatever became of the rate. Paid in another one, what
    it counts in the plan is compared; up to EXCHANGE_TOLERANCE_PERCENT less keeps all of it. What is left of the
    promise keeps its rate, so both parts together are the promise, in both currencies.
    """
    whole = Part(pledge.amount_minor, pledge.plan_amount_minor)
    if paid.currency == pledge.currency:
        lacks = pledge.amount_minor - paid.minor
        return whole if lacks <= 0 else _without(whole, lacks, _share(whole.plan_minor, lacks, whole.amount_minor))
    lacks = pledge.plan_amount_minor - plan_minor
    if lacks * 100 <= pledge.plan_amount_minor * settings.EXCHANGE_TOLERANCE_PERCENT:
        return whole
    return _without(whole, _share(whole.amount_minor, lacks, whole.plan_minor), lacks)


def _without(whole: Part, amount: int, plan: int) -> Part:
    """Return what is left of the whole; a part too small to be promised in both currencies is none."""
    return whole if amount <= 0 or plan <= 0 else Part(whole.amount_minor - amount, whole.plan_minor - plan)


def _share(of: int, part: int, whole: int) -> int:
    return round(Fraction(of * part, whole))
