"""What goes into a matching rule and what comes out of it: plain data in whole numbers of the smallest unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction


class RuleError(ValueError):
    """A rule that cannot be meant; `field` is the name of what is wrong in it."""

    def __init__(self, field: str, text: str) -> None:
        """Keep the field beside the text."""
        super().__init__(f"{field}: {text}")
        self.field, self.text = field, text


@dataclass(frozen=True, slots=True)
class Gift:
    """One contribution. `at` is an ISO time in UTC, which sorts as text; empty where nobody knows it.

    `payer` is who paid, where several donors' names (guests) may belong to one. `confirmed`: paid, not only pledged.
    `first_time`: the donor had never given before; None: told from the gifts at hand.
    """

    id: str
    project: str
    donor: str
    amount: int
    at: str = ""
    payer: str = ""
    confirmed: bool = True
    first_time: bool | None = None


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """What a rule may look at. Money in smallest units; places by SOATE code; None means that nobody said.

    `shares` is the plan: party ("donors", "village", "matching", …) → amount. `rest` is what can still be matched
    there (what the plan's matching share lacks). `village_paid` is what the village has paid of its own share.
    """

    id: str
    category: str = ""
    oblast: str = ""
    village: str = ""
    shares: Mapping[str, int] = field(default_factory=dict)
    rest: int | None = None
    village_paid: int = 0
    weight: Fraction = Fraction(1)

    @property
    def size(self) -> int:
        """Return what the whole plan costs in money."""
        return sum(amount for party, amount in self.shares.items() if party != "in_kind")


@dataclass(frozen=True, slots=True)
class Standing:
    """What was matched by this rule before the gift at hand, in smallest units.

    `pool_rest` is what the pool has left for this rule (None: no limit). `counted` is how much of the donor's gifts
    was taken into account, `matched` what they drew, `gifts` how many of them drew something. `project_given` is what
    donors brought for the project before this gift in eligible gifts, whether they were matched or not.
    """

    pool_rest: int | None = None
    project_matched: int = 0
    project_given: int = 0
    donor_counted: int = 0
    donor_matched: int = 0
    donor_gifts: int = 0
    donor_gifts_here: int = 0  # for this project only
    donor_counted_here: int = 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one gift draws: `matched`, of `counted` of its amount, and why not more (`why`).

    `why` is a code: `full` if nothing held it back.
    """

    matched: int
    counted: int
    why: str


@dataclass(frozen=True, slots=True)
class Allocation:
    """What one project gets. `matched` counts units of 10**-scale, see `Result.scale`."""

    project: str
    contributed: int
    matched: int
    reason: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a rule made of its gifts. `gifts` says for each gift id what it drew, where the rule works gift by gift.

    `scale` is how many decimal places of the currency's unit `matched` has, here and in `gifts`: its exponent, or the
    rule's `decimals`. `contributed` and `counted` are in smallest units always.
    """

    allocations: Sequence[Allocation]
    scale: int
    gifts: Mapping[str, Drawn] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Return all that was matched."""
        return sum(each.matched for each in self.allocations)
