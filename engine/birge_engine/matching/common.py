"""What all rules have in common: the pool, the caps, and how far a wish is cut down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from ..split import largest_remainder
from .amounts import exponent
from .eligible import Eligibility
from .fields import Fields
from .model import Drawn, Gift, ProjectFacts, Result, Standing

FIRST_COME, PRO_RATA = "first_come", "pro_rata"
LARGEST_REMAINDER, DOWN = "largest_remainder", "down"
FULL = "full"
EVERYONE = Eligibility()


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """A rule. Amounts are in smallest units of `currency`; None: no limit.

    A kind is a frozen subclass with `parse`, and with `draw` (it works gift by gift as they come) or `settle` (it
    looks at a whole round). `pool` is all that the rule may give, `cap_per_project` the most for one project.
    """

    kind: str
    currency: str
    pool: int | None = None
    decimals: int | None = None
    eligible: Eligibility = EVERYONE
    when_dry: str = FIRST_COME
    rounding: str = LARGEST_REMAINDER
    cap_per_project: int | None = None
    stack: bool = False

    AMOUNTS: ClassVar[tuple[str, ...]] = ("pool", "cap_per_project")  # what `finer` has to multiply

    @classmethod
    def parse(cls, fields: Fields) -> Self:
        """Read the rule's own fields; `rule_parse` refuses the rest. Raises RuleError."""
        raise NotImplementedError

    @property
    def by_gift(self) -> bool:
        """Whether the rule works gift by gift (`draw`), or on a whole round (`settle`)."""
        return False

    def draw(self, amount: int, project: ProjectFacts, standing: Standing) -> Drawn:
        """Return what one more gift of `amount` draws (smallest units). Only where `by_gift`.

        The pool is what `standing.pool_rest` says, not the rule's own `pool`: several rules may hold one.
        """
        raise NotImplementedError(f"{self.kind} is settled as a round")

    def settle(self, gifts: Sequence[Gift], projects: Mapping[str, ProjectFacts]) -> Result:
        """Return what a round gives. Gifts and projects are eligible ones. Only where not `by_gift`."""
        raise NotImplementedError(f"{self.kind} works gift by gift")

    @property
    def scale(self) -> int:
        """Return how many decimal places results have: the rule's `decimals`, or the currency's exponent."""
        return exponent(self.currency) if self.decimals is None else self.decimals

    @property
    def factor(self) -> int:
        """Return how many units of the result one smallest unit of the currency is (1 unless `decimals` is finer)."""
        return int(10 ** max(0, self.scale - exponent(self.currency)))

    @property
    def step(self) -> int:
        """Return how many smallest units one unit of the result is (1 unless `decimals` is coarser)."""
        return int(10 ** max(0, exponent(self.currency) - self.scale))

    def units(self, amount: int) -> int:
        """Return an amount of smallest units in units of the result, rounded down."""
        return amount * self.factor // self.step

    def finer(self, factor: int) -> Self:
        """Return the same rule with all its amounts counted in units `factor` times as small."""
        amounts = {name: getattr(self, name) for name in self.AMOUNTS}
        finer: dict[str, Any] = {name: value * factor for name, value in amounts.items() if value is not None}
        return replace(self, **finer, eligible=self.eligible.finer(factor))

    def limits(self, project: ProjectFacts, standing: Standing) -> Iterator[tuple[int | None, str]]:
        """Yield what holds every match back, with its code: the project's cap, its plan, the pool."""
        cap = self.cap_per_project
        yield None if cap is None else cap - standing.project_matched, "cap_project"
        yield project.rest, "plan_full"
        empty = standing.pool_rest is not None and standing.pool_rest < self.step
        yield standing.pool_rest, "pool_empty" if empty else "pool_rest"

    def round_limits(self, project: ProjectFacts) -> Iterator[tuple[int | None, str]]:
        """Yield what holds a project back in a round, in units of the result: its cap and its plan."""
        for limit, code in self.limits(project, Standing()):
            yield None if limit is None else self.units(limit), code

    def refused(self, project: ProjectFacts) -> Drawn | None:
        """Return the answer for a project that is not eligible, None for one that is."""
        which = self.eligible.project_refusal(project)
        return None if which is None else Drawn(0, 0, f"not_eligible:{which}")


def common_read(fields: Fields, *, rounding: str = LARGEST_REMAINDER) -> dict[str, Any]:
    """Read what all rules have, as arguments for a subclass of Common. `rounding` is the kind's default.

    `projects` is read by `projects_parse`; `text` and `name` are for people.
    """
    for field in ("text", "name", "projects"):
        fields.raw(field)
    return {
        "kind": fields.needed("kind", fields.text("kind")),
        "currency": fields.needed("currency", fields.text("currency")),
        "pool": fields.amount("pool"),
        "decimals": fields.whole("decimals", most=18),
        "eligible": Eligibility.parse(fields.inner("eligible")),
        "when_dry": fields.choice("when_dry", (FIRST_COME, PRO_RATA), FIRST_COME),
        "rounding": fields.choice("rounding", (LARGEST_REMAINDER, DOWN), rounding),
        "cap_per_project": fields.amount("cap_per_project"),
        "stack": fields.flag("stack"),
    }


def share_out(pool: int | None, wanted: Sequence[int], rounding: str) -> list[int]:
    """Return what each wish gets of the pool: all of it if there is enough, or in proportion.

    Largest remainder (equal remainders: the earlier index), or each rounded down and the rest stays in the pool.
    """
    whole = sum(wanted)
    if pool is None or whole <= pool:
        return list(wanted)
    if rounding == DOWN:
        return [pool * wish // whole for wish in wanted]
    return largest_remainder(pool, wanted)


def cut(wanted: int, limits: Iterable[tuple[int | None, str]], why: str = FULL) -> tuple[int, str]:
    """Return `wanted` cut down to the lowest limit, and the code of what cut it: of equal limits the first.

    A limit that is overdrawn already gives nothing; None is no limit.
    """
    for limit, code in limits:
        if limit is not None and limit < wanted:
            wanted, why = max(0, limit), code
    return wanted, why
