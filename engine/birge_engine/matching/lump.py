"""A lump for each: a pool divided equally, or by weights that the rule states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import ClassVar, Self

from ..split import largest_remainder
from .common import LARGEST_REMAINDER, Common, common_read
from .exact import capped, lowest
from .fields import Fields
from .model import Allocation, Gift, ProjectFacts, Result, RuleError
from .totals import contributed


@dataclass(frozen=True, slots=True, kw_only=True)
class Lump(Common):
    """pool · w/Σw for each eligible project, or the stated `amount` for each.

    w is the rule's own `weights`, or what is known of the project (`weight`), or 1: for remoteness or poverty, as
    programmes weigh them. Who is not among `weights` gets nothing. With `amount`, each gets amount · w as long as the
    pool suffices, and else all get their part of it in proportion. Whatever a cap cuts off stays in the pool.
    """

    amount: int | None = None
    weights: Mapping[str, Fraction] | None = field(default=None, hash=False)

    AMOUNTS: ClassVar[tuple[str, ...]] = (*Common.AMOUNTS, "amount")

    @classmethod
    def parse(cls, fields: Fields) -> Self:
        """Read the rule. Raises RuleError."""
        common = common_read(fields)
        amount, weights = fields.amount("amount"), fields.fractions("weights")
        if amount is None and common["pool"] is None:
            raise RuleError(fields.name("pool"), "is missing, and so is amount: one of them is what is shared")
        if weights is not None and not any(weights.values()):
            raise RuleError(fields.name("weights"), "weighs somebody")
        return cls(**common, amount=amount, weights=weights)

    def settle(self, gifts: Sequence[Gift], projects: Mapping[str, ProjectFacts]) -> Result:
        """Return what each project gets that is known or has gifts, sorted by id."""
        given = dict.fromkeys(projects, 0) | contributed(gifts)
        ids = sorted(given)
        facts = [projects.get(name, ProjectFacts(name)) for name in ids]
        weights = [each.weight if self.weights is None else self.weights.get(each.id, Fraction(0)) for each in facts]
        wanted, scaled = self._wanted(weights)
        limits = [lowest(self.round_limits(each)) for each in facts]
        matched = capped(wanted, [limit for limit, _code in limits], share_again=False)
        rows = zip(ids, weights, wanted, matched, limits, strict=True)
        return Result(
            [
                Allocation(name, given[name], got, self._reason(weight, before, got, code, scaled=scaled))
                for name, weight, before, got, (_limit, code) in rows
            ],
            self.scale,
        )

    def _wanted(self, weights: Sequence[Fraction]) -> tuple[list[int], bool]:
        """Return what each would get without a cap, in units of the result, and whether a pool was divided."""
        pool = None if self.pool is None else self.pool * self.factor // self.step
        if self.amount is not None:
            each = [int(self.amount * weight * self.factor // self.step) for weight in weights]
            if pool is None or sum(each) <= pool:
                return each, False
        parts = lcm(*(weight.denominator for weight in weights))
        whole = [int(weight * parts) for weight in weights]
        if pool is None or not any(whole):
            return [0] * len(whole), True
        if self.rounding == LARGEST_REMAINDER:
            return largest_remainder(pool, whole), True
        return [pool * each // sum(whole) for each in whole], True

    def _reason(self, weight: Fraction, before: int, got: int, limit: str, *, scaled: bool) -> str:
        """Return why it is not more: no_weight, cap_project, plan_full, pool_empty, below_unit, pool_share, or full."""
        if not weight:
            return "no_weight"
        if got < before:
            return limit
        if not got:
            return "pool_empty" if self.pool == 0 else "below_unit"
        return "pool_share" if scaled else "full"
