"""An entry before it is posted. Whether the books know such an entry is in `birge_engine.shapes`."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from birge_engine.shapes import AccountKey, Leg, Written, book_of, link_faults, mirror, shape_faults

from .kinds import EntryKind

__all__ = [
    "AccountKey",
    "EntryDraft",
    "Leg",
    "MalformedEntry",
    "Written",
    "book_of",
    "link_faults",
    "mirror",
    "shape_faults",
]


class MalformedEntry(ValueError):
    """A draft that no rule of the books allows. Always a mistake of ours, never of a user."""


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
