"""Gifts added up by project and donor, as the quadratic rules want them: however many gifts, one donor is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from . import numeric
from .columns import Columns
from .model import Gift

Donors = Mapping[str | int, int]  # donor → what he or she gave to the project, smallest units


@dataclass(frozen=True, eq=False)
class Grouped:
    """One row for each project and donor, sorted by both (numpy): their indices, and the sum."""

    project: Any
    donor: Any
    amount: Any
    starts: Any  # of each project's rows


@dataclass(frozen=True, eq=False)
class Totals:
    """What each project got, by project id in order; only what counts under the rule is in `counted` and `by_donor`."""

    ids: Sequence[str]
    contributed: Sequence[int]
    counted: Sequence[int]
    donors: Sequence[int]
    by_donor: Callable[[], list[Donors]]
    grouped: Grouped | None = None

    def amounts(self) -> list[Counter[int]]:
        """Return for each project its donors' sums, and how many donors gave just that."""
        return [Counter(donors.values()) for donors in self.by_donor()]


def totals(gifts: Iterable[Gift], least: int = 0) -> Totals:
    """Add up gifts. Each gift below `least` stays out of what counts, and so do gifts of nothing."""
    least = max(1, least)
    if isinstance(gifts, Columns) and numeric.np is not None:
        return _columns_totals(gifts, least)
    contributed: dict[str, int] = {}
    donors: dict[str, dict[str | int, int]] = {}
    for gift in gifts:
        project = gift.project
        contributed[project] = contributed.get(project, 0) + gift.amount
        given = donors.setdefault(project, {})
        if gift.amount >= least:
            given[gift.donor] = given.get(gift.donor, 0) + gift.amount
    ids = sorted(contributed)
    by_donor: list[Donors] = [donors[name] for name in ids]
    return Totals(
        ids=ids,
        contributed=[contributed[name] for name in ids],
        counted=[sum(each.values()) for each in by_donor],
        donors=[len(each) for each in by_donor],
        by_donor=lambda: by_donor,
    )


def _columns_totals(gifts: Columns, least: int) -> Totals:
    np, count = numeric.np, len(gifts.project_ids)
    contributed = segment_totals(gifts.project, gifts.amount, count)
    project, donor, amount = gifts.project, gifts.donor, gifts.amount
    if len(amount) and int(amount.min()) < least:
        kept = amount >= least
        project, donor, amount = project[kept], donor[kept], amount[kept]
    grouped = _group(project, donor, amount, count, len(gifts.donor_ids))
    counted = segment_totals(grouped.project, grouped.amount, count)
    donors = np.diff(grouped.starts).tolist()

    def by_donor() -> list[Donors]:
        edges = grouped.starts.tolist()
        names, sums = grouped.donor.tolist(), grouped.amount.tolist()
        return [dict(zip(names[a:b], sums[a:b], strict=True)) for a, b in pairwise(edges)]

    return Totals(gifts.project_ids, contributed, counted, donors, by_donor, grouped)


def contributed(gifts: Iterable[Gift]) -> dict[str, int]:
    """Return what each project was given in all, by its id."""
    if isinstance(gifts, Columns) and numeric.np is not None:
        sums = segment_totals(gifts.project, gifts.amount, len(gifts.project_ids))
        return dict(zip(gifts.project_ids, sums, strict=True))
    found: dict[str, int] = {}
    for gift in gifts:
        found[gift.project] = found.get(gift.project, 0) + gift.amount
    return found


def segment_totals(index: Any, amount: Any, count: int) -> list[int]:
    """Add up amounts by index, exactly: floats hold whole numbers below 2**53, so 64 bits go in as three parts."""
    np = numeric.np
    sums = [0] * count
    for shift in (0, 21, 42):
        part = np.bincount(index, weights=(amount >> shift) & 0x1FFFFF, minlength=count).tolist()
        sums = [total + (int(each) << shift) for total, each in zip(sums, part, strict=True)]
    return sums


def _group(project: Any, donor: Any, amount: Any, projects: int, donors: int) -> Grouped:
    np = numeric.np
    key = project * max(1, donors) + donor
    order = np.argsort(key)
    key = key[order]
    first = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1]))[: len(key)])
    key = key[first]
    found = key // max(1, donors)
    return Grouped(
        project=found,
        donor=key - found * max(1, donors),
        amount=np.add.reduceat(amount[order], first) if len(first) else amount,
        starts=np.searchsorted(found, np.arange(projects + 1)),
    )
