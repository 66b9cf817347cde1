"""Rules of pools, computed once more: each entry that could have to do with them, in the order of the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .. import codes
from ..books import Kind
from .accounts import Accounts, ReplayFault
from .drawing import Drawing
from .matches import Matches, of_pool
from .rounds import Rounds
from .rulebook import Rulebook
from .works import Group, Works

Leaf = Mapping[str, Any]
LINES = frozenset({"held", "pool", "reserved"})  # of a rule: its money, and what of it is offered and reserved


class Pools:
    """What rules of pools reserved, gave and took back. `place` finds an entry by its id, `read` gives it again."""

    def __init__(
        self, accounts: Accounts, book: Rulebook, place: Callable[[str], int], read: Callable[[int], Leaf]
    ) -> None:
        """`accounts` are looked at before an entry moves them."""
        self._accounts, self._book = accounts, book
        self._works = Works(book, place, read)
        self._drawing = Drawing(accounts, book)
        self._rounds = Rounds(accounts, book, self._works, self._drawing)
        self._matches = Matches(accounts, self._works, self._drawing, self._rounds)
        self.handlers: dict[str, Callable[[int, Leaf], None]] = {
            Kind.PLEDGE_CONFIRMED: self._confirmed,
            Kind.PLEDGE_RELEASED: self._released,
            Kind.PLEDGE_MET: self._met,
            Kind.MATCH_OFFERED: self._offered,
            Kind.MATCH_RESERVED: self._reserved,
            Kind.MATCH_UNRESERVED: self._unreserved,
            Kind.MATCH_ALLOCATED: self._allocated,
            Kind.MATCH_REVERSED: lambda _index, leaf: self._matches.reverse(leaf),
            Kind.PAYMENT_RECEIVED: self._came,
            Kind.PAYMENT_IDENTIFIED: self._came,
            Kind.POOL_GIVEN: self._came,
            Kind.FX_CONVERTED: self._came,
            Kind.SURPLUS_MOVED: self._came,
            Kind.REFUND_PAID: self._refunded,
            Kind.VILLAGE_PAID: self._village,
            Kind.ENTRY_REVERSED: self._undone,
        }

        if not book.versions:  # then no promise has to be remembered
            of_pools = (Kind.MATCH_RESERVED, Kind.MATCH_UNRESERVED, Kind.MATCH_ALLOCATED, Kind.MATCH_REVERSED)
            self.handlers = {kind: self.handlers[kind] for kind in of_pools}

    @property
    def found(self) -> list[tuple[int, str]]:
        """Return faults of entries that went by."""
        return self._drawing.found

    @property
    def recomputed(self) -> tuple[int, int]:
        """Return how many reservations, and how many rounds, were computed once more."""
        return self._drawing.recomputed, self._rounds.recomputed

    def before(self, index: int, leaf: Leaf) -> None:
        """Look at an entry of one of the kinds in `handlers` before it moves the accounts. Raises ReplayFault."""
        self.handlers[leaf["kind"]](index, leaf)

    def unfinished(self, size: int) -> list[tuple[int, str]]:
        """Return (index, why) for what should have happened in a log of so many entries, and did not."""
        for work in self._works.known.values():
            if work is not None:
                self._drawing.close(work)
        for rule in self._book.in_order:
            self._drawing.moved(rule, size)
        return [*self.found, *self._rounds.unfinished()]

    def at_the_end(self) -> list[str]:
        """Return what does not hold of the whole: rules with more or less money than they offer and have reserved."""
        return [*self._lines(), *self._rounds.unseen()]

    def _lines(self) -> Iterator[str]:
        sums: dict[tuple[str, str], int] = {}
        for (code, currency), account in self._accounts.known.items():
            parsed = codes.parse(code)
            if parsed.type in LINES and of_pool(code):
                sign = 1 if parsed.type == "held" else -1
                of = code.partition(":")[2], currency
                sums[of] = sums.get(of, 0) + sign * account.amount
        published = {(rule.pool_code.partition(":")[2], rule.currency) for rule in self._book.in_order}
        for (line, currency), total in sorted(sums.items()):
            if (line, currency) not in published:
                yield f"money is set aside for {line} {currency}, but no such rule was published"
            if total:
                differs = "what is held differs from what is offered and reserved"
                yield f"for {line} {currency}: {differs} by {total} (minor units)"

    def _confirmed(self, index: int, leaf: Leaf) -> None:
        posting = _on(leaf, "promised")
        work = self._works.of(posting["account"], posting["currency"]) if posting is not None else None
        if work is None or posting is None:
            return
        window = work.window
        if window is not None and not (window.paid and window.group.name == leaf.get("group")):
            self._drawing.close(work)
        group, first = self._works.promise(index, leaf, posting, work)
        if first and group.donors and not group.related:
            self._drawing.promised(index, leaf, group, posting["amount"])
        elif window is not None and work.window is window:
            self._drawing.remains(window, posting["amount"])

    def _released(self, index: int, leaf: Leaf) -> None:
        for posting in leaf["postings"]:
            if posting["account"] in self._book.by_code:
                self._drawing.moved(self._book.by_code[posting["account"]], index)
        ended = self._ended(leaf)
        if ended is not None:
            group = ended[0]
            group.anew = not group.opens and group.kept == 0

    def _ended(self, leaf: Leaf) -> tuple[Group, int, int] | None:
        """Take note of the end of a promise; return its group, its index, and how much it was. None for others."""
        posting = _on(leaf, "promised")
        work = self._works.of(posting["account"], posting["currency"]) if posting is not None else None
        if work is None or posting is None:
            return None
        self._drawing.close(work)
        group, promise = self._works.end(leaf, posting)
        return group, promise, -posting["amount"]

    def _met(self, index: int, leaf: Leaf) -> None:
        for posting in leaf["postings"]:
            code = posting["account"]
            if code.startswith("reserved:") and of_pool(code):
                self._matches.keep(index, leaf)
                return
            if code in self._book.by_code:
                self._drawing.moved(self._book.by_code[code], index)
                return
        ended = self._ended(leaf)
        if ended is None:
            return
        group, promise, promised = ended
        came = self._works.keep(group, leaf["date"])
        if group.donors and not group.pool and not group.related:
            self._drawing.paid(index, leaf, group, promise, (came, promised))

    def _offered(self, index: int, leaf: Leaf) -> None:
        for posting in leaf["postings"]:
            rule = self._book.by_code.get(posting["account"])
            if rule is not None:
                self._drawing.moved(rule, index)
                if rule.offered_at is None:
                    rule.offered_at = index

    def _reserved(self, index: int, leaf: Leaf) -> None:
        version = self._book.versions.get(leaf.get("rule", ""))
        if version is not None:
            self._matches.reserve(index, leaf, version)

    def _unreserved(self, index: int, leaf: Leaf) -> None:
        if any(of_pool(each["account"]) for each in leaf["postings"]):
            self._matches.unreserve(index, leaf)

    def _allocated(self, index: int, leaf: Leaf) -> None:
        version = self._book.versions.get(leaf.get("rule", ""))
        if version is None:
            raise ReplayFault("a match that was given names the rule that gave it")
        self._matches.give(index, leaf, version)

    def _came(self, index: int, leaf: Leaf) -> None:
        group = self._works.groups.get(leaf.get("group", ""))
        if group is None or self._works.amount(leaf, group) <= 0:
            return
        window = group.work.window
        own = window is not None and window.group is group
        self._drawing.close(group.work, asked=not (own and leaf["kind"] == Kind.POOL_GIVEN))
        self._works.money(index, leaf, group)

    def _refunded(self, _index: int, leaf: Leaf) -> None:
        group = self._works.groups.get(leaf.get("group", ""))
        if group is not None:
            group.kept = 0  # when all of it went back, it never was a gift

    def _village(self, _index: int, leaf: Leaf) -> None:
        for posting in leaf["postings"]:
            work = self._works.of(posting["account"], posting["currency"])
            if work is not None:
                self._drawing.close(work)
        self._works.village(leaf)

    def _undone(self, _index: int, leaf: Leaf) -> None:
        for posting in leaf["postings"]:
            work = self._works.of(posting["account"], posting["currency"])
            if work is not None:
                self._drawing.close(work)
        self._works.undo(leaf)


def _on(leaf: Leaf, kind: str) -> Mapping[str, Any] | None:
    """Return the posting on an account of this type."""
    for posting in leaf["postings"]:
        if codes.parse(posting["account"]).type == kind:
            found: Mapping[str, Any] = posting
            return found
    return None
