"""Whether the public log is what the entries make of it: places, tree, signed heads, statements."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from django.db.models import Prefetch

from birge_engine.merkle import Frontier, hash_leaf
from birge_engine.note import Key, NoteError, checkpoint_parse, key_parse, note_check, note_parse

from ..models import Checkpoint, Entry, LogHead, LogKey, LogLeaf, LogNode, Outbox, Posting, StatementLine
from ..proofs import STEP
from .faults import Fault

AT_ONCE = 2_000


def log_complete() -> Iterator[Fault]:
    """Find entries that neither wait for the public log nor stand in it, or do both; and gaps in it."""
    for pk in Entry.objects.filter(outbox=None, log_leaf=None).values_list("pk", flat=True):
        yield Fault("log", str(pk), "neither waits for the public log nor stands in it")
    for pk in Outbox.objects.exclude(entry__log_leaf=None).values_list("entry_id", flat=True):
        yield Fault("log", str(pk), "stands in the public log and waits for it too")
    for place, index in enumerate(LogLeaf.objects.order_by("index").values_list("index", flat=True)):
        if place != index:
            yield Fault("log", str(place), "nothing stands at this place")
            return
    head = LogHead.objects.first()
    if head is None:
        yield Fault("log", "head", "is gone, so that no sequencer can work")
    elif LogLeaf.objects.count() != head.size:
        yield Fault("log", str(head.size), "is not as many entries as have a place")


def tree_stands() -> Iterator[Fault]:
    """Build the tree once more from the entries' own bytes, and compare everything that was kept of it."""
    heads = {each.size: _bytes(each.root) for each in Checkpoint.objects.all()}
    nodes = {(each.level, each.index): _bytes(each.hash) for each in LogNode.objects.all()}
    frontier = Frontier()
    made: dict[tuple[int, int], bytes] = {}

    def keep(level: int, index: int, node: bytes) -> None:
        if level and level % STEP == 0:
            made[level, index] = node

    leaves = LogLeaf.objects.order_by("index").values_list("index", "hash", "entry__leaf")
    for index, kept, leaf in leaves.iterator(chunk_size=AT_ONCE):
        digest = hash_leaf(_bytes(leaf))
        if digest != _bytes(kept):
            yield Fault("tree", str(index), "its hash is not that of the entry")
        frontier.append(digest, keep)
        if frontier.size in heads and heads[frontier.size] != frontier.root():
            yield Fault("tree", str(frontier.size), "a checkpoint of this size was signed over something else")
    if made != nodes:
        yield Fault("tree", str(sorted(made.items() ^ nodes.items())[0][0]), "a node is not what its leaves make")
    head = LogHead.objects.first()
    if head is not None and _bytes(head.frontier) != b"".join(frontier.hashes):
        yield Fault("tree", str(frontier.size), "the right edge is not what the leaves make")
    for size in heads:
        if size > frontier.size:
            yield Fault("tree", str(size), "a checkpoint covers more than the log has")


def checkpoints_signed() -> Iterator[Fault]:
    """Find checkpoints that say something else than their row, or that no key of ours has signed."""
    keys: list[Key] = []
    for vkey in LogKey.objects.order_by("id").values_list("vkey", flat=True):
        try:
            keys.append(key_parse(vkey))
        except NoteError as error:
            yield Fault("checkpoint", vkey[:40], str(error))
    for each in Checkpoint.objects.order_by("size"):
        try:
            note = note_parse(_bytes(each.note).decode())
            said = checkpoint_parse(note.text)
            signed = note_check(note, keys)
        except (NoteError, UnicodeDecodeError) as error:
            yield Fault("checkpoint", str(each.size), str(error))
            continue
        if (said.size, said.root) != (each.size, _bytes(each.root)):
            yield Fault("checkpoint", str(each.size), "its note says something else")
        if not any(key.name == said.origin for key, _seconds in signed):
            yield Fault("checkpoint", str(each.size), "is signed by none of the log's keys")


def statements_stand() -> Iterator[Fault]:
    """Compute every account's running balance once more."""
    held: dict[int, int] = {}
    wanted: list[tuple[int, int, int, int]] = []
    postings = Prefetch("entry__postings", Posting.objects.select_related("account"))
    for leaf in LogLeaf.objects.order_by("index").select_related("entry").prefetch_related(postings):
        moved: dict[int, int] = {}
        for posting in leaf.entry.postings.all():
            account = posting.account
            moved[account.pk] = moved.get(account.pk, 0) + account.normal * posting.amount
        for pk, amount in moved.items():
            held[pk] = held.get(pk, 0) + amount
            wanted.append((leaf.index, pk, amount, held[pk]))
    kept = StatementLine.objects.order_by("index", "account").values_list("index", "account_id", "amount", "balance")
    for line, row in zip_longest(sorted(wanted), kept):
        if line != row:
            yield Fault("statement", str((line or row)[:2]), "is not what the entries make")
            return


def _bytes(value: object) -> bytes:
    """Return what stands in a column, whatever somebody has put there: SQLite keeps text where bytes belong."""
    if isinstance(value, str):
        return value.encode(errors="replace")
    return bytes(value) if isinstance(value, bytes | memoryview) else repr(value).encode()
