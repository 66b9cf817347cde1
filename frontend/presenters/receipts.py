"""A donor's own entries in the ledger, with the files that prove them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from funds.ledger.explorer import entries_covered
from funds.pledges.models import Pledge
from funds.settlement.selectors import pledge_entries


@dataclass(frozen=True)
class MyEntry:
    """One entry that is this donor's. `url` is empty until a checkpoint covers it."""

    label: str
    on: dt.date
    minor: int
    currency: str
    url: str


def my_receipts(pledge: Pledge, token: str) -> list[MyEntry]:
    """Return them for the donor's page."""
    shown, covered = [], entries_covered()
    for entry in pledge_entries(pledge):
        leaf = getattr(entry, "log_leaf", None)
        final = leaf is not None and leaf.index < covered
        first = next(posting for posting in entry.postings.all() if posting.amount > 0)
        url = reverse("my_receipt", args=[token, entry.pk]) if final else ""
        label = entry.get_kind_display()
        if hasattr(entry, "reversed_by"):
            label = _("%(what)s, taken back later") % {"what": label}
        shown.append(MyEntry(label, entry.date, first.amount, first.currency, url))
    return shown
