"""Do the books agree with themselves? Each pass reports what it finds; none of them repairs anything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, F, Q, Sum

from birge.appendonly import expected_names, trigger_names
from birge_engine.leaf import LeafError, leaf_decode

from .kinds import ACCOUNT_TYPES, Book
from .models import Account, Balance, Entry, Outbox, Posting
from .posting import leaf_content
from .triggers import STATEMENTS, TABLES


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and where."""

    check: str
    where: str
    text: str

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.check}: {self.where}: {self.text}"


def check_ledger() -> list[Fault]:
    """Run every check; an empty list means that the books agree with themselves."""
    passes = (
        triggers_installed,
        entries_balance,
        leaves_match,
        mirrors_match,
        balances_match,
        floors_held,
        assets_cover,
        spending_accounted,
        outbox_complete,
    )
    return [fault for check in passes for fault in check()]


def triggers_installed() -> Iterator[Fault]:
    """Are all the triggers there that keep the tables from changing?"""
    missing = expected_names(STATEMENTS, connection.vendor) - trigger_names(connection, TABLES)
    for name in sorted(missing):
        yield Fault("triggers", name, "is not installed")


def entries_balance() -> Iterator[Fault]:
    """Does every entry add up to zero in each currency, with all its postings, in one book?"""
    uneven = (
        Posting.objects.values("entry_id", "currency").annotate(total=Sum("amount")).exclude(total=0).order_by()
    )
    for row in uneven:
        yield Fault("balance", str(row["entry_id"]), f"is off by {row['total']} {row['currency']}")
    for entry in Entry.objects.annotate(count=Count("postings")).exclude(count=F("n_postings")):
        yield Fault("balance", str(entry.pk), "has not as many postings as it was sealed with")
    wrong = Posting.objects.filter(~Q(currency=F("account__currency")) | ~Q(entry__book=F("account__book")))
    for posting in wrong:
        yield Fault("balance", str(posting.entry_id), "uses an account of another currency or book")
    for entry_id in Posting.objects.filter(entry__isnull=True).values_list("entry_id", flat=True):
        yield Fault("balance", str(entry_id), "has postings but does not exist")


def leaves_match() -> Iterator[Fault]:
    """Do the bytes kept with each entry say what its rows say?"""
    for entry in Entry.objects.prefetch_related("postings__account").iterator(chunk_size=500):
        try:
            kept = leaf_decode(bytes(entry.leaf))
        except LeafError as error:
            yield Fault("leaf", str(entry.pk), str(error))
            continue
        documents = [(each["sha256"], each["type"]) for each in kept["documents"]]
        postings = sorted(entry.postings.all(), key=lambda posting: posting.k)
        rows = leaf_content(entry, postings, documents, kept.get("rule"))
        if {key: value for key, value in rows.items() if value not in (None, "")} != kept:
            yield Fault("leaf", str(entry.pk), "its rows differ from its leaf")


def mirrors_match() -> Iterator[Fault]:
    """Does each correction undo exactly what it names, and each resolution end something in its own book?"""
    for entry in Entry.objects.filter(reverses__isnull=False).prefetch_related("postings", "reverses__postings"):
        original = entry.reverses
        if original is None:
            continue
        if _sums(entry, -1) != _sums(original, 1):
            yield Fault("mirror", str(entry.pk), f"is not the mirror of {original.pk}")
    for entry in Entry.objects.filter(resolves__isnull=False).exclude(book=F("resolves__book")):
        yield Fault("mirror", str(entry.pk), "resolves an entry of another book")


def balances_match() -> Iterator[Fault]:
    """Is each kept balance the sum of its postings, and do the versions run without a gap?"""
    sums = {
        row["account"]: row
        for row in Posting.objects.filter(account__guarded=True)
        .values("account")
        .annotate(total=Sum("amount"), count=Count("version", distinct=True))
        .order_by()
    }
    for balance in Balance.objects.select_related("account"):
        row = sums.pop(balance.account_id, {"total": 0, "count": 0})
        real = balance.account.normal * int(row["total"])
        if real != balance.amount:
            yield Fault("balances", balance.account.code, f"keeps {balance.amount}, its postings make {real}")
        if row["count"] != balance.version:
            yield Fault("balances", balance.account.code, f"is at version {balance.version} after {row['count']}")
    for account in Account.objects.filter(pk__in=sums):
        yield Fault("balances", account.code, "is guarded but keeps no balance")


def floors_held() -> Iterator[Fault]:
    """Replay each guarded account in the order of its versions: was it ever below zero?"""
    running: dict[int, int] = defaultdict(int)
    postings = Posting.objects.filter(account__guarded=True).select_related("account").order_by("account", "version")
    for posting in postings.iterator(chunk_size=2000):
        running[posting.account_id] += posting.account.normal * posting.amount
        if running[posting.account_id] < 0:
            yield Fault("floor", posting.account.code, f"falls to {running[posting.account_id]} at {posting.entry_id}")


def assets_cover() -> Iterator[Fault]:
    """For each custodian and currency: is there exactly as much money as is owed to its purposes?"""
    totals: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: {"assets": 0, "owed": 0})
    for custodian, currency, type_name, amount in _type_sums():
        kind = ACCOUNT_TYPES[type_name]
        if kind.asset or type_name in ("fx", "shortfall"):
            totals[custodian, currency]["assets"] += amount
        elif type_name in ("held", "unidentified", "reserve"):
            totals[custodian, currency]["owed"] -= amount
    for (custodian, currency), total in sorted(totals.items()):
        if total["assets"] != total["owed"]:
            yield Fault("assets", f"{custodian} {currency}", f"holds {total['assets']}, owes {total['owed']}")


def spending_accounted() -> Iterator[Fault]:
    """For each purpose: is what was paid out either shown by receipts or still an advance?"""
    totals: dict[tuple[str, str], int] = defaultdict(int)
    rows = (
        Posting.objects.filter(account__type__in=["advance", "spent", "accountable"])
        .values_list("account__purpose_ref", "currency")
        .annotate(total=Sum("amount"))
        .order_by()
    )
    for purpose, currency, total in rows:
        totals[purpose, currency] += int(total)
    for (purpose, currency), total in sorted(totals.items()):
        if total:
            yield Fault("spending", f"{purpose} {currency}", f"advance and spent differ from accountable by {total}")


def outbox_complete() -> Iterator[Fault]:
    """Does every entry wait for, or stand in, the public log?"""
    for entry_id in Entry.objects.exclude(pk__in=Outbox.objects.values("entry_id")).values_list("pk", flat=True):
        yield Fault("outbox", str(entry_id), "was never put into the outbox")


def _sums(entry: Entry, sign: int) -> dict[tuple[int, str], int]:
    sums: dict[tuple[int, str], int] = defaultdict(int)
    for posting in entry.postings.all():
        sums[posting.account_id, posting.currency] += sign * posting.amount
    return {key: value for key, value in sums.items() if value}


def _type_sums() -> Iterator[tuple[str, str, str, int]]:
    rows = (
        Posting.objects.filter(account__book=Book.CASH)
        .values_list("account__custodian_ref", "currency", "account__type")
        .annotate(total=Sum("amount"))
        .order_by()
    )
    for custodian, currency, type_name, total in rows:
        yield custodian, currency, type_name, int(total)
