"""Receipts: what proves, without us, that an entry stands in the ledger, and to a donor that it is theirs."""

from __future__ import annotations

from birge_engine.receipt import receipt_make

from .models import DonorOpening, Entry
from .proofs import proof_of_inclusion
from .publishing import checkpoint_newest, checkpoint_text, key_newest


def receipt_of(entry: Entry, *, mine: bool = False) -> str | None:
    """Return the receipt of an entry as text; None while no checkpoint covers it.

    `mine` puts in what opens its commitment: only for whoever has proved that the entry is theirs. It is left out if
    it was erased.
    """
    checkpoint = checkpoint_newest()
    leaf = getattr(entry, "log_leaf", None)
    if checkpoint is None or leaf is None or leaf.index >= checkpoint.size:
        return None
    opening = DonorOpening.objects.filter(entry=entry).first() if mine else None
    return receipt_make(
        bytes(entry.leaf),
        leaf.index,
        proof_of_inclusion(leaf.index, checkpoint.size),
        checkpoint_text(checkpoint),
        key_newest(),
        (opening.label, opening.subject_ref, bytes(opening.r)) if opening else None,
    )
