"""What a pool gave and matched in a period, and what others brought to the same projects: entry by entry.

Every number of the report is a sum of these lines, and each line is one posting of the public ledger on the account
that holds a project's money. Some fifteen queries, however many lines.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from funds.ledger.codes import Code, parse
from funds.ledger.kinds import EntryKind
from funds.ledger.models import Entry, Posting
from funds.payments.models import Payment
from funds.pledges.models import Party, Pledge, PledgeContact
from funds.pools.models import Pool
from funds.releases.models import Refund

GIVEN, MATCHED, DONORS, VILLAGE, OTHERS = "given", "matched", "donors", "village", "others"
OWN = (GIVEN, MATCHED)
BROUGHT = (DONORS, VILLAGE, OTHERS)
_K = EntryKind
BY_POOLS = {_K.POOL_GIVEN: GIVEN, _K.POOL_RETURNED: GIVEN, _K.MATCH_ALLOCATED: MATCHED, _K.MATCH_REVERSED: MATCHED}
BY_PAYMENT = (_K.PAYMENT_RECEIVED, _K.PAYMENT_IDENTIFIED, _K.REFUND_PAID, _K.PAYMENT_REVERSED)
COUNTED = (*BY_POOLS, *BY_PAYMENT, _K.VILLAGE_PAID)


@dataclass(frozen=True)
class Line:
    """One posting on a project's money. `minor` is signed: what went back is less than nothing."""

    date: dt.date
    kind: str
    part: str
    project: str
    rule: str
    minor: int
    entry: uuid.UUID


@dataclass(frozen=True)
class Period:
    """From one day to another, both counted."""

    first: dt.date
    last: dt.date


@dataclass
class Found:
    """The lines, and for each project the groups of gifts and who is behind them, as far as anybody knows."""

    lines: list[Line] = field(default_factory=list)
    donors: dict[str, set[str]] = field(default_factory=dict)


def lines_of(pool: Pool, period: Period) -> Found:
    """Return what this pool gave and matched in the period, and what others brought to those projects in it."""
    own = list(_postings(period, pool.currency).filter(account__purpose_ref=pool.public_id))
    refs = {_project_side(posting) for posting in own} - {""}
    if not refs:
        return Found()
    here = list(_postings(period, pool.currency).filter(account__purpose_ref__in=refs))
    parties = _Parties(posting.entry for posting in here)
    lines = [line for posting in here if (line := _line(posting, pool, parties)) is not None]
    lines.sort(key=lambda line: (line.date, str(line.entry)))
    return Found(lines, parties.donors)


def _postings(period: Period, currency: str) -> QuerySet[Posting]:
    kind = Q(entry__kind__in=COUNTED) | Q(entry__reverses__kind__in=COUNTED)
    found = Posting.objects.filter(
        kind,
        account__type="held",
        currency=currency,
        entry__date__gte=period.first,
        entry__date__lte=period.last,
    )
    return found.select_related("account", "entry__reverses").prefetch_related("entry__postings__account")


def _line(posting: Posting, pool: Pool, parties: _Parties) -> Line | None:
    entry = posting.entry
    kind = EntryKind((entry.reverses or entry).kind)
    part, rule = OTHERS, ""
    if kind in BY_POOLS:
        side = _pool_side(posting)
        if side.purpose_ref == pool.public_id:
            part, rule = BY_POOLS[kind], side.line
    elif kind == EntryKind.VILLAGE_PAID:
        part = VILLAGE
    else:
        part = parties.of(entry)
    return Line(
        date=entry.date,
        kind=entry.kind,
        part=part,
        project=posting.account.purpose_ref,
        rule=rule,
        minor=posting.account.normal * posting.amount,
        entry=entry.pk,
    )


def _others(posting: Posting) -> list[str]:
    return [each.account.code for each in posting.entry.postings.all() if each.account_id != posting.account_id]


def _project_side(posting: Posting) -> str:
    """Return the project on the other side of a posting of a pool; nothing where the money went elsewhere."""
    for code in _others(posting):
        part = parse(code)
        if part.type == "held" and part.purpose.startswith("project-"):
            return part.purpose_ref
    return ""


def _pool_side(posting: Posting) -> Code:
    found = [parse(code) for code in _others(posting)]
    return next((part for part in found if part.purpose.startswith("pool-")), parse(posting.account.code))


class _Parties:
    """Whose money a payment was, by its entry; looked up together for all entries."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Look up the payments behind these entries, their pledges, and who is behind those."""
        listed = [entry for entry in entries if (entry.reverses or entry).kind in BY_PAYMENT]
        ids = {(entry.reverses or entry).pk for entry in listed}
        known: dict[uuid.UUID | None, str] = dict(
            Payment.objects.filter(entry_id__in=ids).values_list("entry_id", "pledge_ref")
        )
        refunds = Refund.objects.filter(entry_id__in=[key for key in ids if key not in known])
        known |= dict(refunds.values_list("entry_id", "payment__pledge_ref"))
        self.pledges = known
        refs = set(known.values()) - {""}
        self.parties = dict(Pledge.objects.filter(public_id__in=refs).values_list("public_id", "party"))
        self.villages = set(refunds.filter(payment__kind="village").values_list("entry_id", flat=True))
        self.donors: dict[str, set[str]] = {}
        giving = PledgeContact.objects.filter(pledge__public_id__in=refs, pledge__party=Party.DONORS)
        for project, contact in giving.values_list("pledge__project__public_id", "value"):
            self.donors.setdefault(project, set()).add(contact)

    def of(self, entry: Entry) -> str:
        """Return whose money it was: that of donors, or (a matching donor's own share) of others."""
        key = (entry.reverses or entry).pk
        if key in self.villages:
            return VILLAGE
        party = self.parties.get(self.pledges.get(key, ""), Party.DONORS)
        return DONORS if party == Party.DONORS else OTHERS
