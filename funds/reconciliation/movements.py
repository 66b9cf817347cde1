"""What moved through a custodian's bank accounts, as our books and as the bank's statements know it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from birge.organisations.models import Organisation
from funds.banking.models import BankAccount, BankLine, StatementFile
from funds.ledger import codes
from funds.ledger.models import Posting
from funds.payments.models import Payment
from funds.releases.models import Refund, Release


@dataclass
class Booked:
    """All that stands in our books at the bank under one reference: its sum, and the days it is about.

    `day` is the day that is claimed for it (of a payment: when it came), `booked_on` the day of its newest entry.
    """

    ref: str
    amount: int = 0
    day: dt.date = dt.date.max
    booked_on: dt.date = dt.date.min


@dataclass
class Told:
    """All lines of the bank under one reference."""

    ref: str
    amount: int = 0
    day: dt.date = dt.date.max
    explained_on: dt.date = dt.date.min


@dataclass
class Bank:
    """One currency of a custodian's accounts at banks. `until`: statements of all its accounts reach so far."""

    currency: str
    ours: dict[str, Booked] = field(default_factory=dict)
    theirs: dict[str, Told] = field(default_factory=dict)
    unexplained: list[BankLine] = field(default_factory=list)
    set_aside: list[BankLine] = field(default_factory=list)
    openings: dict[str, tuple[int, dt.date]] = field(default_factory=dict)  # by account
    entries: list[tuple[dt.date, str, int]] = field(default_factory=list)  # day, reference, amount
    lines: list[tuple[dt.date, int]] = field(default_factory=list)
    until: dt.date | None = None
    closing: int | None = None  # at the end of `until`; None where a statement without balances does not say
    missing: list[str] = field(default_factory=list)  # accounts without any statement

    def ours_at(self, day: dt.date) -> int:
        """Return what our books held at the end of a day."""
        return sum(amount for booked_on, _ref, amount in self.entries if booked_on <= day)


def banks_of(custodian: Organisation) -> list[Bank]:
    """Return both sides of all currencies that this custodian has at banks, in our books or by statements."""
    banks: dict[str, Bank] = {}
    accounts = list(BankAccount.objects.filter(custodian=custodian).order_by("id"))
    for account in accounts:
        banks.setdefault(account.currency, Bank(account.currency))
    _read_books(custodian, banks)
    for currency, bank in banks.items():
        _read_statements(bank, [account for account in accounts if account.currency == currency])
    return [banks[currency] for currency in sorted(banks)]


def _read_books(custodian: Organisation, banks: dict[str, Bank]) -> None:
    rows = Posting.objects.filter(account__code=codes.bank(custodian.public_id)).values_list(
        "entry_id", "entry__reverses_id", "entry__command__result_ref", "entry__date", "currency", "amount"
    )
    known = _known_refs(custodian)
    came = Payment.objects.filter(custodian=custodian, entry_id__isnull=False)
    payments: dict[UUID | None, dt.date] = dict(came.values_list("entry_id", "received_on"))
    listed = list(rows)
    results = {entry_id: result for entry_id, _reverses, result, _day, _currency, _amount in listed}
    for entry_id, reverses, result, day, currency, amount in listed:
        named = reverses or entry_id  # a correction is about what it takes back
        ref = known.get(named) or results.get(named) or result or named.hex[:16]
        bank = banks.setdefault(currency, Bank(currency))
        booked = bank.ours.setdefault(ref, Booked(ref))
        booked.amount += amount
        booked.day = min(booked.day, payments.get(named) or day)
        booked.booked_on = max(booked.booked_on, day)
        bank.entries.append((day, ref, amount))


def _known_refs(custodian: Organisation) -> dict[UUID | None, str]:
    """Return by which reference lines name what an entry booked, where its command did more than this."""
    known: dict[UUID | None, str] = {}
    for model in (Payment, Release, Refund):
        found = model._default_manager.filter(custodian=custodian, entry_id__isnull=False)
        known.update(found.values_list("entry_id", "public_id"))
    return known


def _read_statements(bank: Bank, accounts: list[BankAccount]) -> None:
    by_account: dict[int, list[BankLine]] = defaultdict(list)
    for line in BankLine.objects.filter(account__in=accounts).order_by("day", "id"):
        by_account[line.account_id].append(line)
        _read_line(bank, line)
    files: dict[int, list[StatementFile]] = defaultdict(list)
    for file in StatementFile.objects.filter(account__in=accounts).order_by("last_day", "id"):
        files[file.account_id].append(file)
    bank.missing = [account.public_id for account in accounts if account.pk not in files]
    if not files:
        return
    bank.until = min(some[-1].last_day for some in files.values())
    closings = [_closing(files[pk], by_account[pk], bank.until) for pk in files]
    bank.closing = None if None in closings else sum(each for each in closings if each is not None)
    for account in accounts:
        opening = _opening(files.get(account.pk, []), by_account[account.pk])
        if opening is not None:
            bank.openings[account.public_id] = opening


def _read_line(bank: Bank, line: BankLine) -> None:
    bank.lines.append((line.day, line.amount_minor))
    if line.payment_ref:
        told = bank.theirs.setdefault(line.payment_ref, Told(line.payment_ref))
        told.amount += line.amount_minor
        told.day = min(told.day, line.day)
        if line.explained_at is not None:
            told.explained_on = max(told.explained_on, line.explained_at.astimezone(dt.UTC).date())
    elif line.status == BankLine.Status.IGNORED:
        bank.set_aside.append(line)
    else:
        bank.unexplained.append(line)


def _closing(files: list[StatementFile], lines: Iterable[BankLine], day: dt.date) -> int | None:
    """Return what the account held at the end of `day`, by the newest statement that says a balance."""
    newest = next((file for file in reversed(files) if file.closing_minor is not None), None)
    if newest is None or newest.closing_minor is None:
        return None
    after = sum(line.amount_minor for line in lines if newest.last_day < line.day <= day)
    before = sum(line.amount_minor for line in lines if day < line.day <= newest.last_day)
    return newest.closing_minor + after - before


def _opening(files: list[StatementFile], lines: Iterable[BankLine]) -> tuple[int, dt.date] | None:
    """Return what lay in the account before the first line that we know, and the first day that a statement tells of.

    None where no statement says a balance.
    """
    told = sorted((file for file in files if file.opening_minor is not None), key=lambda file: file.first_day)
    if not told or told[0].opening_minor is None:
        return None
    earlier = sum(line.amount_minor for line in lines if line.day < told[0].first_day)
    return told[0].opening_minor - earlier, min(file.first_day for file in files)
