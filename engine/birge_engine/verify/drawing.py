"""What a promise draws from the rules of pools, rule by rule in their order: computed, and compared with the log.

The platform looks at all rules under lock, then writes the promise with what it draws beside it. So a window opens
with each promise (and, for rules that look at paid gifts only, with each payment that keeps one), and closes with the
next entry about the project that is something else. Who gives stands in a reservation only, as the tag: of a rule that
drew nothing we ask whether there is any donor to whom it would give nothing.

Entries that were written in the same moment may stand in either order if they are about different projects. Where a
rule begins or ends in just that moment, what was not drawn is no fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..matching import Drawn, Standing
from ..matching.run import MATCHED_ALREADY
from ..matching.tiers import Tiers
from .accounts import Accounts, ReplayFault
from .rulebook import Rulebook, RuleOfPool, Version, day_before
from .works import Group, Match, Work

Leaf = Mapping[str, Any]
SAME_MOMENT = 256  # entries: more than can be written between two steps of one transaction


class Look:
    """A rule as it stands when it is asked: its money, and whether it is sure that it was asked."""

    __slots__ = ("moved", "pool", "rule", "sure", "versions")

    def __init__(self, rule: RuleOfPool, versions: list[Version], pool: int, moved: int, *, sure: bool) -> None:
        self.rule, self.versions, self.pool, self.moved, self.sure = rule, versions, pool, moved, sure


class Window:
    """A promise, or a payment (`paid`), while what it draws goes by. `promise` is the index of the promise."""

    __slots__ = (
        *("amount", "came", "day", "given", "group", "index", "keeps", "looks", "matched", "paid", "promise"),
        *("promised", "rest", "taken"),
    )

    def __init__(self, index: int, day: str, group: Group, amount: int, promise: int) -> None:
        day_before(day)  # it has to be one
        self.index, self.day, self.group, self.amount, self.promise = index, day, group, amount, promise
        self.paid = False
        self.given = self.rest = self.matched = self.taken = 0
        self.came = self.keeps = self.promised = 0  # of a payment: what came, and how much of which promise it keeps
        self.looks: list[Look] | None = []  # None: no rule is asked any more


class Drawing:
    """Windows of projects, and the standings of rules. `found` are faults of entries that went by."""

    def __init__(self, accounts: Accounts, book: Rulebook) -> None:
        self._accounts, self._book = accounts, book
        self.found: list[tuple[int, str]] = []
        self.recomputed = 0
        self.in_rounds: dict[str, int] = {}  # how much of each gift (its group) rounds have matched

    def promised(self, index: int, leaf: Leaf, group: Group, amount: int) -> None:
        """Open a window for a first promise; `amount` was added to what the project was promised."""
        window = Window(index, leaf["date"], group, amount, index)
        window.given = group.work.promised - amount
        self._open(window)

    def paid(self, index: int, leaf: Leaf, group: Group, promise: int, amounts: tuple[int, int]) -> None:
        """Open a window for money that kept a promise; `amounts` are what came, and what was promised."""
        came, promised = amounts
        window = Window(index, leaf["date"], group, min(came, promised), promise)
        window.paid = True
        window.given = group.work.promised - came
        window.came, window.keeps, window.promised = came, promised, promised
        window.taken = taken_of(group.reserved_for(promise), (1, 1)) if group.work.asks_paid else 0
        if group.name in self.in_rounds:
            window.taken = window.amount  # a round matched all of the promise
        self._open(window)

    def remains(self, window: Window, rest: int) -> None:
        """Take note that so much of a promise is still to come after the payment. Raises ReplayFault.

        In one currency that is what came short. Where one of them is in another, each unit of the promise's own keeps
        a unit, whatever became of the rate: what remains is written, and only less than all of it.
        """
        if not 0 < rest <= window.promised or (not window.group.exchanged and rest != window.promised - window.came):
            raise ReplayFault("what remains of a promise is not what its payment fell short")
        window.keeps = window.promised - rest
        window.given += rest
        if window.group.work.asks_paid and window.group.name not in self.in_rounds:
            window.taken = taken_of(window.group.reserved_for(window.promise), (window.keeps, window.promised))

    def _open(self, window: Window) -> None:
        work = window.group.work
        work.window, window.rest = window, work.rest()
        if window.rest:
            asked = work.asks_paid if window.paid else work.asks
            window.looks = [look for rule in asked if (look := self._look(rule, window)) is not None]

    def _look(self, rule: RuleOfPool, window: Window) -> Look | None:
        account = self._accounts.known.get((rule.pool_code, rule.currency))
        if account is None or account.amount <= 0 or rule.offered_at is None:
            return None
        there = rule.on(window.day)
        versions = [each for each in there if each.rule.eligible.confirmed_only == window.paid]
        if not versions:
            return None
        if rule.ended is not None and rule.ended < window.day:
            rule.doubts.append(
                (window.index, f"the rule {rule.name} ended on {rule.ended}, but its money was still offered")
            )
            return None
        new = window.index - rule.offered_at <= SAME_MOMENT and window.day == rule.versions[0].day
        return Look(rule, versions, account.amount, account.version, sure=not new and len(there) == 1)

    def draw(self, leaf: Leaf, version: Version, group: Group, amount: int) -> Match:
        """Check a reservation that is not a part of another; return it. Raises ReplayFault."""
        window = group.work.window
        if window is None or window.group is not group or window.looks is None:
            raise ReplayFault("a reservation beside no promise or payment that could have drawn it")
        place = next((at for at, look in enumerate(window.looks) if version in look.versions), None)
        for look in window.looks[:place] if place is not None else ():
            self._nothing(window, look)
        tag = self._tag(leaf, version)
        drawn = self._drawn(window, version, tag)
        if drawn.matched != amount:
            raise ReplayFault(
                f"the rule {version.ref} gives {drawn.matched} here, not {amount} (minor units): {drawn.why}"
            )
        if place is None:
            raise ReplayFault(
                f"the rule {version.ref} was not asked here: rules are asked once, in their order, as published"
            )
        del window.looks[: place + 1]
        version.of.newest = max(version.of.newest, version.number)
        window.matched += amount
        window.taken = max(window.taken, drawn.counted) if version.rule.stack else window.taken + drawn.counted
        self.recomputed += 1
        match = Match(version, group, tag, amount, drawn.counted, window.promise)
        self.count(match)
        return match

    def _tag(self, leaf: Leaf, version: Version) -> str:
        tag: str = leaf.get("tag", "")
        if not tag:
            raise ReplayFault("a reservation by a rule of a pool has the tag of a donor")
        if tag not in version.donors and any(tag in other.donors for other in self._book.versions.values()):
            raise ReplayFault("the tag of a donor of another rule: each has tags of its own")
        return tag

    def _drawn(self, window: Window, version: Version, tag: str) -> Drawn:
        days = (window.day, day_before(window.day))  # the clock is looked at first, and midnight may pass
        if not any(version.eligible_on(day) for day in days):
            return Drawn(0, 0, "not_eligible:until" if self._late(version, days[1]) else "not_eligible:from")
        if version.rule.eligible.confirmed_only != window.paid:
            return Drawn(0, 0, "not_eligible:confirmed_only")
        if version.rule.eligible.first_time_donors and self._gave(version, tag, window.group):
            return Drawn(0, 0, "not_eligible:first_time_donors")
        pool = self._accounts.holds(version.of.pool_code, version.of.currency)
        return self._would(window, version, pool, self._standing(version, tag, window.group.work.id))

    @staticmethod
    def _late(version: Version, day: str) -> bool:
        until = version.rule.eligible.until
        return until is not None and until < day

    @staticmethod
    def _gave(version: Version, tag: str, group: Group) -> bool:
        """Say whether this donor drew something by another promise that stands or was kept."""
        other = version.last.get(tag)
        return other is not None and other is not group and bool(other.opens or other.kept > 0)

    @staticmethod
    def _would(window: Window, version: Version, pool: int, standing: tuple[int, int, int, int, int]) -> Drawn:
        rule = version.rule
        offered = window.amount if rule.stack else window.amount - window.taken
        if offered <= 0:
            return Drawn(0, 0, MATCHED_ALREADY)
        work = window.group.work
        counted, matched, gifts, counted_here, gifts_here = standing
        return rule.draw(
            offered,
            work.now(window.rest - window.matched),
            Standing(
                pool_rest=pool,
                project_matched=version.projects.get(work.id, 0),
                project_given=window.given,
                donor_counted=counted,
                donor_matched=matched,
                donor_gifts=gifts,
                donor_gifts_here=gifts_here,
                donor_counted_here=counted_here,
            ),
        )

    @staticmethod
    def _standing(version: Version, tag: str, project: str) -> tuple[int, int, int, int, int]:
        return (*version.donors.get(tag, (0, 0, 0)), *version.here.get((tag, project), (0, 0)))

    def _nothing(self, window: Window, look: Look) -> None:
        """Note a fault if this rule should have given something, whoever the donor is."""
        rule, version = look.rule, look.versions[0]
        if not look.sure or (window.taken >= window.amount and not version.rule.stack):
            return
        days = (window.day, day_before(window.day))
        if version.rule.eligible.first_time_donors or not all(map(version.eligible_on, days)):
            return
        pool = look.pool
        account = self._accounts.known[rule.pool_code, rule.currency]
        if account.version != look.moved:  # a payment's rules are locked after it is written
            pool = min(pool, account.amount) if window.paid else pool
        least = min(self._would(window, version, pool, each).matched for each in _donors(version, window.amount))
        if least == 0:
            return
        text = f"should have drawn {least} (minor units) by the rule {version.ref}, and drew nothing"
        if rule.ended is not None and rule.ended <= window.day:
            rule.doubts.append((window.index, text))
        else:
            self.found.append((window.index, text))

    def close(self, work: Work, *, asked: bool = True) -> None:
        """Close the project's window; unless it was not `asked`, whatever was not drawn had to draw nothing."""
        window, work.window = work.window, None
        if window is None:
            return
        self.looked(window, asked=asked)
        group = window.group
        if group.parts and any(must for _match, must in group.parts):
            self.found.append((window.index, "a reservation was divided, and not all of it was reserved again"))
        group.parts = ()
        if window.paid and group.reserved_for(window.promise):
            self.found.append((window.index, "what rules had reserved for what came here was not given"))

    def looked(self, window: Window, *, asked: bool = True) -> None:
        """Look at the rules that drew nothing, once no more reservations can come."""
        for look in window.looks or () if asked else ():
            self._nothing(window, look)
        window.looks = None

    def moved(self, rule: RuleOfPool, index: int) -> None:
        """Take note that the money of a rule moved: if that was at once, its end and a promise met each other."""
        doubts, rule.doubts = rule.doubts, []
        self.found += [each for each in doubts if index - each[0] > SAME_MOMENT]

    def count(self, match: Match) -> None:
        """Let a reservation count for its rule, its project and its donor."""
        version, group, tag = match.version, match.group, match.tag
        project = group.work.id
        fresh = all(each.version is not version for each in group.matches)
        group.matches += (match,)
        group.work.matched += match.amount
        version.projects[project] = version.projects.get(project, 0) + match.amount
        self._donor(match, 1, fresh)
        if version.rule.eligible.first_time_donors:
            version.last[tag] = group

    def discount(self, match: Match) -> None:
        """Let it count no more: it was set free, or taken back in whole."""
        version, group = match.version, match.group
        group.matches = tuple(each for each in group.matches if each is not match)
        last = all(each.version is not version for each in group.matches)
        version.projects[group.work.id] -= match.amount
        group.work.matched -= match.amount
        self._donor(match, -1, last)

    @staticmethod
    def _donor(match: Match, sign: int, whole: bool) -> None:
        version, tag, gift = match.version, match.tag, sign * whole
        counted, matched, gifts = version.donors.get(tag, (0, 0, 0))
        now = (counted + sign * match.counted, matched + sign * match.amount, gifts + gift)
        version.donors[tag] = now
        here = (0, 0)
        if version.by_here:
            key = (tag, match.group.work.id)
            before = version.here.get(key, (0, 0))
            version.here[key] = here = (before[0] + sign * match.counted, before[1] + gift)
        most = version.most
        version.most = (
            *(max(most[0], now[0]), max(most[1], now[1]), max(most[2], now[2])),
            *(max(most[3], here[0]), max(most[4], here[1])),
        )


def taken_of(matches: list[Match], part: tuple[int, int]) -> int:
    """Return how much of what came rules have matched already, as the platform counts it.

    `matches` are reserved for its promise, `part` is what came of how much: they are divided alike.
    """
    by_version: dict[Version, int] = {}
    for match in sorted(matches, key=lambda each: each.version.of.position):
        by_version[match.version] = by_version.get(match.version, 0) + match.counted * part[0] // part[1]
    taken = 0
    for version, counted in by_version.items():
        taken = max(taken, counted) if version.rule.stack else taken + counted
    return taken


def _donors(version: Version, amount: int) -> Iterator[tuple[int, int, int, int, int]]:
    """Yield the standings, of all that a donor could have, in which the rule gives least."""
    yield (0, 0, 0, 0, 0)
    if version.most == (0, 0, 0, 0, 0):
        return
    yield version.most
    rule = version.rule
    if isinstance(rule, Tiers) and version.by_brackets:  # what it gives bends where a part or the whole meets a limit
        limits = [tier.limit for tier in rule.tiers if tier.limit is not None]
        for place in {*limits, *(limit - amount for limit in limits)}:
            if 0 < place < max(version.most[0], version.most[3]):
                yield (place, 0, 0, place, 0)
