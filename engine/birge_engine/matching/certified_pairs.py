"""Pairs of donors with floating-point numbers whose error is known (see `certified`); `pairs` says what they mean.

Each step is one correctly rounded operation, so a term over m common projects errs by less than (m + 16)·2**-53 of
itself, in whatever order numpy adds up the m roots. Terms are added up as whole numbers of 2**-52. Donors are joined
on project pairs, a block at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from . import numeric
from .certified import LARGEST
from .exact import Spans, Undecided
from .totals import Grouped

BLOCK = 4_000_000  # pairs (or cells of a table) at a time
_FINE = 2.0**26
_BITS = 52


@dataclass(frozen=True, eq=False)
class _Donors:
    """All rows, by donor: where each donor's rows begin, and for each the project and the root."""

    starts: Any
    project: Any
    root: Any

    @classmethod
    def of(cls, grouped: Grouped, roots: Any) -> _Donors:
        np = numeric.np
        order = np.argsort(grouped.donor, kind="stable")
        counts = np.bincount(grouped.donor) if len(order) else np.zeros(1, np.int64)
        return cls(np.concatenate(([0], np.cumsum(counts))), grouped.project[order], roots[order])


@dataclass(frozen=True, eq=False)
class _Found:
    """Pairs in one project that have others in common: both donors' places there, and their Σ√(a·b) elsewhere."""

    first: Any
    second: Any
    there: Any
    terms: int  # how many roots were added up in all


def pair_spans(grouped: Grouped, threshold: int, unit: int) -> Spans:
    """Return Σ √(a·b)·(M+1)/T for each project. Raises Undecided for amounts that are too large."""
    np, times = numeric.np, threshold + unit
    roots = np.sqrt(grouped.amount.astype(np.float64))
    donors = _Donors.of(grouped, roots)
    lows, highs = [], []
    for index, (start, end) in enumerate(_edges(grouped)):
        here = roots[start:end]
        total = several = terms = 0
        for found in _with_others(donors, grouped.donor[start:end], index):
            root = here[found.first] * here[found.second]
            total += _sum(root / (root + found.there))
            several += len(root)
            terms += found.terms
        total += ((end - start) * (end - start - 1) // 2 - several) << _BITS
        error = terms + 17 * several + 1  # in units of 2**-52, so at least twice what it can be
        lows.append((total - error) * times if total > error else 0)
        highs.append((total + error) * times if end - start > 1 else 0)
    return Spans(_BITS, lows, highs, final=False)


def bounded_spans(grouped: Grouped, threshold: int) -> Spans:
    """Return Σ √(a·b)·M/(M+T) for each project. Raises Undecided for amounts that are too large."""
    np, bound = numeric.np, float(threshold)
    rows = int(np.diff(grouped.starts).max(initial=0))
    if threshold >= LARGEST or threshold * rows * rows >= numeric.LARGEST or rows >= 2**17:
        raise Undecided
    roots = np.sqrt(grouped.amount.astype(np.float64))
    donors = _Donors.of(grouped, roots)
    lows, highs = [], []
    for index, (start, end) in enumerate(_edges(grouped)):
        here = roots[start:end]
        total = gross = _simple(grouped.amount[start:end], bound)
        slack = 1 + (end - start) ** 2  # what rounding to 2**-52 takes
        for found in _with_others(donors, grouped.donor[start:end], index):
            root = here[found.first] * here[found.second]
            simple = _sum(root * bound / (bound + root))
            total += _sum(root * bound / (bound + (root + found.there))) - simple
            gross += 2 * simple
            slack += (found.terms * threshold) + len(root)
        error = (gross >> 49) + slack  # 16 roundings of 2**-53 of each term
        lows.append(max(0, total - error))
        highs.append(total + error if end - start > 1 else 0)
    return Spans(_BITS, lows, highs, final=False)


def _edges(grouped: Grouped) -> Iterator[tuple[int, int]]:
    edges = grouped.starts.tolist()
    return pairwise(edges)


def _sum(values: Any, counts: Any = 1) -> int:
    """Return Σ values · counts in units of 2**-52, each value rounded down to that."""
    np = numeric.np
    total = 0
    for shift in (52, 26, 0):
        whole = np.floor(values)
        total += int((whole.astype(np.int64) * counts).sum()) << shift
        values = (values - whole) * _FINE
    return total


def _simple(amounts: Any, bound: float) -> int:
    """Return Σ √(a·b)·M/(M+√(a·b)) over all pairs in a project, with equal amounts taken together."""
    np = numeric.np
    values, counts = np.unique(amounts, return_counts=True)
    roots = np.sqrt(values.astype(np.float64))
    root = roots * roots
    total = _sum(root * bound / (bound + root), counts * (counts - 1) // 2)
    step = max(1, BLOCK // max(1, len(values)))
    for start in range(0, len(values), step):
        first = np.arange(start, min(start + step, len(values)))
        root = roots[first][:, None] * roots[None, start + 1 :]
        many = counts[first][:, None] * counts[None, start + 1 :]
        later = np.arange(start + 1, len(values))[None, :] > first[:, None]
        total += _sum(root * bound / (bound + root), many * later)
    return total


def _with_others(donors: _Donors, names: Any, index: int) -> Iterator[_Found]:
    """Yield, in blocks, the pairs among a project's donors that have other projects in common, too."""
    np = numeric.np
    starts, counts = donors.starts[names], donors.starts[names + 1] - donors.starts[names]
    rows = _ranges(starts, counts)
    place, project = np.repeat(np.arange(len(names)), counts), donors.project[rows]
    other = project != index
    rows, place, project = rows[other], place[other], project[other]
    order = np.argsort(project, kind="stable")  # in each project the places stay in order
    rows, place, project = rows[order], place[order], project[order]
    # Each row is joined with those behind it in the same project.
    behind = np.searchsorted(project, project, side="right") - np.arange(len(project)) - 1
    by_place = np.argsort(place, kind="stable")
    upto = np.concatenate(([0], np.cumsum(behind[by_place])))
    first_of = np.searchsorted(place[by_place], np.arange(len(names) + 1))
    begin = 0
    while begin < len(names):
        end = int(np.searchsorted(upto[first_of], upto[first_of[begin]] + BLOCK, side="right")) - 1
        end = min(max(end, begin + 1), len(names))
        joined = by_place[first_of[begin] : first_of[end]]
        joined = joined[behind[joined] > 0]
        if len(joined):
            yield _add_up(place, donors.root[rows], joined, behind[joined], (begin, end, len(names)))
        begin = end


def _add_up(place: Any, root: Any, joined: Any, behind: Any, block: tuple[int, int, int]) -> _Found:
    """Add up the roots of each pair that the rows `joined` make with the `behind` next ones."""
    np = numeric.np
    begin, end, size = block
    first, second = np.repeat(joined, behind), _ranges(joined + 1, behind)
    key = (place[first] - begin) * size + place[second]
    products = root[first] * root[second]
    if (end - begin) * size <= 4 * len(key):
        table = np.bincount(key, weights=products)
        cells = np.flatnonzero(table)
        sums = table[cells]
    else:
        order = np.argsort(key, kind="stable")
        key = key[order]
        edges = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
        cells, sums = key[edges], np.add.reduceat(products[order], edges)
    row = cells // size
    return _Found(row + begin, cells - row * size, sums, len(first))


def _ranges(starts: Any, counts: Any) -> Any:
    """Return counts[0] numbers from starts[0] on, counts[1] from starts[1] on, and so forth."""
    np = numeric.np
    ends = np.cumsum(counts)
    return np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(starts - (ends - counts), counts)
