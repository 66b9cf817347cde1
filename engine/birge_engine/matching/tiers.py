"""Rates that depend on how much a donor has given already, on the gift's size, or on how many give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import Self

from .common import FULL, Common, common_read, cut, share_out
from .fields import Fields
from .model import Allocation, Drawn, Gift, ProjectFacts, Result, Standing

DONOR, DONOR_HERE, GIFT, PROJECT = "donor", "donor_here", "gift", "project"
LIMITS = {DONOR: "up_to", DONOR_HERE: "up_to", GIFT: "at_least", PROJECT: "donors"}


@dataclass(frozen=True, slots=True)
class Tier:
    """A rate and the limit it holds up to (brackets of a donor) or from (a gift's size, a number of donors)."""

    limit: int | None
    rate: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers(Common):
    """What `per` says the rate goes by.

    * donor: brackets over all gifts of a donor, donor_here: over the donor's gifts to this project. Of a gift, each
      part draws the rate of the bracket it falls into: ⌊Σ rate · part⌋. Source: GlobalGiving, Little by Little 2024
      (50 % of the first 50 of each unique donor to an organisation).
    * gift: the whole gift draws the rate of its size: ⌊rate · gift⌋. Source: GlobalGiving, Bonus Day (20, 30, 40 %
      from 100, 500, 750 on). Rates do not fall, so that nobody gains by dividing a gift.
    * project: a round. All that was given for a project draws the rate of its number of donors at the end:
      ⌊rate · given⌋; if all together exceed the pool, in proportion.
    """

    per: str
    tiers: tuple[Tier, ...]

    @classmethod
    def parse(cls, fields: Fields) -> Self:
        """Read the rule. Raises RuleError, also for limits that do not rise."""
        per = fields.choice("per", tuple(LIMITS))
        tiers = tuple(_tier(each, per) for each in fields.rows("tiers"))
        if any(tier.limit is None for tier in tiers[:-1]):
            raise fields.wrong("tiers", "only the last one can be without a limit")
        limits = [tier.limit for tier in tiers if tier.limit is not None]
        if any(first >= second for first, second in pairwise(limits)):
            raise fields.wrong("tiers", "the limits have to rise")
        if per == GIFT and any(first.rate > second.rate for first, second in pairwise(tiers)):
            raise fields.wrong("tiers", "the rates cannot fall: it would pay to divide a gift")
        return cls(**common_read(fields), per=per, tiers=tiers)

    @property
    def by_gift(self) -> bool:
        """Whether the rule works gift by gift: all but the rate by the number of donors do."""
        return self.per != PROJECT

    def finer(self, factor: int) -> Self:
        """Return the same rule with all its amounts counted in units `factor` times as small."""
        money = self.per != PROJECT
        tiers = tuple(
            replace(tier, limit=tier.limit * factor) if money and tier.limit is not None else tier
            for tier in self.tiers
        )
        return replace(Common.finer(self, factor), tiers=tiers)

    def draw(self, amount: int, project: ProjectFacts, standing: Standing) -> Drawn:
        """Return what one more gift of `amount` draws (smallest units). Raises ValueError for a negative amount."""
        if amount < 0:
            raise ValueError("an amount cannot be negative")
        refused = self.refused(project)
        if refused is not None:
            return refused
        parts = self._parts(amount, standing)
        counted = sum(part for part, _rate in parts)
        wanted = floor(sum((part * rate for part, rate in parts), Fraction(0)))
        wanted -= wanted % self.step
        why = FULL if counted == amount else "counted" if counted else "zero_rate"
        matched, why = cut(wanted, self.limits(project, standing), why)
        matched -= matched % self.step
        if matched < wanted:
            counted = _least(parts, matched)
        if matched == 0 and why in (FULL, "counted"):
            why = "below_unit" if any(rate for _part, rate in parts) else "zero_rate"
        return Drawn(matched, counted, why)

    def _parts(self, amount: int, standing: Standing) -> list[tuple[int, Fraction]]:
        """Divide a gift into (part, rate); what lies beyond the last rate that is not zero is in no part."""
        if self.per == GIFT:
            rate = self._rate(amount)
            return [(amount, rate)] if rate else []
        before = standing.donor_counted if self.per == DONOR else standing.donor_counted_here
        parts, done = [], 0
        for tier in self.tiers:
            end = amount if tier.limit is None else min(amount, tier.limit - before)
            if end > done:
                parts.append((end - done, tier.rate))
                done = end
        # What lies in no bracket, or in the last ones of rate 0, stays open for another rule. A bracket of rate 0
        # before others has to be passed through, and counts.
        paid = max((index for index, tier in enumerate(self.tiers) if tier.rate), default=-1)
        last = None if paid == -1 else self.tiers[paid].limit
        if paid == -1:
            return []
        return parts if last is None else _first(parts, max(0, last - before))

    def _rate(self, reached: int) -> Fraction:
        rates = [tier.rate for tier in self.tiers if tier.limit is not None and tier.limit <= reached]
        return rates[-1] if rates else Fraction(0)

    def settle(self, gifts: Sequence[Gift], projects: Mapping[str, ProjectFacts]) -> Result:
        """Return what a round gives by the number of donors. Gifts and projects are eligible ones."""
        given: dict[str, int] = dict.fromkeys(projects, 0)
        donors: dict[str, set[str]] = {}
        for gift in gifts:
            given[gift.project] = given.get(gift.project, 0) + gift.amount
            if gift.amount:
                donors.setdefault(gift.project, set()).add(gift.donor)
        names = sorted(given)
        wanted, reasons = [], []
        for name in names:
            rate = self._rate(len(donors.get(name, ())))
            facts = projects.get(name) or ProjectFacts(name)
            wish, why = floor(rate * given[name] * self.factor / self.step), FULL
            if wish == 0:
                why = "no_gifts" if not donors.get(name) else "zero_rate" if not rate else "below_unit"
            wish, why = cut(wish, self.round_limits(facts), why)
            wanted.append(wish)
            reasons.append(why)
        matched = share_out(None if self.pool is None else self.units(self.pool), wanted, self.rounding)
        rows = [
            Allocation(name, given[name], got, why if got == wish else "pool_rest" if got else "pool_empty")
            for name, got, wish, why in zip(names, matched, wanted, reasons, strict=True)
        ]
        return Result(rows, self.scale)


def _first(parts: list[tuple[int, Fraction]], most: int) -> list[tuple[int, Fraction]]:
    """Return the first `most` units of the parts."""
    kept = []
    for part, rate in parts:
        part = min(part, most)
        if part:
            kept.append((part, rate))
        most -= part
    return kept


def _least(parts: list[tuple[int, Fraction]], matched: int) -> int:
    """Return how much of the parts, from the first on, draws just so much."""
    counted, missing = 0, Fraction(matched)
    for part, rate in parts:
        if missing <= 0:
            break
        used = min(part, ceil(missing / rate)) if rate else part
        counted, missing = counted + used, missing - used * rate
    return counted


def _tier(fields: Fields, per: str) -> Tier:
    name = LIMITS[per]
    limit = fields.whole(name, least=1) if per == PROJECT else fields.amount(name)
    if per in (PROJECT, GIFT):
        fields.needed(name, limit)
    rate = fields.needed("rate", fields.fraction("rate"))
    fields.done()
    return Tier(limit, rate)
