"""Matching, computed once more from the published rules.

`village-1:1`: a confirmed pledge that names this rule draws from the village's share what it promises itself, som for
som, as long as the share lasts: min(pledge, rest). A reservation that is divided later, or made anew, stays within its
pledge.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import codes
from ..books import Kind
from ..matching import RULES, VILLAGE_RULE, village_match
from .accounts import Accounts, ReplayFault

KNOWN = frozenset(RULES)


class Allocations:
    """Pledges and what was reserved for them, by their group."""

    def __init__(self, accounts: Accounts) -> None:
        """`accounts` are looked at before the entry moves them."""
        self._accounts = accounts
        self._pledged: dict[tuple[str, str], int] = {}
        self._reserved: dict[tuple[str, str], int] = {}
        self._waiting: dict[tuple[str, str], tuple[int, int]] = {}  # group → (what it should draw, index)
        self.recomputed = 0

    def before(self, index: int, leaf: Mapping[str, Any]) -> None:
        """Look at an entry before it moves the accounts. Raises ReplayFault if a rule gives another amount."""
        kind = leaf["kind"]
        if leaf.get("rule") and not leaf.get("group"):
            raise ReplayFault("names a rule, but not the group of entries within which it is followed")
        if kind == Kind.PLEDGE_CONFIRMED:
            self._confirmed(index, leaf)
        elif kind == Kind.MATCH_RESERVED:
            self._reserve(leaf)
        elif kind == Kind.MATCH_UNRESERVED:
            group, amount = self._drawn(leaf)
            self._reserved[group] = self._reserved.get(group, 0) + amount
        if leaf.get("rule") and leaf["rule"] not in KNOWN:
            raise ReplayFault(f"the rule {leaf['rule']!r} is not known to this verifier")

    def unfinished(self) -> list[tuple[int, str]]:
        """Return (index, why) for pledges that drew nothing although they should have."""
        return [
            (index, f"should have drawn {amount} (minor units) from the village's share, and drew nothing")
            for amount, index in self._waiting.values()
        ]

    def _confirmed(self, index: int, leaf: Mapping[str, Any]) -> None:
        posting = _on(leaf, "promised")
        group, amount = (leaf.get("group", ""), posting["currency"]), posting["amount"]
        first = group not in self._pledged
        self._pledged[group] = self._pledged.get(group, 0) + amount
        code = codes.parse(posting["account"])
        rest = self._accounts.holds(f"pool:{code.custodian}:village-{code.purpose_ref}", posting["currency"])
        drawn = village_match(amount, rest)
        if first and leaf.get("rule") == VILLAGE_RULE and drawn:
            self._waiting[group] = (drawn, index)

    def _reserve(self, leaf: Mapping[str, Any]) -> None:
        group, amount = self._drawn(leaf)
        if leaf.get("rule") != VILLAGE_RULE:
            raise ReplayFault("a reservation names the rule that it follows")
        if group not in self._pledged:
            raise ReplayFault("a reservation for no pledge")
        wanted = self._waiting.pop(group, None)
        if wanted is not None and amount != wanted[0]:
            raise ReplayFault(f"the rule {VILLAGE_RULE} gives {wanted[0]} here, not {amount} (minor units)")
        self._reserved[group] = self._reserved.get(group, 0) + amount
        if self._reserved[group] > self._pledged[group]:
            raise ReplayFault(f"{self._reserved[group]} are reserved for pledges of {self._pledged[group]} only")
        self.recomputed += 1

    def _drawn(self, leaf: Mapping[str, Any]) -> tuple[tuple[str, str], int]:
        posting = _on(leaf, "reserved")
        return (leaf.get("group", ""), posting["currency"]), posting["amount"]


def _on(leaf: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    found: list[Mapping[str, Any]] = [each for each in leaf["postings"] if codes.parse(each["account"]).type == kind]
    if len(found) != 1:
        raise ReplayFault(f"{len(found)} postings on accounts of the type {kind}, where there is one")
    return found[0]
