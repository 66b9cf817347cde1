"""Quadratic matching: many small gifts draw more than a single large one (Buterin, Hitzig, Weyl 2018)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from . import certified, certified_pairs, pairs
from .amounts import exponent
from .common import DOWN, LARGEST_REMAINDER, Common, common_read
from .exact import Spans, Undecided, capped, exceeds, guard_bits, lowest, portions, raw_spans, root_spans, wholes
from .fields import Fields
from .model import Allocation, Gift, ProjectFacts, Result, RuleError
from .totals import Totals, totals

NORMALISED, CAPITAL, ROOTS = "normalised", "capital_constrained", "sum_of_roots"
PAIRWISE, BOUNDED = "pairwise", "pairwise_bounded"
ROUNDING = {NORMALISED: LARGEST_REMAINDER, CAPITAL: DOWN, ROOTS: DOWN, PAIRWISE: LARGEST_REMAINDER}
ROUNDING[BOUNDED] = LARGEST_REMAINDER
ALPHA = 10**18  # in which clr.fund's contracts count alpha


@dataclass(frozen=True, slots=True)
class ProjectSum:
    """What is known of a project in a round with secret donors: Σc and Σ√c, whole numbers of the round's own units."""

    project: str
    contributed: int
    sum_sqrt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quadratic(Common):
    """A round. c is all that one donor gave to a project (gifts below `minimum_contribution` do not count).

    normalised: raw = (Σ√c)² − Σc (Buterin, Hitzig, Weyl 2018). If Σraw exceeds the pool, or always with `spend_all`,
    pool·raw/Σraw. Who is over the cap gets the cap; in a round that is shared out like that, and in no other, what is
    freed goes to those below it (rounded down).
    capital_constrained: α·(Σ√c)² + (1−α)·Σc is what a project has in the end, so its match is α·raw, with
    α = pool/Σraw, at most 1 unless `spend_all`. From project sums α counts 10**-18, as in clr.fund's contracts.
    sum_of_roots: pool·Σ√c/ΣΣ√c (clr.fund, rounds of 2020 and 2021).
    pairwise: Σ over pairs of donors √(a·b)·(M+1)/T; M is `threshold` and T the pair's Σ√(a·b) over all projects,
    this one included; M and 1 in units of the currency; scaled down to the pool only when it exceeds it (Gitcoin's
    code, 2019). pairwise_bounded: √(a·b)·M/(M+T), the same otherwise (Buterin's "Pairwise coordination subsidies").
    Variants without pairs do not look at `threshold`.
    """

    variant: str
    threshold: int = 0
    spend_all: bool = False
    minimum_contribution: int = 0
    unit_value: int | None = None

    AMOUNTS: ClassVar[tuple[str, ...]] = (*Common.AMOUNTS, "threshold", "minimum_contribution", "unit_value")

    @classmethod
    def parse(cls, fields: Fields) -> Self:
        """Read the rule. Raises RuleError."""
        variant = fields.choice("variant", tuple(ROUNDING))
        common = common_read(fields, rounding=ROUNDING[variant])
        threshold = fields.amount("threshold")
        in_pairs = variant in (PAIRWISE, BOUNDED)
        if in_pairs and threshold is None:
            raise fields.wrong("threshold", "is missing")
        if variant == BOUNDED and not threshold:
            raise fields.wrong("threshold", "is more than nothing")
        unit_value = fields.amount("unit_value")
        if unit_value is not None and (in_pairs or not unit_value):
            raise fields.wrong("unit_value", "sums say nothing of pairs" if in_pairs else "is more than nothing")
        spend_all = fields.flag("spend_all")
        if common["pool"] is None and (spend_all or variant in (ROOTS, CAPITAL)):
            raise fields.wrong("pool", "is missing: it is what is shared")
        return cls(
            **common,
            variant=variant,
            threshold=threshold or 0,
            spend_all=spend_all,
            minimum_contribution=fields.amount("minimum_contribution") or 0,
            unit_value=unit_value,
        )

    def settle(self, gifts: Sequence[Gift], projects: Mapping[str, ProjectFacts]) -> Result:
        """Return what the round gives to each project that has gifts, sorted by id. Any order of gifts will do."""
        table = totals(gifts, self.minimum_contribution)
        shared, scaled = self._first_that_decides(table)
        lone = [count < 2 and self.variant != ROOTS for count in table.donors]
        return self._result(table.ids, table.contributed, shared, projects, lone=lone, scaled=scaled)

    def settle_sums(self, sums: Sequence[ProjectSum], projects: Mapping[str, ProjectFacts]) -> Result:
        """Return what the round gives, from sums: `contributed` and `sum_sqrt` count the round's own units.

        One unit of `contributed` stands for `unit_value` in money. Raises RuleError for pairs, which need to know
        single donors, and without `unit_value`.
        """
        if self.variant in (PAIRWISE, BOUNDED):
            raise RuleError("variant", "pairs need single donors, and sums say nothing of them")
        if self.unit_value is None:
            raise RuleError("unit_value", "is missing: what one unit of the sums stands for in money")
        rows = sorted(sums, key=lambda each: each.project)
        roots = [each.sum_sqrt for each in rows]
        if self.variant == ROOTS:
            shared, scaled = self._shared(Spans(0, roots, roots))
        else:
            raw = [max(0, each.sum_sqrt**2 - each.contributed) * self.unit_value for each in rows]
            shared, scaled = self._alpha(raw) if self.variant == CAPITAL else self._shared(Spans(0, raw, raw))
        contributed = [each.contributed * self.unit_value for each in rows]
        ids = [each.project for each in rows]
        return self._result(ids, contributed, shared, projects, lone=[False] * len(rows), scaled=scaled)

    def _first_that_decides(self, table: Totals) -> tuple[list[int], bool]:
        for spans in self._spans(table):
            try:
                return self._shared(spans())
            except Undecided:
                continue
        raise AssertionError("the exact spans always decide")

    def _spans(self, table: Totals) -> Iterator[Callable[[], Spans]]:
        """Yield the ways to compute what is shared by, quick ones first; the last one always decides."""
        grouped, unit = table.grouped, 10 ** exponent(self.currency)
        if grouped is not None and certified.usable(grouped):
            if self.variant == PAIRWISE:
                yield lambda: certified_pairs.pair_spans(grouped, self.threshold, unit)
            elif self.variant == BOUNDED:
                yield lambda: certified_pairs.bounded_spans(grouped, self.threshold)
            else:
                yield lambda: self._of_roots(certified.root_spans(grouped), table)
        largest = max(self._pool or 0, sum(table.counted) * self.factor)
        if self.variant in (PAIRWISE, BOUNDED):
            terms = sum(table.donors) ** 2
            bits = guard_bits(terms, sum(table.counted) + self.threshold + unit, largest)
            if self.variant == PAIRWISE:
                yield lambda: pairs.pair_spans(table.by_donor(), self.threshold, unit, bits)
            else:
                yield lambda: pairs.bounded_spans(table.by_donor(), self.threshold, bits)
        else:
            bits = guard_bits(sum(table.donors), sum(table.counted), largest)
            yield lambda: self._of_roots(root_spans(table.amounts(), bits), table)

    def _of_roots(self, roots: Spans, table: Totals) -> Spans:
        return roots if self.variant == ROOTS else raw_spans(roots, table.counted, table.donors)

    @property
    def _pool(self) -> int | None:
        """Return the pool in units of the result."""
        return None if self.pool is None else self.pool * self.factor // self.step

    def _shared(self, spans: Spans) -> tuple[list[int], bool]:
        """Return what each gets before caps, and whether the pool was shared out (rather than all given in full)."""
        pool = self._pool
        if pool is None or not (
            self.spend_all or self.variant == ROOTS or exceeds(spans, pool, self.factor, self.step)
        ):
            return wholes(spans, self.factor, self.step), False
        return portions(pool, spans, largest_remainder=self.rounding == LARGEST_REMAINDER), True

    def _alpha(self, raw: Sequence[int]) -> tuple[list[int], bool]:
        """Return α·raw with α in whole 10**-18, as `alpha_capital_constrained_qf` has it."""
        whole = sum(raw)
        alpha = (self.pool or 0) * ALPHA // whole if whole else 0
        if not self.spend_all:
            alpha = min(alpha, ALPHA)
        return [alpha * each * self.factor // (ALPHA * self.step) for each in raw], alpha != ALPHA

    def _result(
        self,
        ids: Sequence[str],
        contributed: Sequence[int],
        shared: Sequence[int],
        projects: Mapping[str, ProjectFacts],
        *,
        lone: Sequence[bool],
        scaled: bool,
    ) -> Result:
        limits = [lowest(self.round_limits(projects.get(name) or ProjectFacts(name))) for name in ids]
        caps = [limit for limit, _code in limits]
        matched = capped(shared, caps, share_again=scaled and self.variant == NORMALISED)
        rows = zip(ids, contributed, shared, matched, lone, limits, strict=True)
        return Result(
            [
                Allocation(name, given, got, self._reason(got, got < before, code, alone=alone, scaled=scaled))
                for name, given, before, got, alone, (_limit, code) in rows
            ],
            self.scale,
        )

    def _reason(self, got: int, cut: bool, limit: str, *, alone: bool, scaled: bool) -> str:
        """Return why it is not more: `full`, or a code.

        `lone_donor`: one donor alone draws nothing. `cap_project`, `plan_full`: cut at the cap, or at what the plan
        can take. `pool_share`: the pool was shared out. `below_unit`: less than one unit.
        """
        if alone:
            return "lone_donor"
        if cut:
            return limit
        if not got:
            return "pool_empty" if self._pool == 0 else "below_unit"
        return "pool_share" if scaled else "full"
