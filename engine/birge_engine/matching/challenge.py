"""A sum that is unlocked when a goal is met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

from .common import FULL, PRO_RATA, Common, common_read, cut, share_out
from .fields import Fields
from .model import Allocation, Gift, ProjectFacts, Result
from .shares import VILLAGE

When = tuple[str, str]  # time and id of the gift that reached the goal; before all gifts if none was needed


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What has to hold, all of it: `donors` (who gave something), `raised` (smallest units), parts of the plan, a day.

    `raised_share` is of the whole plan, `village_paid_share` of the village's share. `by`: gifts of later days, or of
    an unknown one, do not count.
    """

    donors: int | None = None
    raised: int | None = None
    raised_share: Fraction | None = None
    village_paid_share: Fraction | None = None
    by: str | None = None

    @classmethod
    def parse(cls, fields: Fields) -> Self:
        """Read the goal. Raises RuleError, also if nothing is asked, or nothing but a day."""
        goal = cls(
            donors=fields.whole("donors", least=1),
            raised=fields.amount("raised"),
            raised_share=fields.fraction("raised_share", most=1),
            village_paid_share=fields.fraction("village_paid_share", most=1),
            by=fields.day("by"),
        )
        fields.done()
        if (goal.donors, goal.raised, goal.raised_share, goal.village_paid_share) == (None,) * 4:
            raise fields.wrong("donors", "a goal asks for something: donors, raised, raised_share, village_paid_share")
        return goal

    def reached(self, gifts: Sequence[Gift], facts: ProjectFacts) -> tuple[When | None, str]:
        """Return when the goal was reached by these gifts of one project, in order of time; or None and what lacks."""
        share = self.village_paid_share
        if share is not None:
            due = facts.shares.get(VILLAGE)
            if due is None or facts.village_paid < share * due:
                return None, "goal_village_paid_share"
        if self.raised_share is not None and not facts.shares:
            return None, "goal_raised_share"
        donors: set[str] = set()
        raised, when = 0, ("", "")
        lacks = self._lacks(len(donors), raised, facts)
        for gift in gifts:
            if lacks is None or not gift.amount or (self.by is not None and not "" < gift.at[:10] <= self.by):
                continue
            donors.add(gift.donor)
            raised, when = raised + gift.amount, (gift.at, gift.id)
            lacks = self._lacks(len(donors), raised, facts)
        return (when, FULL) if lacks is None else (None, lacks)

    def _lacks(self, donors: int, raised: int, facts: ProjectFacts) -> str | None:
        if self.donors is not None and donors < self.donors:
            return "goal_donors"
        if self.raised is not None and raised < self.raised:
            return "goal_raised"
        if self.raised_share is not None and raised < self.raised_share * facts.size:
            return "goal_raised_share"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge(Common):
    """matched = `amount` if the goal was reached, else 0; never more than the project's cap and its plan's rest.

    If the pool does not suffice: first come by the time when the goal was reached (ties: the id of the gift that
    reached it, then the project's), the last one gets the rest; or pro rata. Source: Goteo's
    CriteriaInvestMatcherProcessor (once, when so many per cent of the target or so much money, and so many donors).
    """

    amount: int
    goal: Goal

    @classmethod
    def parse(cls, fields: Fields) -> Self:
        """Read the rule. Raises RuleError."""
        amount = fields.needed("amount", fields.amount("amount"))
        goal = Goal.parse(fields.needed("goal", fields.inner("goal")))
        return cls(**common_read(fields), amount=amount, goal=goal)

    def settle(self, gifts: Sequence[Gift], projects: Mapping[str, ProjectFacts]) -> Result:
        """Return what a round gives. Gifts and projects are eligible ones."""
        by_project: dict[str, list[Gift]] = {name: [] for name in projects}
        for gift in sorted(gifts, key=lambda each: (each.at, each.id)):
            by_project.setdefault(gift.project, []).append(gift)
        reached: list[tuple[When, str]] = []
        reasons: dict[str, str] = {}
        for name, its_gifts in by_project.items():
            when, reasons[name] = self.goal.reached(its_gifts, projects.get(name) or ProjectFacts(name))
            if when is not None:
                reached.append((when, name))
        matched = dict.fromkeys(by_project, 0)
        order = [name for _when, name in sorted(reached)]
        for name, got, why in self._paid(order, projects):
            matched[name], reasons[name] = got, why
        rows = [
            Allocation(name, sum(gift.amount for gift in its_gifts), matched[name], reasons[name])
            for name, its_gifts in sorted(by_project.items())
        ]
        return Result(rows, self.scale)

    def _paid(self, order: Sequence[str], projects: Mapping[str, ProjectFacts]) -> Iterator[tuple[str, int, str]]:
        """Yield (project, what it gets in units of the result, why), for those that reached the goal, in order."""
        wishes = []
        for name in order:
            facts = projects.get(name) or ProjectFacts(name)
            wishes.append(cut(self.units(self.amount), self.round_limits(facts)))
        rest = None if self.pool is None else self.units(self.pool)
        if self.when_dry == PRO_RATA:
            given = share_out(rest, [wish for wish, _why in wishes], self.rounding)
        else:
            given = []
            for wish, _why in wishes:
                given.append(wish if rest is None else min(wish, rest))
                rest = None if rest is None else rest - given[-1]
        for name, got, (wish, why) in zip(order, given, wishes, strict=True):
            yield name, got, why if got == wish else "pool_rest" if got else "pool_empty"
