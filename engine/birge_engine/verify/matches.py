"""What becomes of a match of a rule: reserved, divided, set free, given, taken back. Each step has to be the next one.

A promise that is paid in part divides what was reserved for it, in proportion: what came keeps ⌊reserved · came /
promised⌋, the rest waits with the remainder. What was given by a payment that was none is reserved anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import codes
from .accounts import Accounts, ReplayFault
from .drawing import Drawing
from .rounds import DOCUMENT, Rounds
from .rulebook import Version
from .works import Group, Match, Work, Works

Leaf = Mapping[str, Any]
RULE_TEXT = "matching-rule"  # a document of this type is the canonical text of a rule


class Matches:
    """Reservations of rules of pools, by the index of their entries, and what becomes of them."""

    def __init__(self, accounts: Accounts, works: Works, drawing: Drawing, rounds: Rounds) -> None:
        self._accounts, self._works, self._drawing, self._rounds = accounts, works, drawing, rounds
        self._reserved: dict[int, Match] = {}

    def reserve(self, index: int, leaf: Leaf, version: Version) -> None:
        """Check and note a reservation: drawn just now, or a part of one that there was. Raises ReplayFault."""
        group = self._group(leaf, version)
        amount = _moves(leaf, version, version.of.reserved_code, version.of.pool_code)
        self._drawing.moved(version.of, index)
        if {"sha256": version.digest, "type": RULE_TEXT} not in leaf["documents"]:
            raise ReplayFault(f"was reserved by another text of the rule {version.ref} than was published")
        if not version.rule.by_gift:
            raise ReplayFault(f"the rule {version.ref} is settled as a round: it reserves nothing")
        part = next((each for each in group.parts if each[0].version is version), None)
        if part is None:
            self._reserved[index] = self._drawing.draw(leaf, version, group, amount)
            return
        match, must = part
        if amount != match.amount:
            raise ReplayFault(f"{match.amount} are to be reserved again here, not {amount} (minor units)")
        if leaf.get("tag", match.tag) != match.tag:
            raise ReplayFault("names another donor than what was reserved before")
        if not must:
            match.promise = self._open_promise(group)
        group.parts = tuple(each for each in group.parts if each is not part)
        self._drawing.count(match)
        self._reserved[index] = match

    @staticmethod
    def _open_promise(group: Group) -> int:
        if not group.opens:
            raise ReplayFault("reserved again, though no promise of the group stands")
        return group.opens[-1][0]

    def unreserve(self, index: int, leaf: Leaf) -> None:
        """Note that a reservation was set free, or is divided. Raises ReplayFault if its promise stands."""
        match = self._reserved.pop(self._works.place(leaf["resolves"]), None)
        if match is None:
            raise ReplayFault("sets free what no rule of a pool has reserved")
        group, work = match.group, match.group.work
        self._same_group(leaf, group)
        self._drawing.moved(match.version.of, index)
        window = work.window
        paid = window is not None and window.paid and window.group is group and window.promise == match.promise
        divided = window is not None and paid and window.keeps < window.promised
        if match.promise in dict(group.opens):
            raise ReplayFault("set free, though its promise stands")
        if not divided:
            self._drawing.close(work)
        self._drawing.discount(match)
        if window is not None and divided:
            self._divide(match, window.keeps, window.promised)

    def _divide(self, match: Match, came: int, promised: int) -> None:
        group = match.group
        keep, counted = match.amount * came // promised, match.counted * came // promised
        kept = Match(match.version, group, match.tag, keep, counted, match.promise)
        rest = Match(
            match.version, group, match.tag, match.amount - keep, match.counted - counted, self._open_promise(group)
        )
        group.parts += tuple((each, True) for each in (kept, rest) if each.amount)

    def give(self, index: int, leaf: Leaf, version: Version) -> None:
        """Check that a match was reserved for what has just come, or belongs to a round. Raises ReplayFault."""
        if any(each["type"] == DOCUMENT for each in leaf["documents"]):
            self._rounds.give(index, leaf, version)
            return
        group = self._group(leaf, version)
        work, window = group.work, group.work.window
        amount = _moves(leaf, version, version.of.held_code, f"held:{work.custodian}:project-{work.id}")
        if window is None or window.group is not group or not window.paid:
            raise ReplayFault("a match is given, though nothing has come for its promise")
        if window.looks is not None:
            self._drawing.looked(window)
        if group.giving is not None:
            raise ReplayFault("a match is given before the reservation of another one has ended")
        of_rule = [each for each in group.reserved_for(window.promise) if each.version is version]
        tag = leaf.get("tag")
        if not any(each.amount == amount and tag in (None, each.tag) for each in of_rule):
            there = ", ".join(str(each.amount) for each in of_rule) or "nothing"
            raise ReplayFault(f"gives {amount} (minor units), but {there} was reserved for it, or for another donor")
        group.giving = (index, version, amount)
        work.matched += amount

    def keep(self, index: int, leaf: Leaf) -> None:
        """Note the end of a reservation whose match was given. Raises ReplayFault if it was not."""
        match = self._reserved.pop(self._works.place(leaf["resolves"]), None)
        if match is None:
            raise ReplayFault("ends what no rule of a pool has reserved")
        group = match.group
        self._same_group(leaf, group)
        if group.giving is None or group.giving[1:] != (match.version, match.amount):
            raise ReplayFault("ends a reservation as kept, though just this was not given")
        match.given, group.giving = group.giving[0], None
        group.work.matched -= match.amount
        self._drawing.moved(match.version.of, index)

    def reverse(self, leaf: Leaf) -> None:
        """Note that a given match came back, whole or in part. Raises ReplayFault."""
        place = self._works.place(leaf["resolves"])
        amount = sum(each["amount"] for each in leaf["postings"] if each["amount"] > 0)
        work = self._rounds.gave.pop(place, None)
        group = self._works.groups.get(leaf.get("group", ""))
        match = next((each for each in group.matches if each.given == place), None) if group is not None else None
        if match is not None:
            work = match.group.work
        if work is None:
            raise ReplayFault("takes back what no rule of a pool has given")
        self._drawing.close(work)
        work.matched -= amount
        if match is not None and amount == match.amount:
            work.matched += amount  # `discount` takes it out
            self._drawing.discount(match)
            again = Match(match.version, match.group, match.tag, amount, match.counted, match.promise)
            match.group.parts += ((again, False),)

    def _group(self, leaf: Leaf, version: Version) -> Group:
        group = self._works.groups.get(leaf.get("group", ""))
        if group is None:
            raise ReplayFault(f"the rule {version.ref} matches no promise that stands in this group")
        work: Work = group.work
        if (work.custodian, work.currency) != (version.of.custodian, version.of.currency):
            raise ReplayFault(f"the rule {version.ref} matches projects of another custodian, or in another currency")
        return group

    @staticmethod
    def _same_group(leaf: Leaf, group: Group) -> None:
        if leaf.get("group") != group.name:
            raise ReplayFault("stands in another group than what it ends")


def _moves(leaf: Leaf, version: Version, debit: str, credit: str) -> int:
    """Return the amount of an entry that stands on just these two accounts. Raises ReplayFault for others."""
    up, *down = sorted(leaf["postings"], key=lambda each: -each["amount"])
    there = [(each["account"], each["currency"]) for each in (up, *down)]
    if there != [(debit, version.of.currency), (credit, version.of.currency)]:
        accounts = ", ".join(sorted({each["account"] for each in leaf["postings"]}))
        raise ReplayFault(f"stands on {accounts}, where its rule and its promise ask for {debit} and {credit}")
    amount: int = up["amount"]
    return amount


def of_pool(code: str) -> bool:
    """Say whether an account is the line of a rule of a pool."""
    parsed = codes.parse(code)
    return bool(parsed.line) and parsed.purpose.startswith("pool-")
