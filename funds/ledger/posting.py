"""The one door into the ledger. Everything that is ever written there is written by `post`.

A command is opened first, in the caller's transaction; its entries are posted; its result is noted. All three stand
or fall together, and the same command again finds its result instead of moving money twice.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from birge import clock, randomness
from birge.errors import Conflict, InsufficientFunds, KeyReused
from birge_engine.leaf import leaf_encode

from . import codes
from .drafts import AccountKey, EntryDraft, Leg, MalformedEntry, Written, book_of, link_faults, shape_faults
from .kinds import OPENS, EntryKind
from .models import Account, Balance, Command, Entry, Outbox, Posting
from .posting_sql import DONE, KNOWN, MISSING, SHORT, New, Ready, post_in_database
from .ready import leaf_content, ready_entry
from .selectors import entries_with_postings

__all__ = [
    "AccountKey",
    "EntryDraft",
    "Leg",
    "MalformedEntry",
    "OpenCommand",
    "command_finish",
    "command_open",
    "draft_check",
    "leaf_content",
    "post",
    "post_once",
    "written",
]


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
    request_hash = _request_hash(request)
    made = _command_made(scope, key, request_hash)
    if made is not None:
        return OpenCommand(made, replayed=False)
    return OpenCommand(_command_known(scope, key, request_hash), replayed=True)


def _request_hash(request: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(request, sort_keys=True, separators=(",", ":"), default=str).encode()).hexdigest()


def _command_known(scope: str, key: str, request_hash: str) -> Command:
    """Return the command that was done before. Raises KeyReused if it was another request."""
    earlier = Command.objects.get(scope=scope, key=key)
    if earlier.request_hash != request_hash:
        raise KeyReused(scope=scope)
    if not earlier.result_ref:
        raise RuntimeError(f"The command {earlier} was opened before, but never finished.")
    return earlier


def _command_made(scope: str, key: str, request_hash: str) -> Command | None:
    """Insert the command; None if there is such a one, once whoever made it has committed."""
    command = Command(scope=scope, key=key, request_hash=request_hash)
    if connection.vendor == "postgresql":
        sql = (
            "INSERT INTO ledger_command (scope, key, request_hash, result_ref, created_at) VALUES (%s, %s, %s, '', %s) "
            "ON CONFLICT (scope, key) DO NOTHING RETURNING id"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [scope, key, request_hash, command.created_at])
            row = cursor.fetchone()
        if row is None:
            return None
        command.pk, command._state.adding, command._state.db = row[0], False, "default"
        return command
    try:
        with transaction.atomic():
            command.save(force_insert=True)
    except IntegrityError:
        return None
    return command


def command_finish(command: Command, result_ref: str) -> None:
    """Note what the command led to (a public id). Once, and before the transaction ends: a replay asks for it."""
    _in_transaction()
    if not result_ref:
        raise ValueError("a command has a result")
    command.result_ref = result_ref
    with connection.cursor() as cursor:  # one plain statement: this is done for every movement of money
        cursor.execute("UPDATE ledger_command SET result_ref = %s WHERE id = %s", [result_ref, command.pk])


def post(*, command: Command, drafts: Sequence[EntryDraft]) -> list[Entry]:
    """Write entries, in order, in the caller's transaction.

    Guarded accounts are locked in the order of code and currency, after everything was checked that needs no lock.
    Raises InsufficientFunds if one would go below zero, Conflict (`already_ended`) if what a draft
    ends or undoes was ended before, MalformedEntry for what the books do not know.
    """
    _in_transaction()
    named = _named(drafts)
    for draft in drafts:
        draft_check(draft, named)
    _endings_check(drafts, named)
    if connection.vendor == "postgresql":
        return _post_in_one_call(command, drafts)
    accounts = _accounts({leg.account for draft in drafts for leg in draft.legs})
    balances = _lock(account for account in accounts.values() if account.guarded)
    first = Entry.objects.filter(command=command).count()
    entries, postings = [], []
    for n, draft in enumerate(drafts, start=first):
        entry, its_postings = _build(command, n, draft, accounts, balances)
        entries.append(entry)
        postings += its_postings
    Posting.objects.bulk_create(postings)
    for balance in balances.values():
        Balance.objects.filter(pk=balance.pk).update(amount=balance.amount, version=balance.version)
    Entry.objects.bulk_create(entries)  # the database seals each: it wants to see its postings, and balances moved
    Outbox.objects.bulk_create([Outbox(entry=entry) for entry in entries])
    return entries


def post_once(
    *, scope: str, key: str, request: Mapping[str, Any], drafts: Sequence[EntryDraft], result_ref: str
) -> bool:
    """Open a command, write its entries and finish it; return False if the same was done before.

    For events that are entries and nothing else, in a transaction of its own: on PostgreSQL one round trip. Drafts end
    and undo nothing. Raises what `command_open` and `post` raise.
    """
    for draft in drafts:
        if draft.resolves is not None or draft.reverses is not None:
            raise MalformedEntry("what ends another entry is posted where that entry can be locked")
        draft_check(draft)
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        new = New(scope, key, _request_hash(request), result_ref)
        if _written(new, drafts) is not None:
            return True
        _command_known(scope, key, new.request_hash)
        return False
    with transaction.atomic():
        opened = command_open(scope=scope, key=key, request=request)
        if not opened.replayed:
            post(command=opened.command, drafts=drafts)
            command_finish(opened.command, result_ref)
    return not opened.replayed


def _post_in_one_call(command: Command, drafts: Sequence[EntryDraft]) -> list[Entry]:
    """Do the rest inside PostgreSQL: see `posting_sql`."""
    return [_unread(entry, command) for entry in _written(command.pk, drafts) or ()]


def _written(command: int | New, drafts: Sequence[EntryDraft]) -> list[Ready] | None:
    """Let the database write; accounts that are new to the books are made first. None if the command is known."""
    at = clock.now()
    ready = [ready_entry(draft, randomness.new_uuid(), draft.date or clock.today()) for draft in drafts]
    said = post_in_database(ready, command=command, at=at)
    if said == MISSING:
        _accounts({leg.account for draft in drafts for leg in draft.legs})
        said = post_in_database(ready, command=command, at=at)
    if said.startswith(SHORT):
        _short, wanted, had, code = said.split(" ", 3)
        raise InsufficientFunds(account=code, wanted=int(wanted), available=int(had))
    if said not in (DONE, KNOWN):
        raise RuntimeError(f"The ledger did not post: {said}")
    return ready if said == DONE else None


def _unread(entry: Ready, command: Command) -> Entry:
    """Return an entry that was written by the database; what only the database knows is read if somebody asks."""
    known = {
        "id": entry.id,
        "command_id": command.pk,
        "kind": entry.kind,
        "book": entry.book,
        "date": entry.date,
        "n_postings": len(entry.sides),
        "resolves_id": entry.resolves,
        "reverses_id": entry.reverses,
        "group": entry.group,
        "commitment": entry.commitment,
        "tag": entry.tag,
    }
    return Entry.from_db("default", list(known), list(known.values()))


def draft_check(draft: EntryDraft, entries: Mapping[uuid.UUID, Entry] | None = None) -> None:
    """Raise MalformedEntry unless the draft has the shape of its kind and fits the entry that it ends or undoes.

    `entries` are those that drafts name, with their postings.
    """
    entries = entries or {}
    faults = list(shape_faults(draft.kind, draft.legs))
    for named in (draft.resolves, draft.reverses):
        if named is not None and named not in entries:
            faults.append(f"there is no entry {named}")
    if not faults:
        resolved, undone = (written(entries[pk]) if pk else None for pk in (draft.resolves, draft.reverses))
        faults += link_faults(draft.kind, draft.legs, resolved, undone)
    if faults:
        raise MalformedEntry(f"{draft.kind}: {'; '.join(faults)}")


def written(entry: Entry) -> Written:
    """Return what the rules need to know of an entry (read with its postings and accounts)."""
    postings = sorted(entry.postings.all(), key=lambda posting: posting.k)
    return Written(
        kind=EntryKind(entry.kind),
        legs=[Leg(AccountKey(each.account.code, each.currency), each.amount) for each in postings],
    )


def _in_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("The ledger is written inside the caller's transaction.")


def _named(drafts: Sequence[EntryDraft]) -> dict[uuid.UUID, Entry]:
    """Return the entries that drafts end or undo, kept from being ended by anyone else until we are done.

    The lock is on the row of their command: entries are not ours to update, so neither ours to lock.
    """
    ids = {named for draft in drafts for named in (draft.resolves, draft.reverses) if named is not None}
    if not ids:
        return {}
    commands = Command.objects.filter(pk__in=Entry.objects.filter(pk__in=ids).values("command"))
    list(commands.select_for_update(no_key=True).order_by("pk"))
    found = entries_with_postings().select_related("resolved_by__reversed_by", "reversed_by", "resolves")
    return {entry.pk: entry for entry in found.filter(pk__in=ids)}


def _endings_check(drafts: Sequence[EntryDraft], named: Mapping[uuid.UUID, Entry]) -> None:
    """Raise unless each entry is ended once: by what resolves it or by a correction, not by both.

    What ended an opening is undone only together with that opening, in this order: an entry is resolved at most once,
    so the opening could never be ended again.
    """
    ends = [target for draft in drafts for target in (draft.resolves, draft.reverses) if target is not None]
    if len(ends) != len(set(ends)):
        raise MalformedEntry("one entry is ended twice")
    undone: set[uuid.UUID] = set()
    for draft in drafts:
        target = draft.resolves or draft.reverses
        if target is None:
            continue
        if _ended(named[target], undone, for_good=draft.reverses is None):
            raise Conflict(_("This was ended already."), code="already_ended")
        if draft.reverses is not None:
            undone.add(draft.reverses)
    for entry in (named[target] for target in undone):
        if entry.resolves is not None and entry.resolves.kind in OPENS and entry.resolves_id not in undone:
            raise MalformedEntry(f"{entry.kind} {entry.pk} is undone only together with {entry.resolves_id}, after it")


def _ended(entry: Entry, undone: set[uuid.UUID], *, for_good: bool) -> bool:
    """Say whether an entry was undone, or resolved; unless `for_good`, a resolution that was undone does not count."""
    if hasattr(entry, "reversed_by"):
        return True
    resolution: Entry | None = getattr(entry, "resolved_by", None)
    if resolution is None:
        return False
    return for_good or not (resolution.pk in undone or hasattr(resolution, "reversed_by"))


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


def _lock(accounts: Iterable[Account]) -> dict[int, Balance]:
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
        book=book_of(draft.legs),
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
