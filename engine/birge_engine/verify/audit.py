"""The whole check of a log: every entry by itself, all of them in order, the tree over them, who signed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..leaf import LeafError, leaf_decode
from ..merkle import Frontier, hash_leaf
from ..note import Checkpoint, Key, NoteError, checkpoint_open, checkpoint_parse, note_check, note_parse
from .accounts import Accounts, ReplayFault
from .allocations import Allocations
from .endings import Endings
from .entries import EntryFile
from .faults import Fault
from .published import Published, published_faults
from .rates import rate_check
from .rulebook import Beside, Rulebook


@dataclass
class Verdict:
    """What was found. No faults means that all of it holds."""

    faults: list[Fault] = field(default_factory=list)
    checkpoint: Checkpoint | None = None
    entries: int = 0
    accounts: int = 0
    allocations: int = 0  # reservations computed once more
    rounds: int = 0  # settled rounds computed once more
    continues: int | None = None  # the size of the earlier checkpoint that it continues
    witnesses: list[tuple[str, int]] = field(default_factory=list)  # (name, seconds since 1970)


def audit(
    entries: EntryFile,
    note: str,
    key: Key,
    *,
    since: str | None = None,
    balances: Published | None = None,
    witnesses: Sequence[Key] = (),
    beside: Beside | None = None,
) -> Verdict:
    """Check a log against its signed checkpoint.

    `since` is an earlier signed note that this log must continue; `balances` are the published accounts, to compare;
    `witnesses` are keys whose cosignatures must be there; `beside` is what was published of the rules of pools: where
    there are none, nothing. The checks stop at the first entry that cannot be, for
    nothing after it could be judged; the tree is compared all the same.
    """
    verdict = Verdict()
    head = _opened(verdict, note, key, "the checkpoint")
    earlier = _opened(verdict, since, key, "the earlier checkpoint") if since is not None else None
    if head is not None:
        verdict.checkpoint = head
        _witnessed(verdict, note, witnesses)
    book = Rulebook(beside or Beside())
    verdict.faults += book.faults
    replay = _Replay(entries, book)
    replay.run(head, earlier)
    verdict.entries, verdict.accounts = replay.frontier.size, len(replay.accounts.known)
    verdict.allocations, verdict.rounds = replay.allocations.recomputed, replay.allocations.pools.recomputed[1]
    verdict.faults += replay.faults
    verdict.faults += _roots(replay, head, earlier, entries)
    if earlier is not None and not verdict.faults:
        verdict.continues = earlier.size
    if balances is not None and replay.fault_free:
        verdict.faults += published_faults(replay.accounts, balances)
    return verdict


class _Replay:
    """Read every entry once, in order."""

    def __init__(self, entries: EntryFile, book: Rulebook) -> None:
        self.entries = entries
        self.rates = book.beside.rates
        self.accounts = Accounts()
        self.endings = Endings(self._read)
        self.allocations = Allocations(self.accounts, book, self.endings.place, self._read)
        self.frontier = Frontier()
        self.faults: list[Fault] = []
        self.roots: dict[int, bytes] = {}

    def _read(self, index: int) -> dict[str, Any]:
        return leaf_decode(self.entries[index])

    @property
    def fault_free(self) -> bool:
        return not self.faults

    def run(self, *heads: Checkpoint | None) -> None:
        sizes = {head.size for head in heads if head is not None}
        self.roots = {0: self.frontier.root()}
        append = self.frontier.append
        for index, line in enumerate(self.entries):
            append(hash_leaf(line))
            if index + 1 in sizes:
                self.roots[index + 1] = self.frontier.root()
            if not self.faults:
                self._entry(index, line)
        if not self.faults:
            unfinished = self.endings.unfinished() + self.allocations.unfinished(self.frontier.size)
            self.faults += [Fault(text, index) for index, text in sorted(unfinished)]
            self.faults += map(Fault, self.allocations.pools.at_the_end())

    def _entry(self, index: int, line: bytes) -> None:
        try:
            leaf = leaf_decode(line)
            self.endings.add(index, leaf)
            if leaf["id"] in self.rates:
                rate_check(leaf, self.rates[leaf["id"]])
            self.allocations.before(index, leaf)
            self.accounts.move(leaf["book"], leaf["postings"])
        except (LeafError, ReplayFault) as error:
            self.faults += [Fault(text, place) for place, text in sorted(self.allocations.pools.found)]
            self.faults.append(Fault(str(error), index))
        except RecursionError:
            self.faults.append(Fault("too deep to be an entry", index))


def _opened(verdict: Verdict, note: str, key: Key, what: str) -> Checkpoint | None:
    """Return the checkpoint of a note. One that is not signed is a fault, but its tree can still be looked at."""
    try:
        return checkpoint_open(note, key)
    except NoteError as error:
        verdict.faults.append(Fault(f"{what}: {error}"))
    try:
        return checkpoint_parse(note_parse(note).text)
    except NoteError:
        return None


def _witnessed(verdict: Verdict, note: str, witnesses: Sequence[Key]) -> None:
    try:
        signed = note_check(note_parse(note), witnesses)
    except NoteError as error:
        verdict.faults.append(Fault(f"a witness: {error}"))
        return
    verdict.witnesses = [(key.name, seconds or 0) for key, seconds in signed]
    missing = set(witnesses) - {key for key, _seconds in signed}
    names = sorted(f"{key.name} ({key.id.hex()})" for key in missing)
    verdict.faults += [Fault(f"the witness {name} has not signed this checkpoint") for name in names]


def _roots(replay: _Replay, head: Checkpoint | None, earlier: Checkpoint | None, entries: EntryFile) -> list[Fault]:
    faults = []
    size = replay.frontier.size
    if head is not None and head.size != size:
        faults.append(Fault(f"the checkpoint covers {head.size} entries, but there are {size}"))
    elif head is not None and replay.roots[head.size] != head.root:
        faults.append(Fault("the entries are not those that were signed: their tree has another root"))
    if not entries.whole():
        faults.append(Fault("the last line is cut off", size - 1))
    if earlier is None:
        return faults
    if earlier.size > size:
        faults.append(Fault(f"{earlier.size} entries were signed earlier, but there are only {size}: some are gone"))
    elif replay.roots[earlier.size] != earlier.root:
        faults.append(
            Fault(f"history was rewritten: the first {earlier.size} entries are not those that were signed earlier")
        )
    return faults
