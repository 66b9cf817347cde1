"""What the log says of projects that rules of pools look at: promises, what came for them, what the village paid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .. import codes
from ..books import Kind
from ..matching import RELATED_RULE, VILLAGE_RULE, ProjectFacts
from .accounts import ReplayFault
from .rulebook import MATCHING, Rulebook, RuleOfPool, Version

if TYPE_CHECKING:
    from .drawing import Window

Leaf = Mapping[str, Any]
# Money in another currency than the plan's counts by its exchange: then that is what came.
CAME = frozenset(
    {Kind.PAYMENT_RECEIVED, Kind.PAYMENT_IDENTIFIED, Kind.POOL_GIVEN, Kind.FX_CONVERTED, Kind.SURPLUS_MOVED}
)


class Work:
    """A project, in minor units.

    `promised` and `matching` are what donors and a matching donor promised, or what really came for it; `matched` is
    what rules of pools reserved and gave and did not take back.
    """

    __slots__ = (
        *("asks", "asks_paid", "currency", "custodian", "facts", "groups", "id", "matched", "matching", "promised"),
        *("rounds", "village_paid", "window"),
    )

    def __init__(self, name: str, custodian: str, currency: str, facts: ProjectFacts, rules: list[RuleOfPool]) -> None:
        self.id, self.custodian, self.currency, self.facts = name, custodian, currency, facts
        self.asks = [rule for rule in rules if rule.by_gift and rule.looks_at(paid=False)]
        self.asks_paid = [rule for rule in rules if rule.by_gift and rule.looks_at(paid=True)]
        self.rounds = any(not rule.by_gift for rule in rules)
        self.promised = self.matching = self.matched = self.village_paid = 0
        self.groups: dict[str, Group] = {}  # kept for rounds only
        self.window: Window | None = None

    def rest(self) -> int:
        """Return what the plan's matching share still lacks."""
        return max(0, self.facts.shares.get(MATCHING, 0) - self.matching - self.matched)

    def now(self, rest: int) -> ProjectFacts:
        """Return what rules may look at now, with that much left to match."""
        facts = self.facts
        return ProjectFacts(
            facts.id, facts.category, facts.oblast, facts.village, facts.shares, rest, self.village_paid
        )


class Match:
    """A reservation by a rule, or what it gave.

    `promise` is the index of the promise it belongs to, `given` that of the entry by which it was given.
    """

    __slots__ = ("amount", "counted", "given", "group", "promise", "tag", "version")

    def __init__(self, version: Version, group: Group, tag: str, amount: int, counted: int, promise: int) -> None:
        self.version, self.group, self.tag = version, group, tag
        self.amount, self.counted, self.promise = amount, counted, promise
        self.given: int | None = None


class Group:
    """A donor's promise to a project with its remainders. `opens` are (index, amount) of what still waits for money.

    `came` is money that has met no promise yet: (index, amount). `parts` wait to be reserved again. `related`: of a
    related party, so that nothing follows. `anew`: its promise was taken out before anything came, so that one in its
    place is asked about as if it were the first.
    """

    __slots__ = (
        *("anew", "came", "days", "donors", "exchanged", "giving", "kept", "matches", "name", "opens", "parts"),
        *("payments", "pool", "related", "start", "work"),
    )

    def __init__(self, name: str, work: Work, start: int, day: str, *, donors: bool) -> None:
        self.name, self.work, self.start, self.donors = name, work, start, donors
        self.pool = self.related = self.anew = False
        self.kept = 0  # promises that were kept
        self.opens: tuple[tuple[int, int], ...] = ()
        self.came: tuple[int, int] | None = None
        self.exchanged = False  # what came was, or what was promised may be, in another currency
        self.matches: tuple[Match, ...] = ()  # that count: reserved, or given
        self.parts: tuple[tuple[Match, bool], ...] = ()  # and whether it has to be reserved again
        self.giving: tuple[int, Version, int] | None = None  # a match given, whose reservation is to end next
        self.days: tuple[str, ...] = (
            (day,) if work.rounds else ()
        )  # of the promise, and of the payments that kept it; for rounds
        self.payments: tuple[tuple[int, int], ...] = ()  # for rounds: (index, amount)

    def reserved_for(self, promise: int) -> list[Match]:
        """Return what is reserved, and not yet given, for one of its promises."""
        return [each for each in self.matches if each.promise == promise and each.given is None]


class Works:
    """Projects and groups, as entries go by. `place` finds an entry's index by its id."""

    def __init__(self, book: Rulebook, place: Callable[[str], int], read: Callable[[int], Leaf]) -> None:
        self.book, self.place, self._read = book, place, read
        self.known: dict[tuple[str, str, str], Work | None] = {}
        self.groups: dict[str, Group] = {}
        self._unmet: set[int] = set()  # payments that met no promise

    def of(self, code: str, currency: str) -> Work | None:
        """Return the project of an account, if a rule of a pool could match it. Raises ReplayFault without a plan."""
        parsed = codes.parse(code)
        if not parsed.purpose.startswith("project-"):
            return None
        return self.get(parsed.purpose_ref, parsed.custodian, currency)

    def get(self, name: str, custodian: str, currency: str) -> Work | None:
        """Return a project by its public id; None if no rule looks at it."""
        key = name, custodian, currency
        if key in self.known:
            return self.known[key]
        if not any((each.custodian, each.currency) == (custodian, currency) for each in self.book.in_order):
            self.known[key] = None
            return None
        facts = self.book.facts(name)
        if facts is None:
            raise ReplayFault(f"the plan of the project {name} was not published, so that no rule can be computed")
        rules = self.book.asked_for(facts, custodian, currency)
        looks = facts.shares.get(MATCHING, 0) > 0 and rules
        self.known[key] = found = Work(name, custodian, currency, facts, rules) if looks else None
        return found

    def promise(self, index: int, leaf: Leaf, posting: Mapping[str, Any], work: Work) -> tuple[Group, bool]:
        """Take note of a promise; return its group, and whether it is the group's first."""
        name, donors = leaf.get("group"), leaf.get("rule") in (VILLAGE_RULE, RELATED_RULE)
        if not name:
            raise ReplayFault("a promise to a project that rules of pools match names its group")
        group = self.groups.get(name)
        first = group is None or group.anew
        if group is None:
            group = self.groups[name] = Group(name, work, index, leaf["date"], donors=donors)
            if work.rounds:
                work.groups[name] = group
        elif group.work is not work or group.donors != donors:
            raise ReplayFault("a promise within the group of another promise that it has nothing to do with")
        group.related, group.anew = leaf.get("rule") == RELATED_RULE, False
        group.opens += ((index, posting["amount"]),)
        self._add(group, posting["amount"])
        return group, first

    def end(self, leaf: Leaf, posting: Mapping[str, Any]) -> tuple[Group, int]:
        """Take note that a promise ended, kept or not; return its group, and its index."""
        group = self.groups.get(leaf.get("group", ""))
        opening = self.place(leaf["resolves"]) if "resolves" in leaf else -1
        if group is None or opening not in dict(group.opens):
            raise ReplayFault("ends a promise that does not stand in its group")
        group.opens = tuple(each for each in group.opens if each[0] != opening)
        self._add(group, posting["amount"])  # which is negative here
        return group, opening

    def keep(self, group: Group, day: str) -> int:
        """Take note of what came for a promise that was kept; return how much."""
        if group.came is None:
            raise ReplayFault("a promise is kept, though nothing came for it")
        amount = group.came[1]
        group.came = None
        group.kept += 1
        if group.work.rounds:
            group.days += (day,)
        self._add(group, amount)
        return amount

    def money(self, index: int, leaf: Leaf, group: Group) -> None:
        """Take note of money that came for a group."""
        amount = self.amount(leaf, group)
        if group.came is not None:
            self._unmet.add(group.came[0])
        group.came = (index, amount)
        group.exchanged |= leaf["kind"] == Kind.FX_CONVERTED
        if leaf["kind"] == Kind.POOL_GIVEN:
            group.pool = True
        elif group.work.rounds:
            group.payments += ((index, amount),)

    @staticmethod
    def amount(leaf: Leaf, group: Group) -> int:
        """Return how much an entry brought to the group's project, in the currency of its plan."""
        held = f"held:{group.work.custodian}:project-{group.work.id}"
        return -sum(int(each["amount"]) for each in leaf["postings"] if _is(each, held, group))

    def undo(self, leaf: Leaf) -> tuple[Work, Group | None] | None:
        """Take note of a correction; return what it was about. Raises ReplayFault for one that rules do not know."""
        if any(codes.parse(each["account"]).line and _of_pool(each["account"]) for each in leaf["postings"]):
            raise ReplayFault("what a rule of a pool reserved or gave is set free or taken back, never undone")
        place = self.place(leaf["reverses"])
        undone = self._read(place)
        kind, group = undone["kind"], self.groups.get(undone.get("group", ""))
        if kind == Kind.VILLAGE_PAID:
            return self.village(leaf)
        if kind in CAME and group is not None:
            if self.amount(undone, group) > 0:
                self._unpay(place, undone, group)
            return group.work, group
        if group is not None and any(each["account"].startswith("promised:") for each in leaf["postings"]):
            raise ReplayFault("a promise that rules of pools match is released or kept, never undone")
        return None

    def _unpay(self, place: int, undone: Leaf, group: Group) -> None:
        group.payments = tuple(each for each in group.payments if each[0] != place)
        if group.came is not None and group.came[0] == place:
            group.came = None
        elif place in self._unmet:
            self._unmet.discard(place)
        else:
            group.kept -= 1
            self._add(group, -self.amount(undone, group))

    def village(self, leaf: Leaf) -> tuple[Work, None] | None:
        """Take note of what the village paid, or did not pay after all; return to which project."""
        for each in leaf["postings"]:
            if each["account"].startswith("held:"):
                work = self.of(each["account"], each["currency"])
                if work is not None:
                    work.village_paid -= each["amount"]
                    return work, None
        return None

    @staticmethod
    def _add(group: Group, amount: int) -> None:
        if group.donors:
            group.work.promised += amount
        else:
            group.work.matching += amount


def _is(posting: Mapping[str, Any], code: str, group: Group) -> bool:
    return bool(posting["account"] == code and posting["currency"] == group.work.currency)


def _of_pool(code: str) -> bool:
    return codes.parse(code).purpose.startswith("pool-")
