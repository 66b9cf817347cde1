"""Which entry ends or undoes which: each one exists, stands before, and is ended once."""

from __future__ import annotations

import re
import uuid
from array import array
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from ..books import OPENS, Kind
from ..shapes import AccountKey, Leg, Written, link_faults, shape_faults
from .accounts import ReplayFault

Leaf = Mapping[str, Any]
KINDS = frozenset(map(str, Kind))
NOBODY = -1
WRITTEN = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch


def legs_of(leaf: Leaf) -> list[Leg]:
    """Return the legs of an entry as the rules of the books read them."""
    return [Leg(AccountKey(each["account"], each["currency"]), each["amount"]) for each in leaf["postings"]]


class Endings:
    """What every entry was, by its id, and what became of it."""

    def __init__(self, read: Callable[[int], Leaf]) -> None:
        """`read` gives the leaf at an index that went by."""
        self._read = read
        self._index: dict[bytes, int] = {}
        self._resolved_by = array("q")  # for each entry, the place of the one that ended it
        self._reversed: set[int] = set()
        self._to_undo: dict[int, int] = {}  # openings whose ending was undone: they must be undone too

    def add(self, index: int, leaf: Leaf) -> None:
        """Take note of an entry. Raises ReplayFault if it names what it may not."""
        own = _id(leaf["id"])
        if own in self._index:
            raise ReplayFault(f"the id {leaf['id']} was used before, by entry {self._index[own]}")
        self._index[own] = index
        self._resolved_by.append(NOBODY)
        if "resolves" not in leaf and "reverses" not in leaf:
            self._shape(leaf)
            return
        resolved, undone = self._named(leaf, "resolves", index), self._named(leaf, "reverses", index)
        faults = _faults(leaf["kind"], legs_of(leaf), resolved, undone)
        if faults:
            raise ReplayFault("; ".join(faults))
        if resolved is not None:
            self._resolve(self.place(leaf["resolves"]), index)
        if undone is not None:
            self._undo(self.place(leaf["reverses"]), index)

    def place(self, text: str) -> int:
        """Return the index of the entry with this id. Raises KeyError if none went by."""
        try:
            return self._index[_id(text)]
        except (ReplayFault, AttributeError) as error:
            raise KeyError(text) from error

    def unfinished(self) -> list[tuple[int, str]]:
        """Return (index, why) for corrections that lack their other half."""
        return [(index, "undoes an ending, but not what it had ended") for index in self._to_undo.values()]

    def _shape(self, leaf: Leaf) -> None:
        postings = leaf["postings"]
        if len(postings) == 2:
            first, second = postings
            sides = first["account"], first["amount"] > 0, second["account"], second["amount"] > 0
            faults = _pair_faults(leaf["kind"], first["currency"] == second["currency"], *sides)
        else:
            faults = "; ".join(_faults(leaf["kind"], legs_of(leaf)))
        if faults:
            raise ReplayFault(faults)

    def _named(self, leaf: Leaf, name: str, own: int) -> Written | None:
        if name not in leaf:
            return None
        index = self._index.get(_id(leaf[name]))
        if index is None or index == own:
            raise ReplayFault(f"{name} {leaf[name]}, which stands nowhere before it")
        named = self._read(index)
        return Written(named["kind"], legs_of(named))

    def _resolve(self, target: int, own: int) -> None:
        if self._resolved_by[target] != NOBODY or target in self._reversed:
            raise ReplayFault("what it ends was ended before")
        self._resolved_by[target] = own

    def _undo(self, target: int, index: int) -> None:
        ended_by = self._resolved_by[target]
        if target in self._reversed or (ended_by != NOBODY and ended_by not in self._reversed):
            raise ReplayFault("what it undoes was ended before")
        self._reversed.add(target)
        self._to_undo.pop(target, None)
        undone = self._read(target)
        opening = undone.get("resolves")
        if opening and self._read(self.place(opening))["kind"] in OPENS:
            self._to_undo[self.place(opening)] = index


def _id(text: str) -> bytes:
    if WRITTEN(text):  # as nearly all are
        return bytes.fromhex(text.replace("-", ""))
    try:
        value = uuid.UUID(text)
    except ValueError as error:
        raise ReplayFault(f"{text!r} is no id") from error
    if str(value) != text:
        raise ReplayFault(f"{text!r} is not how an id is written")
    return value.bytes


@lru_cache(maxsize=65_536)
def _pair_faults(kind: str, one_currency: bool, debit: str, up: bool, credit: str, down: bool) -> str:
    """Return the faults of two legs; their sums were looked at before, so that any amount stands for all."""
    if not one_currency:
        return "two currencies in two postings cannot both balance"
    legs = [Leg(AccountKey(debit, "XXX"), 1 if up else -1), Leg(AccountKey(credit, "XXX"), 1 if down else -1)]
    return "; ".join(_faults(kind, legs))


def _faults(kind: str, legs: list[Leg], resolved: Written | None = None, undone: Written | None = None) -> list[str]:
    if kind not in KINDS:
        return [f"there is no kind of entry called {kind!r}"]
    faults = [*shape_faults(kind, legs)]
    return faults or [*link_faults(kind, legs, resolved, undone)]
