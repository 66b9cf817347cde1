"""What a custodian has in other currencies and has not exchanged yet, and what exchanges gave or took. Public."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from birge import clock
from birge.money import Money
from birge.organisations.models import Organisation
from funds.ledger import codes
from funds.ledger.models import Account, Posting
from funds.rates.selectors import Converted, RateMissing, convert
from funds.rates.states import HOME

from .models import Exchange, ExchangeStatus


@dataclass(frozen=True)
class Position:
    """A sum in another currency that counts as som in the plans, and lies there unexchanged. Below 0: it is owed.

    `worth` is what it is worth by the last rate; None where no rate is known.
    """

    amount: Money
    worth: Converted | None


@dataclass(frozen=True)
class ExchangeStanding:
    """How exchanges stand for one custodian.

    `result` is what they have won so far (below 0: lost), in som, with what is not exchanged yet at the last rates;
    None where one of them has no rate.
    """

    custodian: Organisation
    positions: list[Position]
    result: Money | None
    rates_on: dt.date | None  # the day of the oldest rate that the result leans on


def exchange_standing(custodian: Organisation) -> ExchangeStanding:
    """Return how exchanges stand for this custodian by the last rates."""
    return exchange_standings([custodian])[0]


def exchange_standings(custodians: Iterable[Organisation]) -> list[ExchangeStanding]:
    """Return the same for several custodians, in their order; one without any exchange has no positions."""
    listed = list(custodians)
    sums: dict[str, dict[str, int]] = {}
    accounts = Account.objects.filter(code__in=[codes.fx(each.public_id) for each in listed])
    rows = Posting.objects.filter(account__in=accounts).values_list("account__custodian_ref", "currency")
    for ref, currency, total in rows.annotate(total=Sum("amount")).order_by():
        sums.setdefault(ref, {})[currency] = -int(total)  # what was taken in and is not exchanged yet
    today = clock.today()
    return [_standing(each, sums.get(each.public_id, {}), today) for each in listed]


def custodians_that_exchange() -> QuerySet[Organisation]:
    """Return the custodians whose books know of an exchange."""
    refs = Account.objects.filter(type="fx").values("custodian_ref")
    return Organisation.objects.filter(public_id__in=refs).order_by("id")


def exchanges_waiting(custodian: Organisation) -> QuerySet[Exchange]:
    """Return what waits for another officer, oldest first."""
    waiting = Exchange.objects.filter(custodian=custodian, status=ExchangeStatus.ASKED)
    return waiting.select_related("custodian", "asked_by").order_by("id")


def exchanges_booked(custodian: Organisation) -> QuerySet[Exchange]:
    """Return what is in the books, newest first."""
    return Exchange.objects.filter(custodian=custodian, status=ExchangeStatus.BOOKED).order_by("-done_on", "-id")


def _standing(custodian: Organisation, sums: dict[str, int], today: dt.date) -> ExchangeStanding:
    open_ones = [Money(total, currency) for currency, total in sorted(sums.items()) if total and currency != HOME]
    positions = [Position(amount, _worth(amount, today)) for amount in open_ones]
    worths = [each.worth for each in positions]
    known = [each for each in worths if each is not None]
    result = None
    if len(known) == len(worths):
        result = Money(sums.get(HOME, 0) + sum(each.got.minor for each in known), HOME)
    return ExchangeStanding(custodian, positions, result, min((each.on for each in known), default=None))


def _worth(amount: Money, today: dt.date) -> Converted | None:
    try:
        return convert(amount, HOME, today)
    except RateMissing:
        return None
