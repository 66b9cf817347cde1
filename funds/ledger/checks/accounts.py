"""Whether the accounts agree: with their codes, their postings, their floors, and with each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Count, Max, Sum

from .. import codes
from ..kinds import COVER, OPENS, OWED, SPENDING, Book
from ..models import Account, Balance, Posting
from .faults import Fault

AT_ONCE = 2000


def accounts_match() -> Iterator[Fault]:
    """Find accounts that say of themselves what their code does not."""
    for account in Account.objects.iterator(chunk_size=AT_ONCE):
        try:
            part, kind = codes.parse(account.code), codes.account_type(account.code)
        except ValueError as error:
            yield Fault("accounts", account.code, str(error))
            continue
        says = (account.type, account.book, account.normal, account.guarded, account.custodian_ref, account.purpose_ref)
        if says != (part.type, kind.book, kind.normal, kind.guarded, part.custodian, part.purpose_ref):
            yield Fault("accounts", account.code, "says of itself what its code does not")


def balances_match() -> Iterator[Fault]:
    """Find kept balances that are not the sum of their postings, and versions with a gap."""
    sums = {
        row["account"]: row
        for row in Posting.objects.filter(account__guarded=True)
        .values("account")
        .annotate(total=Sum("amount"), count=Count("version"), last=Max("version"))
        .order_by()
    }
    nothing = {"total": 0, "count": 0, "last": 0}
    for balance in Balance.objects.select_related("account"):
        row = sums.get(balance.account_id, nothing)
        real = balance.account.normal * int(row["total"])
        if real != balance.amount:
            yield Fault("balances", balance.account.code, f"keeps {balance.amount}, its postings make {real}")
        if balance.version != row["count"] or row["last"] != row["count"]:
            yield Fault("balances", balance.account.code, f"is at version {balance.version} after {row['count']}")
    for account in Account.objects.filter(guarded=True, balance__isnull=True):
        yield Fault("balances", account.code, "is guarded but keeps no balance")
    for posting in Posting.objects.filter(account__guarded=False, version__isnull=False):
        yield Fault("balances", str(posting.entry_id), "has a version on an account that is not guarded")


def floors_held() -> Iterator[Fault]:
    """Replay each guarded account in the order of its versions, and find where it was below zero."""
    running: dict[int, int] = defaultdict(int)
    postings = Posting.objects.filter(account__guarded=True).select_related("account").order_by("account", "version")
    for posting in postings.iterator(chunk_size=AT_ONCE):
        running[posting.account_id] += posting.account.normal * posting.amount
        if running[posting.account_id] < 0:
            yield Fault("floor", posting.account.code, f"falls to {running[posting.account_id]} at {posting.entry_id}")


def openings_stand() -> Iterator[Fault]:
    """Find accounts on which not exactly that stands open which was opened and not yet ended."""
    opened = Posting.objects.filter(account__type__in=OPENS.values())
    waiting = opened.filter(entry__kind__in=OPENS, entry__resolved_by=None, entry__reversed_by=None)
    expected = dict(waiting.values_list("account").annotate(total=Sum("amount")).order_by())
    for account in Account.objects.filter(type__in=OPENS.values()).annotate(total=Sum("postings__amount")):
        stands, wanted = (account.normal * int(total or 0) for total in (account.total, expected.get(account.pk)))
        if stands != wanted:
            yield Fault("openings", account.code, f"holds {stands}, but what was opened and not ended makes {wanted}")
        if stands < 0:
            yield Fault("openings", account.code, f"is below nothing: {stands}")


def promises_match() -> Iterator[Fault]:
    """Find promises that nobody stands for: donors for theirs, each village for its share, free and reserved."""
    totals: dict[tuple[str, str], int] = defaultdict(int)
    for code, currency, total in _sums(account__book=Book.PLEDGE):
        part = codes.parse(code)
        donors = code == codes.DONORS or part.type == "promised"
        totals["donors" if donors else f"{part.custodian}:{part.purpose}", currency] += total
    for (who, currency), total in sorted(totals.items()):
        if total:
            yield Fault("promises", f"{who} {currency}", f"promised more or less than stands, by {total}")


def assets_cover() -> Iterator[Fault]:
    """Find custodians who hold, in a currency, more or less than they owe to purposes."""
    totals: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: {"assets": 0, "owed": 0})
    for code, currency, total in _sums(account__type__in=COVER | OWED):
        part = codes.parse(code)
        if part.type in OWED:
            totals[part.custodian, currency]["owed"] -= total
        else:
            totals[part.custodian, currency]["assets"] += total
    for (custodian, currency), sides in sorted(totals.items()):
        if sides["assets"] != sides["owed"]:
            yield Fault("assets", f"{custodian} {currency}", f"holds {sides['assets']}, owes {sides['owed']}")


def matches_held() -> Iterator[Fault]:
    """Find rules of pools that offer, or have reserved, more or less than is held for them."""
    totals: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for code, currency, total in _sums(account__type__in=["held", "pool", "reserved"]):
        part = codes.parse(code)
        if part.line:  # held is a credit, what it backs are debits: together nothing is left
            totals[part.custodian, part.purpose_ref, part.line, currency] += total
    for where, total in sorted(totals.items()):
        if total:
            text = f"what is held differs from what is offered and reserved by {total}"
            yield Fault("matches", " ".join(where), text)


def spending_accounted() -> Iterator[Fault]:
    """Find projects for which what was paid out is neither shown by receipts nor still an advance."""
    totals: dict[tuple[str, str, str], int] = defaultdict(int)
    for code, currency, total in _sums(account__type__in=SPENDING):
        part = codes.parse(code)
        totals[part.custodian, part.purpose_ref, currency] += total
    for where, total in sorted(totals.items()):
        if total:
            yield Fault("spending", " ".join(where), f"advance and spent differ from accountable by {total}")


def _sums(**which: object) -> Iterator[tuple[str, str, int]]:
    """Yield (code, currency, sum of the postings) of the accounts that can be read at all."""
    rows = Posting.objects.filter(**which).values_list("account__code", "currency").annotate(total=Sum("amount"))
    for code, currency, total in rows.order_by():
        try:
            codes.parse(code)
        except ValueError:
            continue  # `accounts_match` says so
        yield code, currency, int(total)
