"""The same as `run.allocate`, a million gifts at once (numpy), for rules in which donors have no standing of their own.

Only whole numbers are used, and it gives exactly the allocations of `run.allocate`, which does whatever does not fit
here. What each gift drew is not kept (`Result.gifts` is empty).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from . import numeric, run
from .columns import Columns
from .common import PRO_RATA
from .eligible import Eligibility
from .model import Allocation, Gift, ProjectFacts, Result
from .proportional import Proportional
from .rules import Rule
from .shares import DONORS, Shares
from .totals import segment_totals

# In the order of their bits; a project's reasons are the bits of all its gifts.
CODES = ("full", "counted", "cap_contribution", "cap_project", "pool_rest", "pool_empty", "below_unit")
FULL, COUNTED, CAP_CONTRIBUTION, CAP_PROJECT, POOL_REST, POOL_EMPTY, BELOW_UNIT = range(len(CODES))


class _TooMuch(Exception):
    """This needs gifts one by one, or numbers of any size."""


def allocate(rule: Rule, gifts: Sequence[Gift], projects: Mapping[str, ProjectFacts] | None = None) -> Result:
    """Return what each project gets by a rule, as `run.allocate` does; from columns it is quick where it can be."""
    if isinstance(gifts, Columns) and numeric.np is not None and len(gifts) and _plain(rule.eligible):
        try:
            if not rule.by_gift:
                return _round(rule, gifts, projects or {})
            if not projects and rule.step == 1:
                return _by_gift(rule, gifts)
        except _TooMuch:
            pass
    return run.allocate(rule, gifts, projects)


def _plain(eligible: Eligibility) -> bool:
    """Say whether everyone is let in: what comes in columns is confirmed, and each donor is one."""
    return replace(eligible, confirmed_only=False, donors=Eligibility().donors) == Eligibility()


def _round(rule: Rule, gifts: Columns, projects: Mapping[str, ProjectFacts]) -> Result:
    facts = {name: ProjectFacts(name) for name in gifts.project_ids} | dict(projects)
    if any(rule.refused(each) for each in facts.values()) or rule.kind not in ("quadratic", "lump"):
        raise _TooMuch
    found = rule.settle(gifts, facts)
    rows = {each.project: each for each in found.allocations}
    return replace(
        found, allocations=[rows.get(name) or Allocation(name, 0, 0, run.NO_GIFTS) for name in sorted(facts | rows)]
    )


def _by_gift(rule: Rule, gifts: Columns) -> Result:
    fine, count = rule.finer(rule.factor), len(gifts.project_ids)
    contributed = segment_totals(gifts.project, gifts.amount, count)
    if sum(contributed) * rule.factor >= numeric.LARGEST:
        raise _TooMuch
    if isinstance(fine, Proportional):
        drawn = _proportional(fine, gifts, rule.factor)
    elif isinstance(fine, Shares):
        drawn = _shares(fine, gifts, rule.factor)
    else:
        raise _TooMuch
    pool = _limit(fine.pool)
    if int(drawn.matched.sum()) > pool:
        if rule.when_dry == PRO_RATA:
            raise _TooMuch
        drawn.run_dry(pool, count)
    matched = segment_totals(drawn.project, drawn.matched, count)
    rows = zip(gifts.project_ids, contributed, matched, drawn.reasons(count), strict=True)
    return Result([Allocation(*row) for row in rows], rule.scale)


@dataclass(eq=False)
class _Drawn:
    """What each gift draws, and why not more. In the order of (at, id) wherever that counts.

    `still(gifts, got)` returns what gifts would draw, and why not more, if their projects had `got` so much by now.
    """

    project: Any
    matched: Any
    why: Any
    mere: Any  # where nothing but the unit is to blame if nothing is drawn
    still: Callable[[Any, Any], tuple[Any, Any]]

    def run_dry(self, pool: int, count: int) -> None:
        """Give as long as there is something in the pool."""
        np = numeric.np
        running = np.cumsum(self.matched)
        last = int(np.searchsorted(running, pool, side="right"))  # the first that does not get all
        rest = pool - (int(running[last - 1]) if last else 0)
        self.matched[last], self.matched[last + 1 :] = rest, 0
        self.why[last] = POOL_REST if rest else POOL_EMPTY
        got = np.array(segment_totals(self.project[: last + 1], self.matched[: last + 1], count), np.int64)
        later = slice(last + 1, None)
        wanted, why = self.still(later, got[self.project[later]])
        self.why[later] = np.where(wanted > 0, POOL_EMPTY, why)

    def reasons(self, count: int) -> list[str]:
        """Return for each project the codes of all its gifts."""
        np = numeric.np
        why = np.where((self.matched == 0) & (self.why <= self.mere), BELOW_UNIT, self.why)
        seen = np.bincount(self.project * len(CODES) + why, minlength=count * len(CODES)).reshape(count, -1) > 0
        return [
            ";".join(sorted(code for code, there in zip(CODES[1:], row[1:], strict=True) if there)) or CODES[FULL]
            for row in seen.tolist()
        ]


def _proportional(rule: Proportional, gifts: Columns, factor: int) -> _Drawn:
    np = numeric.np
    above, below = rule.rate.as_integer_ratio()
    of_donors = (rule.cap_per_donor, rule.gifts_per_donor, rule.gifts_per_donor_here)
    amount = gifts.amount * factor
    if not above or any(each is not None for each in of_donors) or int(amount.sum()) * above >= numeric.LARGEST:
        raise _TooMuch
    counted = np.minimum(amount, _limit(rule.counted_per_contribution))
    why = np.where(counted < amount, COUNTED, FULL)
    wanted = counted * above // below
    most, cap = _limit(rule.cap_per_contribution), _limit(rule.cap_per_project)
    why[most < wanted] = CAP_CONTRIBUTION
    wanted, project, count = np.minimum(wanted, most), gifts.project, len(gifts.project_ids)
    totals = segment_totals(project, wanted, count)
    if max(totals) > cap or sum(totals) > _limit(rule.pool):
        order = gifts.ordered()
        project, wanted, why = project[order], wanted[order], why[order]

    def still(some: Any, got: Any) -> tuple[Any, Any]:
        left = np.maximum(0, cap - got)
        return np.minimum(wanted[some], left), np.where(left < wanted[some], CAP_PROJECT, why[some])

    if max(totals) > cap:
        matched, its_why = still(slice(None), np.minimum(cap, _before(project, wanted, count)))
    else:
        matched, its_why = wanted.copy(), why.copy()
    return _Drawn(project, matched, its_why, COUNTED, still)


def _shares(rule: Shares, gifts: Columns, factor: int) -> _Drawn:
    np = numeric.np
    ours = rule.party(rule.pool_party)
    above, below = (ours.share / rule.party(DONORS).share).as_integer_ratio()
    if rule.village_first or int(gifts.amount.sum()) * factor * max(1, above) >= numeric.LARGEST:
        raise _TooMuch
    cap, count, order = _limit(ours.cap), len(gifts.project_ids), gifts.ordered()
    project, amount = gifts.project[order], gifts.amount[order] * factor
    before = _before(project, amount, count)
    called_before, called = before * above // below, (before + amount) * above // below

    def still(some: Any, got: Any) -> tuple[Any, Any]:
        return np.minimum(called[some], cap) - got, np.where(called[some] > cap, CAP_PROJECT, FULL)

    matched, why = still(slice(None), np.minimum(called_before, cap))
    return _Drawn(project, matched, why, FULL, still)


def _before(project: Any, amount: Any, count: int) -> Any:
    """Return for each gift the sum of the earlier ones of its project."""
    np = numeric.np
    order = np.argsort(project.astype(np.uint16) if count <= 2**16 else project, kind="stable")  # by radix if small
    ordered = amount[order]
    running = np.cumsum(ordered) - ordered
    starts = np.searchsorted(project[order], np.arange(count))
    found = np.empty_like(amount)
    found[order] = running - running[np.minimum(starts, len(running) - 1)][project[order]]
    return found


def _limit(limit: int | None) -> int:
    """Return a limit as a number of 64 bits; everything that is matched stays below 2**62."""
    return numeric.LARGEST if limit is None else min(limit, numeric.LARGEST)
