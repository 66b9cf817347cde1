"""Entries that wait for the log, with the bytes they stand for there, checked against their rows once more."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from birge_engine.leaf import LeafError, leaf_decode

from .models import Outbox, Posting


class LeafMismatch(RuntimeError):
    """An entry's rows do not say what its leaf says: one of them was changed. Nothing after it is published."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What an entry did to one account: signed minor units, debit positive."""

    account_id: int
    amount: int


@dataclass(frozen=True, slots=True)
class Taken:
    """An entry on its way into the log."""

    outbox_id: int
    entry_id: uuid.UUID
    leaf: bytes
    moved: list[Moved]


ENTRY = ("kind", "book", "date", "n_postings", "resolves_id", "reverses_id", "group", "commitment", "tag")
POSTING = ("entry_id", "account_id", "account__code", "amount", "currency", "version")


def leaves_take(at_once: int) -> list[Taken]:
    """Return the entries that wait longest, in their order, and whole commands only. Raises LeafMismatch."""
    fields = [f"entry__{name}" for name in ENTRY]
    waiting = Outbox.objects.order_by("id").values_list("id", "entry_id", "entry__leaf", *fields)
    rows = _whole_commands(waiting, at_once)
    if not rows:
        return []
    between = Posting.objects.filter(entry__outbox__id__gte=rows[0][0], entry__outbox__id__lte=rows[-1][0])
    postings: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in between.order_by("entry_id", "k").values_list(*POSTING):
        postings[row[0]].append(row)
    return [_taken(row, postings[row[1]]) for row in rows]


def _whole_commands(waiting: QuerySet[Any, Any], at_once: int) -> list[Any]:
    """Return the first that wait, and as many more as it takes to divide no command: its entries belong together."""
    last = waiting[at_once - 1 : at_once].first() if at_once else None
    if last is None:
        return list(waiting[:at_once])
    end = last[0]
    while (further := _end_of_commands(end)) is not None:
        end = further
    return list(waiting.filter(id__lte=end))


def _end_of_commands(end: int) -> int | None:
    """Return the last number in the outbox of a command that has entries up to `end` and after it, if there is one."""
    sql = (
        "SELECT MAX(after.id) FROM ledger_outbox up_to JOIN ledger_entry e ON e.id = up_to.entry_id "
        "JOIN ledger_entry other ON other.command_id = e.command_id AND other.id <> e.id "
        "JOIN ledger_outbox after ON after.entry_id = other.id WHERE up_to.id <= %s AND after.id > %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [end, end])
        row = cursor.fetchone()
    return row[0] if row else None


def _taken(row: tuple[Any, ...], postings: list[Any]) -> Taken:
    outbox_id, entry_id, leaf = row[0], row[1], bytes(row[2])
    try:
        said = leaf_decode(leaf)
    except LeafError as error:
        raise LeafMismatch(f"the leaf of {entry_id}: {error}") from error
    kept = _rows_say(entry_id, dict(zip(ENTRY, row[3:], strict=True)), postings, said)
    if kept != said:
        raise LeafMismatch(f"the rows of {entry_id} differ from its leaf")
    return Taken(outbox_id, entry_id, leaf, [Moved(each[1], each[3]) for each in postings])


def _rows_say(entry_id: uuid.UUID, entry: dict[str, Any], postings: list[Any], said: dict[str, Any]) -> dict[str, Any]:
    """Return what the leaf would say by the rows alone; documents and rule stand in the leaf only."""
    content = {
        "v": said["v"],
        "id": str(entry_id),
        "date": entry["date"].isoformat(),
        "kind": entry["kind"],
        "book": entry["book"],
        "postings": [_posting_says(each) for each in postings],
        "documents": said["documents"],
    }
    for name, value in (
        ("commitment", entry["commitment"]),
        ("tag", entry["tag"]),
        ("group", entry["group"]),
        ("rule", said.get("rule")),
        ("resolves", entry["resolves_id"] and str(entry["resolves_id"])),
        ("reverses", entry["reverses_id"] and str(entry["reverses_id"])),
    ):
        if value:
            content[name] = value
    return content


def _posting_says(row: tuple[Any, ...]) -> dict[str, Any]:
    _entry, _account, code, amount, currency, version = row
    says = {"account": code, "amount": amount, "currency": currency}
    if version is not None:
        says["version"] = version
    return says
