"""The public figure: how much of the money that moved was explained within three days. Reads only.

Exactly what is counted stands in docs/money.md; what is not known is left out of neither side quietly.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.conf import settings

from birge import clock
from birge.organisations.models import Organisation
from funds.payments.models import StripeAttempt, StripeQuarantine, StripeRefund

from .models import ExplainedShare
from .movements import Bank


@dataclass
class Sums:
    """What moved and what of it was explained in time, in one currency (minor units, all above zero)."""

    moved: int = 0
    explained: int = 0
    set_aside: int = 0
    until: dt.date | None = None

    def count(self, amount: int, *, day: dt.date, tied_on: dt.date | None) -> None:
        """Count one movement of that bank day, tied on both sides on `tied_on` (None: not yet)."""
        days = settings.RECONCILE_LINE_DAYS
        if tied_on is None and (clock.today() - day).days <= days:
            return  # its days are not over
        self.moved += abs(amount)
        if tied_on is not None and (tied_on - day).days <= days:
            self.explained += abs(amount)


def explained_shares(custodian: Organisation, banks: list[Bank], at: dt.datetime) -> list[ExplainedShare]:
    """Return the figure for each currency that moved in the last 90 days, not stored yet."""
    last = clock.today()
    first = last - dt.timedelta(days=settings.RECONCILE_SHARE_DAYS - 1)
    sums: dict[str, Sums] = defaultdict(Sums)
    for bank in banks:
        _bank(sums[bank.currency], bank, first)
    _stripe(sums, custodian, first)
    return [
        ExplainedShare(
            custodian=custodian,
            currency=currency,
            at=at,
            first_day=first,
            last_day=last,
            moved_minor=each.moved,
            explained_minor=each.explained,
            set_aside_minor=each.set_aside,
            statements_until=each.until,
        )
        for currency, each in sorted(sums.items())
    ]


def _bank(sums: Sums, bank: Bank, first: dt.date) -> None:
    sums.until = bank.until
    for line in bank.unexplained:
        if line.day >= first:
            sums.count(line.amount_minor, day=line.day, tied_on=None)
    sums.set_aside = sum(abs(line.amount_minor) for line in bank.set_aside if line.day >= first)
    for ref, told in bank.theirs.items():
        booked = bank.ours.get(ref)
        if told.day >= first:
            agrees = booked is not None and booked.amount == told.amount
            tied = max(told.explained_on, booked.booked_on) if agrees and booked is not None else None
            sums.count(told.amount, day=told.day, tied_on=tied)
    for ref, booked in bank.ours.items():
        if ref not in bank.theirs and booked.amount and booked.day >= first:
            sums.count(booked.amount, day=booked.day, tied_on=None)


def _stripe(sums: dict[str, Sums], custodian: Organisation, first: dt.date) -> None:
    """Count what Stripe moved: charged and sent back, each on the day that Stripe says, and what stands aside there."""
    start = dt.datetime.combine(first, dt.time(), dt.UTC)
    paid = StripeAttempt.objects.filter(account__custodian=custodian, payment__received_on__gte=first)
    for amount, currency, day, decided in paid.values_list(
        "amount_minor", "currency", "payment__received_on", "payment__decided_at"
    ):
        sums[currency].count(amount, day=day, tied_on=_day(decided) if decided else None)
        sums[currency].until = sums[currency].until or clock.today()
    back = StripeRefund.objects.filter(attempt__account__custodian=custodian, seen_at__gte=start)
    for amount, currency, seen in back.values_list("amount_minor", "attempt__currency", "seen_at"):
        sums[currency].count(amount, day=_day(seen), tied_on=_day(seen))
    aside = StripeQuarantine.objects.filter(account__custodian=custodian, found_at__gte=start, attempt__isnull=False)
    for amount, currency, found, agreed in aside.filter(attempt__payment=None).values_list(
        "attempt__amount_minor", "attempt__currency", "found_at", "agreed_at"
    ):
        sums[currency].count(amount, day=_day(found), tied_on=_day(agreed) if agreed else None)


def _day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(dt.UTC).date()
