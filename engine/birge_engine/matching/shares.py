"""A plan that several parties bring together, each its share: 3×1, "1+3", som for som."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor
from typing import ClassVar, Self

from ..split import largest_remainder
from .common import FULL, Common, common_read, cut
from .fields import Fields
from .model import Drawn, ProjectFacts, RuleError, Standing

DONORS, VILLAGE, MATCHING = "donors", "village", "matching"
WAIT, SCALE, TAKEN_OVER = "wait", "scale", "taken_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who brings which part of the plan: `share`, between `min_share` and `max_share`, and never more than `cap`."""

    party: str
    share: Fraction
    min_share: Fraction = Fraction(0)
    max_share: Fraction = Fraction(1)
    cap: int | None = None

    def least(self, total: int) -> int:
        """Return the least the party may bring of a plan of `total` (smallest units)."""
        return ceil(self.min_share * total)

    def most(self, total: int) -> int:
        """Return the most the party may bring of a plan of `total` (smallest units)."""
        ceiling = floor(self.max_share * total)
        return ceiling if self.cap is None else min(ceiling, self.cap)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares(Common):
    """matched = ⌊plan's matching share · min(given, donors' share) / donors' share⌋ − what was matched before.

    The donors' money calls the others': cumulative, so that no rounding is lost and the last gift calls the last
    unit. The plan is the project's (`shares`); where a simulation knows of none, the rule's own shares are the
    proportion. `pool_party` is the party whose money this pool is. With `village_first` nothing is called before the
    village has paid its whole share. `short` is for `shares_settle`.

    Sources: Mexico's 3×1 (four quarters, a federal cap per project), Moldova's DAR 1+3 (state at most 50 % and
    250 000 lei, local authority and diaspora at least 10 % each, projects from 300 000 lei on).
    """

    parties: tuple[Party, ...]
    pool_party: str = MATCHING
    minimum_project: int | None = None
    maximum_project: int | None = None
    short: str = WAIT
    taker: str | None = None  # who takes over where `short` is TAKEN_OVER
    village_first: bool = False

    AMOUNTS: ClassVar[tuple[str, ...]] = ("pool", "cap_per_project", "minimum_project", "maximum_project")

    @classmethod
    def parse(cls, fields: Fields) -> Self:
        """Read the rule. Raises RuleError, also if the shares do not add up to the whole."""
        short, taker = _short(fields)
        rule = cls(
            **common_read(fields),
            parties=tuple(_party(each) for each in fields.rows("parties")),
            pool_party=fields.text("pool_party") or MATCHING,
            minimum_project=fields.amount("minimum_project"),
            maximum_project=fields.amount("maximum_project"),
            short=short,
            taker=taker,
            village_first=fields.flag("village_first"),
        )
        rule._check(fields)
        return rule

    def _check(self, fields: Fields) -> None:
        names = [each.party for each in self.parties]
        if len(set(names)) != len(names):
            raise fields.wrong("parties", "names a party twice")
        if DONORS not in names:
            raise fields.wrong("parties", "has no donors, whose money calls the others'")
        if self.pool_party == DONORS or self.pool_party not in names:
            raise fields.wrong("pool_party", "is one of the parties, and not the donors")
        if self.village_first and VILLAGE not in names:
            raise fields.wrong("village_first", "there is no village among the parties")
        if self.taker is not None and self.taker not in names:
            raise fields.wrong("short.taken_over_by", "is one of the parties")
        whole = sum((each.share for each in self.parties), Fraction(0))
        if whole != 1:
            raise fields.wrong("parties", f"the shares add up to {whole}, not to 1")
        if not self.party(DONORS).share:
            raise fields.wrong("parties", "the donors' share is nothing: it could call nothing")
        low, high = self.minimum_project, self.maximum_project
        if low is not None and high is not None and low > high:
            raise fields.wrong("maximum_project", "is less than minimum_project")

    @property
    def by_gift(self) -> bool:
        """Whether the rule works gift by gift: it does."""
        return True

    def party(self, name: str) -> Party:
        """Return a party of the plan, with the rule's cap per project if it is the pool's. Raises KeyError."""
        found = next((each for each in self.parties if each.party == name), None)
        if found is None:
            raise KeyError(name)
        caps = [cap for cap in (found.cap, self.cap_per_project) if cap is not None]
        return replace(found, cap=min(caps)) if caps and name == self.pool_party else found

    def finer(self, factor: int) -> Self:
        """Return the same rule with all its amounts counted in units `factor` times as small."""
        parties = tuple(each if each.cap is None else replace(each, cap=each.cap * factor) for each in self.parties)
        return replace(Common.finer(self, factor), parties=parties)

    def draw(self, amount: int, project: ProjectFacts, standing: Standing) -> Drawn:
        """Return what one more gift of `amount` draws (smallest units); a gift of 0 draws what is due by now.

        Raises ValueError for a negative amount.
        """
        if amount < 0:
            raise ValueError("an amount cannot be negative")
        refused = self.refused(project)
        if refused is not None:
            return refused
        if self.village_first and not 0 < project.shares.get(VILLAGE, 0) <= project.village_paid:
            return Drawn(0, 0, "village_first")
        given = standing.project_given
        counted = amount
        if project.shares:
            counted = max(0, min(amount, project.shares.get(DONORS, 0) - given))
        wanted = max(0, self._called(project, given + amount) - standing.project_matched)
        wanted -= wanted % self.step
        matched, why = cut(wanted, self._limits(project, standing), FULL if counted == amount else "plan_full")
        matched -= matched % self.step
        if matched < wanted:
            counted = -(-counted * matched // wanted)
        if matched == 0 and why == FULL:
            why = "below_unit"
        return Drawn(matched, counted if matched else 0, why)

    def refused(self, project: ProjectFacts) -> Drawn | None:
        """Return the answer for a project that is not eligible, or too small or too large for the programme."""
        low, high = self.minimum_project, self.maximum_project
        if project.shares and low is not None and project.size < low:
            return Drawn(0, 0, "not_eligible:minimum_project")
        if project.shares and high is not None and project.size > high:
            return Drawn(0, 0, "not_eligible:maximum_project")
        return Common.refused(self, project)

    def _called(self, project: ProjectFacts, donors_in: int) -> int:
        if project.shares:
            return shares_called(project.shares, donors_in).get(self.pool_party, 0)
        return floor(donors_in * self.party(self.pool_party).share / self.party(DONORS).share)

    def _limits(self, project: ProjectFacts, standing: Standing) -> Iterator[tuple[int | None, str]]:
        ours = self.party(self.pool_party)
        most = ours.most(project.size) if project.shares else ours.cap
        yield None if most is None else most - standing.project_matched, "cap_project"
        yield from self.limits(project, standing)


def shares_plan(rule: Shares, total: int) -> dict[str, int]:
    """Divide a plan of `total` (smallest units) among the parties; the parts add up to it exactly.

    By largest remainder, then within each party's floor, ceiling and cap: what these cut off goes to the others in
    stated order up to their ceilings, what they demand is taken from the last first. Raises RuleError if the plan
    is too small or too large, or cannot be brought together.
    """
    if rule.minimum_project is not None and total < rule.minimum_project:
        raise RuleError("minimum_project", "the project is too small")
    if rule.maximum_project is not None and total > rule.maximum_project:
        raise RuleError("maximum_project", "the project is too large")
    parties = [rule.party(each.party) for each in rule.parties]
    least, most = [each.least(total) for each in parties], [each.most(total) for each in parties]
    if sum(most) < total or sum(least) > total or any(a > b for a, b in zip(least, most, strict=True)):
        raise RuleError("parties", "cannot bring the plan together within their floors, ceilings and caps")
    denominator = 1
    for each in parties:
        denominator *= each.share.denominator
    parts = largest_remainder(total, [int(each.share * denominator) for each in parties])
    parts = [min(max(part, low), high) for part, low, high in zip(parts, least, most, strict=True)]
    missing = total - sum(parts)
    for index in range(len(parts)):
        more = max(0, min(missing, most[index] - parts[index]))
        parts[index], missing = parts[index] + more, missing - more
    for index in reversed(range(len(parts))):
        less = max(0, min(-missing, parts[index] - least[index]))
        parts[index], missing = parts[index] - less, missing + less
    return {each.party: part for each, part in zip(parties, parts, strict=True)}


def shares_called(plan: Mapping[str, int], donors_in: int) -> dict[str, int]:
    """Return what is called from each party in all, once the donors have brought `donors_in` (smallest units).

    In proportion, rounded down; everything once the donors' share is whole, at once if they have none.
    """
    whole = plan.get(DONORS, 0)
    if donors_in >= whole:
        return dict(plan)
    return {party: amount * donors_in // whole for party, amount in plan.items()}


def shares_settle(rule: Shares, plan: Mapping[str, int], brought: Mapping[str, int]) -> dict[str, int]:
    """Return what each party brings in the end if some fell short. `brought` is what they can bring (smallest units).

    A party that is not in `brought` keeps to the plan. "wait": the plan stands, and waits. "scale": every part
    shrinks as much as that of the party that is shortest, rounded down. Taken over: one party brings what the others
    lack, within its ceiling and cap, and none of the others may fall below its floor. Raises RuleError (`short`) if
    that does not bring the plan together, or what is left is below the programme's smallest project.
    """
    if rule.short == WAIT:
        return dict(plan)
    can = {party: min(amount, brought.get(party, amount)) for party, amount in plan.items()}
    if any(amount < 0 for amount in can.values()):
        raise ValueError("an amount cannot be negative")
    if rule.short == SCALE:
        shortest = min((Fraction(can[party], amount) for party, amount in plan.items() if amount), default=Fraction(1))
        scaled = {party: floor(amount * shortest) for party, amount in plan.items()}
        if rule.minimum_project is not None and sum(scaled.values()) < rule.minimum_project:
            raise RuleError("short", "what is left is smaller than the smallest project")
        return scaled
    return _taken_over(rule, plan, can)


def _taken_over(rule: Shares, plan: Mapping[str, int], can: Mapping[str, int]) -> dict[str, int]:
    total, taker = sum(plan.values()), rule.taker or ""
    end = {party: amount for party, amount in can.items() if party != taker}
    end = {party: end.get(party, total - sum(end.values())) for party in plan}  # in the plan's order
    if end[taker] > rule.party(taker).most(total):
        raise RuleError("short", f"{taker} may not take over so much")
    for party, amount in end.items():
        if amount < min(plan[party], rule.party(party).least(total)):
            raise RuleError("short", f"{party} brings less than the least it has to")
    return end


def _short(fields: Fields) -> tuple[str, str | None]:
    value = fields.raw("short")
    if value is None or isinstance(value, str):
        return fields.choice("short", (WAIT, SCALE), WAIT), None
    inside = fields.inner("short")
    if inside is None:
        raise fields.wrong("short", "is missing")
    taker = inside.needed("taken_over_by", inside.text("taken_over_by"))
    inside.done()
    return TAKEN_OVER, taker


def _party(fields: Fields) -> Party:
    low, high = fields.fraction("min_share", most=1), fields.fraction("max_share", most=1)
    found = Party(
        party=fields.needed("party", fields.text("party")),
        share=fields.needed("share", fields.fraction("share", most=1)),
        min_share=Fraction(0) if low is None else low,
        max_share=Fraction(1) if high is None else high,
        cap=fields.amount("cap"),
    )
    fields.done()
    if not found.min_share <= found.share <= found.max_share:
        raise fields.wrong("share", "is not between min_share and max_share")
    return found
