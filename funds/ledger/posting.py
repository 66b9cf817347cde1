"""The one door into the ledger. Everything that is ever written there is written by `post`.

A command is opened first, in the caller's transaction; its entries are posted; its result is noted. All three stand
or fall together, and the same command again finds its result instead of moving money twice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, connection, transaction

from birge import clock, randomness
from birge.errors import InsufficientFunds, KeyReused
from birge_engine.leaf import VERSION, leaf_encode

from . import codes
from .kinds import ACCOUNT_TYPES, SHAPES, Book, EntryKind
from .models import Account, Balance, Command, Entry, Outbox, Posting


class MalformedEntry(ValueError):
    """A draft that no rule of the books allows. Always a mistake of ours, never of a user."""


@dataclass(frozen=True, order=True)
class AccountKey:
    """An account is its code and its currency; it comes into being with its first posting."""

    code: str
    currency: str


@dataclass(frozen=True)
class Leg:
    """One side of an entry: signed minor units, debit positive."""

    account: AccountKey
    amount: int


@dataclass(frozen=True)
class EntryDraft:
    """An entry before it is posted. `documents` are (sha256 hex, type); `date` is the UTC day, today if empty."""

    kind: EntryKind
    legs: Sequence[Leg]
    date: dt.date | None = None
    resolves: uuid.UUID | None = None
    reverses: uuid.UUID | None = None
    group: str = ""
    commitment: str | None = None
    tag: str | None = None
    documents: Sequence[tuple[str, str]] = field(default_factory=list)
    rule: str | None = None


@dataclass(frozen=True)
class OpenCommand:
    """A command; `replayed` if the same was done before: then nothing more may be done, see its `result_ref`."""

    command: Command
    replayed: bool


def command_open(*, scope: str, key: str, request: Mapping[str, Any]) -> OpenCommand:
    """Open a command once. Must be called inside the caller's transaction, before anything else is written.

    A second caller with the same scope and key waits until the first has committed, then gets it replayed. Raises
    KeyReused if `request` (plain JSON; only its hash is kept) is another one.
    """
    _in_transaction()
    request_hash = hashlib.sha256(
        json.dumps(request, sort_keys=True, separators=(",", ":"), default=str).encode()
    ).hexdigest()
    try:
        with transaction.atomic():
            return OpenCommand(
                Command.objects.create(scope=scope, key=key, request_hash=request_hash), replayed=False
            )
    except IntegrityError:
        earlier = Command.objects.get(scope=scope, key=key)
    if earlier.request_hash != request_hash:
        raise KeyReused(scope=scope)
    return OpenCommand(earlier, replayed=True)


def command_finish(command: Command, result_ref: str) -> None:
    """Note what the command led to (a public id). Once."""
    _in_transaction()
    command.result_ref = result_ref
    command.save(update_fields=["result_ref"])


def post(*, command: Command, drafts: Sequence[EntryDraft]) -> list[Entry]:
    """Write entries, in order, in the caller's transaction.

    Guarded accounts are locked in the order of code and currency, after everything was checked that needs no lock,
    and updated last. Raises InsufficientFunds if one would go below zero, MalformedEntry for what the books do not
    know.
    """
    _in_transaction()
    for draft in drafts:
        draft_check(draft)
    accounts = _accounts({leg.account for draft in drafts for leg in draft.legs})
    balances = _lock(account for account in accounts.values() if account.guarded)
    first = Entry.objects.filter(command=command).count()
    entries, postings = [], []
    for n, draft in enumerate(drafts, start=first):
        entry, its_postings = _build(command, n, draft, accounts, balances)
        entries.append(entry)
        postings += its_postings
    Posting.objects.bulk_create(postings)
    Entry.objects.bulk_create(entries)
    Outbox.objects.bulk_create([Outbox(entry=entry) for entry in entries])
    for balance in balances.values():
        Balance.objects.filter(pk=balance.pk).update(amount=balance.amount, version=balance.version)
    return entries


def draft_check(draft: EntryDraft) -> None:
    """Raise MalformedEntry unless the draft balances and has the shape of its kind."""
    if len(draft.legs) < 2 or any(type(leg.amount) is not int or leg.amount == 0 for leg in draft.legs):
        raise MalformedEntry(f"{draft.kind}: at least two legs, whole and not zero")
    sums: dict[str, int] = {}
    for leg in draft.legs:
        sums[leg.account.currency] = sums.get(leg.account.currency, 0) + leg.amount
    if any(sums.values()):
        raise MalformedEntry(f"{draft.kind}: does not balance, {sums}")
    types = [(codes.parse(leg.account.code).type, leg.amount > 0) for leg in draft.legs]
    if len({ACCOUNT_TYPES[name].book for name, _debit in types}) != 1:
        raise MalformedEntry(f"{draft.kind}: one entry lives in one book")
    if draft.kind == EntryKind.ENTRY_REVERSED:
        if draft.reverses is None:
            raise MalformedEntry("a correction names what it reverses")
        return
    shape = SHAPES[draft.kind]
    for name, debit in types:
        if name not in (shape.debit if debit else shape.credit):
            raise MalformedEntry(f"{draft.kind}: may not {'debit' if debit else 'credit'} {name}")


def book_of(draft: EntryDraft) -> Book:
    """Return the book all its accounts belong to."""
    return codes.account_type(draft.legs[0].account.code).book


def _in_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("The ledger is written inside the caller's transaction.")


def _accounts(keys: set[AccountKey]) -> dict[AccountKey, Account]:
    found = _found(keys)
    missing = sorted(keys - found.keys())
    if not missing:
        return found
    # On PostgreSQL another session may make the same account at this moment; then ours is ignored and read below.
    # On SQLite there is one writer, and its guard against replacing would refuse a conflict.
    ignore = connection.vendor == "postgresql"
    Account.objects.bulk_create([_account(key) for key in missing], ignore_conflicts=ignore)
    made = _found(set(missing))
    Balance.objects.bulk_create(
        [Balance(account=made[key]) for key in missing if made[key].guarded], ignore_conflicts=ignore
    )
    return found | made


def _found(keys: set[AccountKey]) -> dict[AccountKey, Account]:
    candidates = Account.objects.filter(code__in=[key.code for key in keys])
    by_key = {AccountKey(account.code, account.currency): account for account in candidates}
    return {key: by_key[key] for key in keys if key in by_key}


def _account(key: AccountKey) -> Account:
    part, kind = codes.parse(key.code), codes.account_type(key.code)
    return Account(
        code=key.code,
        currency=key.currency,
        type=part.type,
        book=kind.book,
        normal=kind.normal,
        guarded=kind.guarded,
        custodian_ref=part.custodian,
        purpose_ref=part.purpose_ref,
    )


def _lock(accounts: Any) -> dict[int, Balance]:
    ordered = sorted(accounts, key=lambda account: (account.code, account.currency))
    rows = (
        Balance.objects.select_for_update(of=("self",))
        .filter(account__in=ordered)
        .order_by("account__code", "account__currency")
    )
    return {balance.account_id: balance for balance in rows}


def _build(
    command: Command, n: int, draft: EntryDraft, accounts: dict[AccountKey, Account], balances: dict[int, Balance]
) -> tuple[Entry, list[Posting]]:
    entry_id = randomness.new_uuid()
    postings = []
    for k, leg in enumerate(draft.legs):
        account = accounts[leg.account]
        version = _move(balances[account.pk], account, leg.amount) if account.guarded else None
        postings.append(
            Posting(
                entry_id=entry_id,
                k=k,
                account=account,
                amount=leg.amount,
                currency=leg.account.currency,
                version=version,
            )
        )
    entry = Entry(
        id=entry_id,
        command=command,
        n=n,
        kind=draft.kind,
        book=book_of(draft),
        date=draft.date or clock.today(),
        n_postings=len(postings),
        resolves_id=draft.resolves,
        reverses_id=draft.reverses,
        group=draft.group,
        commitment=draft.commitment or "",
        tag=draft.tag or "",
        created_at=clock.now(),
    )
    entry.leaf = leaf_encode(leaf_content(entry, postings, draft.documents, draft.rule))
    return entry, postings


def _move(balance: Balance, account: Account, amount: int) -> int:
    available = balance.amount
    balance.amount += account.normal * amount
    balance.version += 1
    if balance.amount < 0:
        raise InsufficientFunds(account=account.code, wanted=abs(amount), available=available)
    return balance.version


def leaf_content(
    entry: Entry, postings: Sequence[Posting], documents: Sequence[tuple[str, str]], rule: str | None
) -> dict[str, Any]:
    """Return what the leaf says; `check_ledger` builds it again from the rows and compares."""
    return {
        "v": VERSION,
        "id": str(entry.id),
        "date": entry.date.isoformat(),
        "kind": str(entry.kind),
        "book": str(entry.book),
        "postings": [
            {
                "account": posting.account.code,
                "amount": posting.amount,
                "currency": posting.currency,
                **({} if posting.version is None else {"version": posting.version}),
            }
            for posting in postings
        ],
        "documents": [{"sha256": digest, "type": kind} for digest, kind in documents],
        "commitment": entry.commitment,
        "tag": entry.tag,
        "reverses": str(entry.reverses_id) if entry.reverses_id else "",
        "resolves": str(entry.resolves_id) if entry.resolves_id else "",
        "group": entry.group,
        "rule": rule or "",
    }
