"""Proofs about the log, from what is stored: leaves, and the roots of every eighth level above them."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import QuerySet

from birge_engine.merkle import ProofError, consistency_proof, hash_node, inclusion_proof

from .models import Checkpoint, LogLeaf, LogNode

STEP = 8  # levels between those that are kept: a node in between is folded from at most 128 hashes


def proof_of_inclusion(index: int, size: int) -> list[bytes]:
    """Return the hashes that lead from an entry to the root of the tree of `size`. Raises ProofError."""
    _signed(size)
    return inclusion_proof(index, size, _Nodes())


def proof_of_consistency(first: int, size: int) -> list[bytes]:
    """Return the hashes that prove that the tree of `size` begins with that of `first`. Raises ProofError."""
    _signed(size)
    return consistency_proof(first, size, _Nodes())


def proof_between(first: int, size: int) -> list[bytes]:
    """Return the same for a tree that may not be signed yet; for the signer only."""
    return consistency_proof(first, size, _Nodes())


def _signed(size: int) -> None:
    """Prove nothing about what no checkpoint covers: it is not final."""
    newest = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0
    if size > newest:
        raise ProofError(f"the newest checkpoint covers {newest} entries")


class _Nodes:
    """Read nodes of the tree; those that lie in one stretch of a kept level are read at once and folded."""

    def __call__(self, level: int, index: int) -> bytes:
        kept = level - level % STEP
        width = 1 << (level - kept)
        hashes = _stretch(kept, index * width, width)
        while len(hashes) > 1:
            hashes = [hash_node(*hashes[at : at + 2]) for at in range(0, len(hashes), 2)]
        return hashes[0]


def _stretch(level: int, start: int, width: int) -> list[bytes]:
    rows: QuerySet[Any] = LogNode.objects.filter(level=level) if level else LogLeaf.objects.all()
    within = rows.filter(index__gte=start, index__lt=start + width).order_by("index")
    hashes = [bytes(each) for each in within.values_list("hash", flat=True)]
    if len(hashes) != width:
        raise ProofError(f"the log on {connection.alias} lacks hashes of level {level} from {start}")
    return hashes
