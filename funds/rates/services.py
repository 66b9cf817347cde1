"""Take rates in, and decide on those that a machine should not believe by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import NotAllowed, RuleNotMet
from birge.money import EXPONENTS
from birge.organisations.permissions import is_platform_administrator
from birge.organisations.services.rules import reason_clean

from .models import Rate
from .reading import RateRow, read_rates
from .selectors import rate_nearest, rates_trusted
from .states import HOME, RATE_ALLOWED, Doubt, RateSource, RateStatus

KEPT = frozenset(EXPONENTS) - {HOME, "XTS"}
DAILY = ("USD", "EUR", "KZT", "RUB")  # what the Bank sets every working day, always together
AHEAD = dt.timedelta(days=7)  # tomorrow's rate is given out today, before holidays some days earlier
# About what one unit cost in som in 2020–2026. Nothing is ever reckoned with these: where no rate is known yet, they
# show that the comma of the first one stands in the wrong place.
SIZE = {
    "USD": "85", "EUR": "95", "KZT": "0.18", "RUB": "1", "TRY": "3", "KRW": "0.065", "UZS": "0.0072", "GBP": "110",
    "CNY": "12", "AED": "23", "JPY": "0.6", "TJS": "8", "BYN": "28", "PLN": "22", "CHF": "100",
}  # fmt: skip


@dataclass(frozen=True)
class LoadReport:
    """What became of a file. `known` rows were here before; `missing` are currencies that should have been in it."""

    source: str
    days: tuple[dt.date, ...]
    trusted: tuple[Rate, ...]
    waiting: tuple[Rate, ...]
    refused: tuple[Rate, ...]
    known: int
    missing: tuple[str, ...]
    not_kept: tuple[str, ...]  # currencies that nobody can promise in here


@transaction.atomic
def rates_load(data: bytes, *, source: str, actor: User | None = None) -> LoadReport:
    """Take in a file of the Bank, XML or CSV. Loading it again changes nothing.

    A rate in line with the last trusted one is trusted. One that moved too far, the first of an unlikely size, another
    one for a day that has one, or one for a day far ahead waits for a person who did not load it; nothing or less is
    kept as refused. Raises RateFileError (nothing of the file is used), NotAllowed for an actor who does not
    administer the platform.
    """
    if actor is not None and not is_platform_administrator(actor):
        raise NotAllowed(_("This is for administrators of the platform."))
    said = RateSource(source)
    rows = sorted(read_rates(data), key=lambda row: (row.day, row.currency))
    kept = [row for row in rows if row.currency in KEPT]
    made = [rate for row in kept if (rate := _take(row, said, actor)) is not None]
    by_status = {status: tuple(rate for rate in made if rate.status == status) for status in RateStatus}
    return LoadReport(
        source=said.value,
        days=tuple(sorted({row.day for row in rows})),
        trusted=by_status[RateStatus.TRUSTED],
        waiting=by_status[RateStatus.WAITING],
        refused=by_status[RateStatus.REFUSED],
        known=len(kept) - len(made),
        missing=_missing(rows),
        not_kept=tuple(sorted({row.currency for row in rows} - KEPT)),
    )


@transaction.atomic
def rate_decide(*, rate: Rate, actor: User, proof: FactorProof | None, accept: bool, reason: str) -> Rate:
    """Trust a rate that waits, or refuse it, with a fresh second factor; whoever loaded it cannot.

    Where another one of the same day and source was trusted, it gives way: it stays in the table as refused.

    Raises NotAllowed (also `same_person`), SecondFactorRequired, InvalidInput (`reason`), RuleNotMet (`transition`).
    """
    if not is_platform_administrator(actor):
        raise NotAllowed(_("This is for administrators of the platform."))
    method, why = factor_require(proof, actor).method, reason_clean(reason)
    of_day = Rate.objects.filter(currency=rate.currency, day=rate.day, source=rate.source)
    rates = {each.pk: each for each in of_day.select_for_update(no_key=True).order_by("pk")}
    locked = rates[rate.pk]
    if locked.status != RateStatus.WAITING:
        raise RuleNotMet(_("This is decided already."), code="transition")
    if accept:
        for other in rates.values():
            if other.status == RateStatus.TRUSTED:
                _decided(other, RateStatus.REFUSED, actor, why, method, verb="rate_replace")
        return _decided(locked, RateStatus.TRUSTED, actor, why, method, verb="rate_accept")
    return _decided(locked, RateStatus.REFUSED, actor, why, method, verb="rate_refuse")


def _decided(rate: Rate, to: RateStatus, actor: User, reason: str, method: str, *, verb: str) -> Rate:
    if rate.loaded_by_id == actor.pk:
        raise NotAllowed(_("You loaded this rate. Another administrator decides on it."), code="same_person")
    if to not in RATE_ALLOWED[RateStatus(rate.status)]:
        raise RuleNotMet(_("This is decided already."), code="transition")
    rate.status, rate.decided_by, rate.decided_at = to, actor, clock.now()
    rate.reason, rate.factor_method = reason, method
    rate.save(update_fields=["status", "decided_by", "decided_at", "reason", "factor_method"])
    audit_record(actor=actor, action=verb, obj=rate, reason=reason, **_facts(rate), factor=method)
    return rate


def _take(row: RateRow, source: RateSource, actor: User | None) -> Rate | None:
    """Keep one rate with what is to be thought of it; None where it is here already."""
    try:
        with transaction.atomic():
            return _keep(row, source, actor)
    except IntegrityError:  # another process loads the same day at this moment; now we see what it has kept
        return _keep(row, source, actor)


def _keep(row: RateRow, source: RateSource, actor: User | None) -> Rate | None:
    same = Rate.objects.filter(currency=row.currency, day=row.day, source=source, nominal=row.nominal, som=row.som)
    if same.exists():
        return None
    doubt = _doubt(row, source)
    status = RateStatus.WAITING if doubt else RateStatus.TRUSTED
    if doubt == Doubt.NOT_POSITIVE:
        status = RateStatus.REFUSED
    rate = Rate.objects.create(
        currency=row.currency,
        day=row.day,
        nominal=row.nominal,
        som=row.som,
        valid_days=row.valid_days,
        source=source,
        status=status,
        doubt=doubt,
        loaded_by=actor,
    )
    if doubt or actor is not None:
        audit_record(actor=actor, action=f"rate_load_{status}", obj=rate, **_facts(rate))
    return rate


def _doubt(row: RateRow, source: RateSource) -> str:
    """Return why a person has to look at this rate, or nothing."""
    if row.som <= 0:
        return Doubt.NOT_POSITIVE
    if row.day > clock.today() + AHEAD:
        return Doubt.AHEAD
    if rates_trusted().filter(currency=row.currency, day=row.day, source=source).exists():
        return Doubt.DIFFERS
    near = rate_nearest(row.currency, row.day)
    price = Fraction(row.som) / row.nominal
    moved = 1 + Fraction(settings.RATES_JUMP_PERCENT, 100)
    far = settings.RATES_FAR_FACTOR / moved  # ten times, and what a day may move besides
    if near is None:
        return Doubt.FIRST if _apart(price, Fraction(SIZE[row.currency])) >= far else ""
    apart = _apart(price, near.per_unit)
    if apart >= far:
        return Doubt.FAR
    return Doubt.JUMP if abs(price / near.per_unit - 1) > moved - 1 else ""


def _apart(one: Fraction, other: Fraction) -> Fraction:
    """Return how many times the larger is the smaller."""
    return max(one / other, other / one)


def _missing(rows: Sequence[RateRow]) -> tuple[str, ...]:
    """Return the daily currencies that a file leaves out although others of them are in it."""
    newest = max(row.day for row in rows)
    found = {row.currency for row in rows if row.day == newest}
    return tuple(each for each in DAILY if each not in found) if found & set(DAILY) else ()


def _facts(rate: Rate) -> dict[str, Any]:
    return {
        "currency": rate.currency,
        "day": rate.day.isoformat(),
        "nominal": rate.nominal,
        "som": rate.som_text,
        "source": rate.source,
        "doubt": rate.doubt,
    }
