"""A donor's own entries in the ledger, with the files that prove them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse

from funds.ledger.commitments import entries_opened_by
from funds.ledger.explorer import entries_covered
from funds.ledger.models import Entry
from funds.payments.models import Payment
from funds.pledges.models import Pledge


@dataclass(frozen=True)
class MyEntry:
    """One entry that is this donor's. `url` is empty until a checkpoint covers it."""

    label: str
    on: dt.date
    minor: int
    currency: str
    url: str


def my_entries(pledge: Pledge) -> list[Entry]:
    """Return the entries whose commitments this promise, its remainders and its payments open, oldest first."""
    promised = Pledge.objects.filter(group=pledge.group).values_list("public_id", flat=True)
    paid = Payment.objects.filter(group=pledge.group).values_list("public_id", flat=True)
    return entries_opened_by({*promised, *paid})


def my_receipts(pledge: Pledge, token: str) -> list[MyEntry]:
    """Return them for the donor's page."""
    shown, covered = [], entries_covered()
    for entry in my_entries(pledge):
        leaf = getattr(entry, "log_leaf", None)
        final = leaf is not None and leaf.index < covered
        first = next(posting for posting in entry.postings.all() if posting.amount > 0)
        url = reverse("my_receipt", args=[token, entry.pk]) if final else ""
        shown.append(MyEntry(entry.get_kind_display(), entry.date, first.amount, first.currency, url))
    return shown
