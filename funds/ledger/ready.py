"""What an entry's leaf says, and a leaf that is built but for the versions, which nobody knows before the lock."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Sequence
from typing import Any

from birge_engine.leaf import LARGEST, VERSION, leaf_encode

from . import codes
from .drafts import EntryDraft, book_of
from .models import Entry, Posting
from .posting_sql import Ready, Side

# Where a version will stand. Inside a text its quotes would be escaped, so that this is found nowhere else.
PLACE = re.compile(r'"version":(\d+)')


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


def ready_entry(draft: EntryDraft, entry_id: uuid.UUID, date: dt.date) -> Ready:
    """Return an entry that only lacks its versions; `date` is its UTC day."""
    sides = [Side(leg.account.code, leg.account.currency, leg.amount) for leg in draft.legs]
    entry = Entry(
        id=entry_id,
        kind=str(draft.kind),
        book=str(book_of(draft.legs)),
        date=date,
        resolves_id=draft.resolves,
        reverses_id=draft.reverses,
        group=draft.group,
        commitment=draft.commitment or "",
        tag=draft.tag or "",
    )
    content = leaf_content(entry, [], draft.documents, draft.rule)
    content["postings"] = [_posting(k, side) for k, side in enumerate(sides)]
    return Ready(
        id=entry_id,
        kind=entry.kind,
        book=entry.book,
        date=date,
        resolves=draft.resolves,
        reverses=draft.reverses,
        group=entry.group,
        commitment=entry.commitment,
        tag=entry.tag,
        sides=sides,
        pieces=_cut(leaf_encode(content).decode()),
    )


def _posting(k: int, side: Side) -> dict[str, Any]:
    says: dict[str, Any] = {"account": side.code, "amount": side.amount, "currency": side.currency}
    if codes.account_type(side.code).guarded:
        says["version"] = LARGEST - k  # longer than any real one, so that the length is checked too
    return says


def _cut(leaf: str) -> list[tuple[str, int | None]]:
    """Return the leaf in pieces, each with the posting whose version follows it; none follows the last."""
    pieces: list[tuple[str, int | None]] = []
    start = 0
    for match in PLACE.finditer(leaf):
        pieces.append((leaf[start : match.start(1)], LARGEST - int(match[1])))
        start = match.end(1)
    return [*pieces, (leaf[start:], None)]
