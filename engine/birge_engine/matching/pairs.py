"""Pairs of donors, in whole numbers: what `pairwise` and `pairwise_bounded` are on every machine.

Two donors who have only this one project in common are simple; only for the others the roots of all that they have
in common have to be added up. These are found donor by donor, so that memory stays small.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from math import isqrt

from .exact import Spans
from .totals import Donors

Span = tuple[int, int]


class _Roots:
    """√(a·b) as spans in units of 2**-bits, remembered."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._known: dict[int, Span] = {}

    def __call__(self, product: int) -> Span:
        found = self._known.get(product)
        if found is None:
            shifted = product << (2 * self._bits)
            root = isqrt(shifted)
            found = root, root + int(root * root != shifted)
            if len(self._known) < 1_000_000:
                self._known[product] = found
        return found


def pair_spans(projects: Sequence[Donors], threshold: int, unit: int, bits: int) -> Spans:
    """Return Σ over pairs of donors of √(a·b)·(M+1)/T for each project, in smallest units.

    T is the pair's Σ√(a·b) over all projects; `threshold` is M, `unit` is the 1: one unit of the currency. A pair
    with nothing else in common has T = √(a·b) and brings exactly M + 1.
    """
    roots = _Roots(bits)
    lows, highs = [], []
    for donors, others in _with_others(projects, roots):
        low = high = several = 0
        for first, second, (other_low, other_high) in others():
            here_low, here_high = roots(donors[first] * donors[second])
            low += (here_low << bits) // (here_low + other_high)
            high += -((-here_high << bits) // (here_high + other_low))
            several += 1
        simple = (len(donors) * (len(donors) - 1) // 2 - several) << bits
        lows.append((simple + low) * (threshold + unit))
        highs.append((simple + high) * (threshold + unit))
    return Spans(bits, lows, highs)


def bounded_spans(projects: Sequence[Donors], threshold: int, bits: int) -> Spans:
    """Return Σ over pairs of donors of √(a·b)·M/(M+T) for each project, in smallest units (T and M as above)."""
    roots, bound = _Roots(bits), threshold << bits

    def term(here: Span, there: Span) -> Span:
        low = here[0] * bound // (bound + here[0] + there[1])
        return low, -(-here[1] * bound // (bound + here[1] + there[0]))

    lows, highs = [], []
    for donors, others in _with_others(projects, roots):
        low = high = 0
        for product, count in _simple_pairs(donors):
            each_low, each_high = term(roots(product), (0, 0))
            low, high = low + each_low * count, high + each_high * count
        for first, second, there in others():
            here = roots(donors[first] * donors[second])
            simple, found = term(here, (0, 0)), term(here, there)
            low, high = low + found[0] - simple[1], high + found[1] - simple[0]
        lows.append(max(0, low))
        highs.append(high)
    return Spans(bits, lows, highs)


def _simple_pairs(donors: Donors) -> Iterator[tuple[int, int]]:
    """Yield a·b for all pairs of donors, and how many pairs have just these amounts."""
    amounts = sorted(Counter(donors.values()).items())
    for index, (amount, count) in enumerate(amounts):
        yield amount * amount, count * (count - 1) // 2
        for other, other_count in amounts[index + 1 :]:
            yield amount * other, count * other_count


Others = Callable[[], Iterator[tuple[str | int, str | int, Span]]]


def _with_others(projects: Sequence[Donors], roots: _Roots) -> Iterator[tuple[Donors, Others]]:
    """Yield each project's donors, and what yields the pairs among them that have other projects in common, too.

    With each pair comes Σ√(a·b) over those others.
    """
    given: dict[str | int, list[int]] = {}
    for index, donors in enumerate(projects):
        for donor in donors:
            given.setdefault(donor, []).append(index)
    for index, donors in enumerate(projects):
        yield donors, partial(_others, projects, given, index, roots)


def _others(
    projects: Sequence[Donors], given: Mapping[str | int, Sequence[int]], index: int, roots: _Roots
) -> Iterator[tuple[str | int, str | int, Span]]:
    common: dict[int, list[str | int]] = {}
    for donor in projects[index]:
        for other in given[donor]:
            common.setdefault(other, []).append(donor)
    common.pop(index, None)
    passed = dict.fromkeys(common, 0)
    for first in projects[index]:
        sums: dict[str | int, Span] = {}
        for other in given[first]:
            if other != index:
                passed[other] += 1  # donors stand in one order in all of `common`: those behind this one are left
                _add(sums, projects[other], first, common[other][passed[other] :], roots)
        for second, there in sums.items():
            yield first, second, there


def _add(
    sums: dict[str | int, Span], amounts: Donors, first: str | int, seconds: Sequence[str | int], roots: _Roots
) -> None:
    for second in seconds:
        low, high = roots(amounts[first] * amounts[second])
        before = sums.get(second, (0, 0))
        sums[second] = before[0] + low, before[1] + high
