"""Giving committed entries their place in the public log, and signing its head.

Writers never wait for this. One sequencer at a time works, under a lock on the one row of `LogHead`; it may be killed
at any moment and started again. Entries become leaves in one transaction; the head is signed in a second one, so that
nothing is ever signed that a crash could still undo.

The order is that of the outbox. A writer holds its guarded accounts, and the entries that it ends, until it has
committed, and takes its outbox number after that lock: so versions, endings and corrections ascend in the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from birge_engine.merkle import Frontier, hash_leaf
from birge_engine.note import Checkpoint as Head

from .leaves import Taken, leaves_take
from .models import Checkpoint, LogHead, LogKey, LogLeaf, LogNode, Outbox, StatementLine
from .proofs import STEP, proof_between
from .signing import Signer
from .statements import statement_lines
from .writing import rows_delete, rows_write

AT_ONCE = 5_000


@dataclass(frozen=True)
class Sequenced:
    """What one run did: how many entries got their place, and how many the newest checkpoint covers."""

    taken: int
    size: int


def sequence(*, signer: Signer, at_once: int = AT_ONCE) -> Sequenced:
    """Give up to `at_once` waiting entries their place in the log and sign its head. Does nothing while another runs.

    Raises LeafMismatch if an entry's rows differ from its leaf, SigningRefused if the log does not continue what was
    signed before: in both cases a person has to look, and nothing further is published.
    """
    taken = _append(at_once)
    return Sequenced(taken, _sign(signer))


def sequence_all(*, signer: Signer, at_once: int = AT_ONCE) -> Sequenced:
    """Go on until nothing waits. Must not be called inside a transaction."""
    total = 0
    while True:
        done = sequence(signer=signer, at_once=at_once)
        total += done.taken
        if done.taken < at_once:
            return Sequenced(total, done.size)


def _append(at_once: int) -> int:
    with transaction.atomic():
        head = _locked_head()
        if head is None:
            return 0
        taken = leaves_take(at_once)
        if not taken:
            return 0
        frontier = _frontier(head)
        _write(taken, frontier)
        head.size, head.frontier = frontier.size, b"".join(frontier.hashes)
        head.save(update_fields=["size", "frontier"])
    return len(taken)


def _write(taken: Sequence[Taken], frontier: Frontier) -> None:
    """Write leaves, nodes and statement lines, and let the entries wait no longer."""
    start = frontier.size
    nodes: list[tuple[int, int, bytes]] = []
    hashes = [hash_leaf(each.leaf) for each in taken]

    def keep(level: int, index: int, node: bytes) -> None:
        if level and level % STEP == 0:
            nodes.append((level, index, node))

    for each in hashes:
        frontier.append(each, keep)
    places = [(start + n, each.entry_id, digest) for n, (each, digest) in enumerate(zip(taken, hashes, strict=True))]
    rows_write(LogLeaf, ("idx", "entry_id", "hash"), places)
    rows_write(LogNode, ("level", "idx", "hash"), nodes)
    rows_write(StatementLine, ("account_id", "idx", "amount", "balance"), statement_lines(start, taken))
    rows_delete(Outbox, [each.outbox_id for each in taken])


def _sign(signer: Signer) -> int:
    """Sign the head unless it is signed already; return how many entries the newest checkpoint covers."""
    with transaction.atomic():
        head = _locked_head()
        newest = Checkpoint.objects.order_by("-size").first()
        if head is None or head.size == (newest.size if newest else 0):
            return newest.size if newest else 0
        size, root = head.size, _frontier(head).root()
        published = newest.note if newest else ""
        note = signer.sign(Head(signer.origin, size, root), lambda first: proof_between(first, size), published)
        LogKey.objects.get_or_create(vkey=str(signer.key()))
        Checkpoint.objects.create(size=size, root=root, note=note)
    return size


def _locked_head() -> LogHead | None:
    """Lock the head for this transaction; None while another sequencer holds it."""
    heads = LogHead.objects.all()
    if connection.vendor == "postgresql":
        heads = heads.select_for_update(skip_locked=True)
    return heads.first()


def _frontier(head: LogHead) -> Frontier:
    data = bytes(head.frontier)
    return Frontier(head.size, [data[at : at + 32] for at in range(0, len(data), 32)])
