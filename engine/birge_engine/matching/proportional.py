"""So many units for each unit given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Self

from .common import FULL, Common, common_read, cut
from .fields import Fields
from .model import Drawn, ProjectFacts, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportional(Common):
    """matched = min(⌊rate · min(gift, counted_per_contribution)⌋, every cap's rest, the plan's rest, the pool's rest).

    Source: Goteo's DuplicateInvestMatcherProcessor (numbers of its tests in one_to_one_vectors.json), with two
    differences that are meant: every `cap` is a cap of the match, after the rate, and what limits the gift before the
    rate has a name of its own. A donor's first gifts are those that drew something.
    """

    rate: Fraction
    counted_per_contribution: int | None = None
    cap_per_contribution: int | None = None
    cap_per_donor: int | None = None
    gifts_per_donor: int | None = None
    gifts_per_donor_here: int | None = None

    AMOUNTS: ClassVar[tuple[str, ...]] = (
        *("pool", "cap_per_project"),
        *("counted_per_contribution", "cap_per_contribution", "cap_per_donor"),
    )

    @classmethod
    def parse(cls, fields: Fields) -> Self:
        """Read the rule. Raises RuleError."""
        return cls(
            **common_read(fields),
            rate=fields.needed("rate", fields.fraction("rate")),
            counted_per_contribution=fields.amount("counted_per_contribution"),
            cap_per_contribution=fields.amount("cap_per_contribution"),
            cap_per_donor=fields.amount("cap_per_donor"),
            gifts_per_donor=fields.whole("gifts_per_donor"),
            gifts_per_donor_here=fields.whole("gifts_per_donor_here"),
        )

    @property
    def by_gift(self) -> bool:
        """Whether the rule works gift by gift: it does."""
        return True

    def draw(self, amount: int, project: ProjectFacts, standing: Standing) -> Drawn:
        """Return what one more gift of `amount` draws (smallest units). Raises ValueError for a negative amount."""
        if amount < 0:
            raise ValueError("an amount cannot be negative")
        refused = self.refused(project)
        if refused is not None:
            return refused
        if not self.rate:
            return Drawn(0, 0, "zero_rate")
        if _used_up(self.gifts_per_donor, standing.donor_gifts):
            return Drawn(0, 0, "once")
        if _used_up(self.gifts_per_donor_here, standing.donor_gifts_here):
            return Drawn(0, 0, "once")
        above, below = self.rate.as_integer_ratio()
        most = self.counted_per_contribution
        counted, why = (amount, FULL) if most is None or amount <= most else (most, "counted")
        wanted = counted * above // below
        wanted -= wanted % self.step
        matched, why = cut(wanted, self._limits(project, standing), why)
        matched -= matched % self.step
        if matched < wanted:
            counted = -(-matched * below // above)  # the least that draws so much
        if matched == 0 and why in (FULL, "counted"):
            why = "below_unit"
        return Drawn(matched, counted if matched else 0, why)

    def _limits(self, project: ProjectFacts, standing: Standing) -> Iterator[tuple[int | None, str]]:
        yield self.cap_per_contribution, "cap_contribution"
        yield None if self.cap_per_donor is None else self.cap_per_donor - standing.donor_matched, "cap_donor"
        yield from self.limits(project, standing)


def _used_up(most: int | None, so_far: int) -> bool:
    return most is not None and so_far >= most
