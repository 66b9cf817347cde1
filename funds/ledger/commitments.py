"""What ties an entry to a donor without naming them: a salted commitment in the leaf, its opening in an erasable row.

c = HMAC-SHA256(r, "birge/donor/v1" | label | reference), r = 32 fresh random bytes for each entry. Without r nobody,
we included, can tell whose it is, nor that two entries belong together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from birge import randomness
from birge_engine.receipt import commitment

from .models import DonorOpening, Entry


@dataclass(frozen=True)
class Opening:
    """What opens a commitment, before its entry exists."""

    label: str
    subject_ref: str
    r: bytes


def commitment_make(label: str, subject_ref: str) -> tuple[str, Opening]:
    """Return (commitment in hex, what opens it). Keep the opening with `opening_keep` once the entry is posted."""
    opening = Opening(label=label, subject_ref=subject_ref, r=randomness.token_bytes(32))
    return commitment_of(opening), opening


def commitment_of(opening: Opening) -> str:
    """Return the commitment that this opens, in hex."""
    return commitment(opening.label, opening.subject_ref, opening.r)


def opening_keep(opening: Opening, entry: Entry) -> DonorOpening:
    """Keep what opens the entry's commitment."""
    return DonorOpening.objects.create(entry=entry, label=opening.label, subject_ref=opening.subject_ref, r=opening.r)


def entries_opened_by(subject_refs: Iterable[str]) -> list[Entry]:
    """Return the entries that belong to these subjects, oldest first, with postings and place in the log."""
    entries = Entry.objects.filter(opening__subject_ref__in=list(subject_refs)).select_related(
        "log_leaf", "reversed_by"
    )
    return list(entries.prefetch_related("postings").order_by("command_id", "n"))


def openings_erase(*, subject_ref: str) -> int:
    """Erase all openings of one subject; return how many. The entries stay valid, but nobody can tie them to it."""
    erased, _by_model = DonorOpening.objects.filter(subject_ref=subject_ref).delete()
    return erased
