"""What is published beside the ledger so that anyone reckons once more what money in other currencies counted.

Named in settings.LEDGER_PUBLISHED.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from funds.exchange.models import Exchange
from funds.ledger.kinds import EntryKind
from funds.ledger.models import Entry, LogLeaf
from funds.payments.models import Identification, Payment
from funds.pledges.models import Pledge
from funds.rates.models import Rate
from funds.rates.selectors import rate_on, rate_rounded
from funds.rates.states import HOME


@dataclass(frozen=True)
class Use:
    """A rate as something keeps it: units of `to` for one of `currency`, by `source` for the day `on`."""

    currency: str
    to: str
    rate: Decimal
    source: str
    on: dt.date


def rates(size: int) -> list[dict[str, Any]]:
    """Return every rate that a promise, a payment or an exchange used, as the National Bank said it, by day.

    `entries` are the exchanges (`fx.converted`) within the first `size` entries that took a payment into the currency
    of a plan by it. Not cut to the checkpoint otherwise: a rate does not change.
    """
    entries: dict[Use, list[str]] = defaultdict(list)
    for use in _uses_without_entries():
        entries[use] += []
    for use, entry in _arrivals(size):
        entries[use].append(entry)
    rows: dict[tuple[dt.date, str, str], dict[str, Any]] = {}
    for use, its_entries in entries.items():
        for said in _said(use):
            row = rows.setdefault((said["day"], said["currency"], said["source"]), {**said, "entries": []})
            row["entries"] = sorted({*row["entries"], *its_entries})
    return [{**rows[key], "day": key[0].isoformat()} for key in sorted(rows)]


def _uses_without_entries() -> Iterator[Use]:
    pledges = Pledge.objects.filter(rate_on__isnull=False).order_by().distinct()
    fields = ("rate", "rate_source", "rate_on")
    for row in pledges.values_list("currency", "project__currency", *fields):
        yield Use(*row)
    booked = Exchange.objects.filter(entry_id__isnull=False, rate__isnull=False).order_by().distinct()
    for row in booked.values_list("gave_currency", "got_currency", *fields):
        yield Use(*row)


def _arrivals(size: int) -> Iterator[tuple[Use, str]]:
    """Yield each exchange of an arrived payment that the checkpoint covers, with the rate it was made by."""
    covered = LogLeaf.objects.filter(index__lt=size, entry__kind=EntryKind.FX_CONVERTED)
    by_command = {command: str(entry) for command, entry in covered.values_list("entry__command", "entry_id")}
    payments = Payment.objects.filter(plan_amount_minor__isnull=False, project__isnull=False, rate_on__isnull=False)
    claims = Identification.objects.filter(payment__in=payments, status=Identification.Status.APPROVED)
    brought = dict(claims.values_list("payment_id", "entry_id"))
    rows = list(payments.select_related("project").order_by("id"))
    ids = [brought.get(each.pk) or each.entry_id for each in rows]
    commands = dict(Entry.objects.filter(pk__in=[each for each in ids if each]).values_list("pk", "command"))
    for payment, arrived in zip(rows, ids, strict=True):
        entry = by_command.get(commands[arrived]) if arrived else None
        if entry and payment.project and payment.rate is not None and payment.rate_on is not None:
            to = payment.project.currency
            yield Use(payment.currency, to, payment.rate, payment.rate_source, payment.rate_on), entry


def _said(use: Use) -> Iterator[dict[str, Any]]:
    """Yield what the Bank said that makes this rate: of one currency, or of two where neither is the som."""
    if HOME in (use.currency, use.to):
        other = use.to if use.currency == HOME else use.currency
        found = Rate.objects.filter(currency=other, day=use.on, source__in=use.source.split("+")).order_by("id")
        per_unit = [(each, 1 / each.per_unit if use.currency == HOME else each.per_unit) for each in found if each.som]
        fits = [each for each, price in per_unit if rate_rounded(price) == use.rate]
        for each in fits[:1]:
            yield _row(each.currency, each.day, each.nominal, each.som_text, each.source)
        return
    for currency in (use.currency, use.to):
        said = rate_on(currency, use.on)
        if said is not None:
            yield _row(said.currency, said.on, said.nominal, said.som_text, said.source)


def _row(currency: str, day: dt.date, nominal: int, som: str, source: str) -> dict[str, Any]:
    return {"currency": currency, "day": day, "nominal": nominal, "som": som, "source": source}
