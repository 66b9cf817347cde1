"""Matching, computed once more from the published rules.

`village-1:1`: a confirmed pledge that names this rule draws from the village's share what it promises itself, som for
som, as long as the share lasts: min(pledge, rest). A reservation that is divided later, or made anew, stays within its
pledge. What rules of pools do is looked at by `pools`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .. import codes
from ..books import Kind
from ..matching import RULES, VILLAGE_RULE, village_match
from .accounts import Accounts, ReplayFault
from .matches import of_pool
from .pools import Pools
from .rulebook import Rulebook


class Allocations:
    """Pledges and what was reserved for them, by their group."""

    def __init__(
        self, accounts: Accounts, book: Rulebook, place: Callable[[str], int], read: Callable[[int], Mapping[str, Any]]
    ) -> None:
        """`accounts` are looked at before the entry moves them; `place` finds an entry by its id, `read` gives it."""
        self._accounts = accounts
        self.pools = Pools(accounts, book, place, read)
        self._rules = frozenset(RULES) | frozenset(book.versions)
        self._sums: dict[tuple[str, str], tuple[int, int]] = {}  # what a group has pledged, what is reserved for it
        self._waiting: dict[tuple[str, str], tuple[int, int]] = {}  # group → (what it should draw, index)
        self._recomputed = 0

    @property
    def recomputed(self) -> int:
        """Return how many reservations were computed once more: of villages' shares, and by rules of pools."""
        return self._recomputed + self.pools.recomputed[0]

    def before(self, index: int, leaf: Mapping[str, Any]) -> None:
        """Look at an entry before it moves the accounts. Raises ReplayFault if a rule gives another amount."""
        kind = leaf["kind"]
        if leaf.get("rule") and not leaf.get("group"):
            raise ReplayFault("names a rule, but not the group of entries within which it is followed")
        if leaf.get("rule") and leaf["rule"] not in self._rules:
            raise ReplayFault(f"the rule {leaf['rule']!r} is not known to this verifier, and was not published")
        if kind == Kind.PLEDGE_CONFIRMED:
            self._confirmed(index, leaf)
        elif kind == Kind.PLEDGE_RELEASED:
            self._released(leaf)
        elif kind == Kind.MATCH_RESERVED:
            if leaf.get("rule") == VILLAGE_RULE or "rule" not in leaf:
                self._reserve(leaf)
        elif kind == Kind.MATCH_UNRESERVED:
            group, amount = self._drawn(leaf)
            if group is not None:
                pledged, reserved = self._sums.get(group, (0, 0))
                self._sums[group] = pledged, reserved + amount
        if kind in self.pools.handlers:
            self.pools.before(index, leaf)

    def unfinished(self, size: int) -> list[tuple[int, str]]:
        """Return (index, why) for pledges that drew nothing although they should have, in a log of `size` entries."""
        return [
            *(
                (index, f"should have drawn {amount} (minor units) from the village's share, and drew nothing")
                for amount, index in self._waiting.values()
            ),
            *self.pools.unfinished(size),
        ]

    def _confirmed(self, index: int, leaf: Mapping[str, Any]) -> None:
        posting = _on(leaf, "promised")
        group, amount = (leaf.get("group", ""), posting["currency"]), posting["amount"]
        pledged, reserved = self._sums.get(group, (0, 0))
        first = pledged == 0
        self._sums[group] = pledged + amount, reserved
        code = codes.parse(posting["account"])
        rest = self._accounts.holds(f"pool:{code.custodian}:village-{code.purpose_ref}", posting["currency"])
        drawn = village_match(amount, rest)
        if first and leaf.get("rule") == VILLAGE_RULE and drawn:
            self._waiting[group] = (drawn, index)

    def _released(self, leaf: Mapping[str, Any]) -> None:
        """Take a donor's promise out of its group: one in its place draws as the first one did."""
        for posting in leaf["postings"]:
            key = leaf.get("group", ""), posting["currency"]
            if key in self._sums and codes.parse(posting["account"]).type == "promised":
                pledged, reserved = self._sums[key]
                self._sums[key] = pledged + posting["amount"], reserved

    def _reserve(self, leaf: Mapping[str, Any]) -> None:
        group, amount = self._drawn(leaf)
        if leaf.get("rule") != VILLAGE_RULE:
            raise ReplayFault("a reservation names the rule that it follows")
        if group is None:
            raise ReplayFault("a rule that is no pool's reserves the money of a pool")
        pledged, reserved = self._sums.get(group, (0, 0))
        if pledged == 0:
            raise ReplayFault("a reservation for no pledge")
        wanted = self._waiting.pop(group, None)
        if wanted is not None and amount != wanted[0]:
            raise ReplayFault(f"the rule {VILLAGE_RULE} gives {wanted[0]} here, not {amount} (minor units)")
        reserved += amount
        self._sums[group] = pledged, reserved
        if reserved > pledged:
            raise ReplayFault(f"{reserved} are reserved for pledges of {pledged} only")
        self._recomputed += 1

    def _drawn(self, leaf: Mapping[str, Any]) -> tuple[tuple[str, str] | None, int]:
        """Return the group of a reservation of a village's share, and its amount; no group if it is a pool's."""
        posting = _on(leaf, "reserved")
        group = None if of_pool(posting["account"]) else (leaf.get("group", ""), posting["currency"])
        return group, posting["amount"]


def _on(leaf: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    found: list[Mapping[str, Any]] = [each for each in leaf["postings"] if codes.parse(each["account"]).type == kind]
    if len(found) != 1:
        raise ReplayFault(f"{len(found)} postings on accounts of the type {kind}, where there is one")
    return found[0]
