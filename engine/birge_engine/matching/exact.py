"""Sums of square roots and their division, in whole numbers only: what a quadratic result *is*, on every machine.

A root is not a whole number, so each figure is a span of two whole numbers, both in units of 2**-bits, and the truth
lies between them. Spans are narrower than 2**-64 of the last unit that counts (see `guard_bits`). Only at the end is
there one rounding, and a span that touches a whole unit counts as that unit: (√2 + √2)² is 8 and not 7.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isqrt

GUARD = 96  # fractional bits at the least
_SAME = 48  # remainders whose difference is below 2**-48 of a unit are equal: the stated order decides


class Undecided(Exception):
    """The spans are too wide to tell which unit is meant; narrower ones have to be computed."""


@dataclass(frozen=True, slots=True)
class Spans:
    """One figure for each project, in units of 2**-bits: not below `lows`, not above `highs`.

    `final` says that they are as narrow as they get, so that touching a unit means that unit.
    """

    bits: int
    lows: Sequence[int]
    highs: Sequence[int]
    final: bool = True


def guard_bits(terms: int, contributed: int, largest: int) -> int:
    """Return how many fractional bits a root needs so that no sum of `terms` roots errs by 2**-64 of the last unit.

    `contributed` is the sum of all amounts (smallest units), `largest` the greatest result (in its own units).
    """
    return GUARD + 2 * terms.bit_length() + contributed.bit_length() + largest.bit_length()


def roots_sum(amounts: Mapping[int, int], bits: int, known: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """Return the span of Σ n·√c over `amounts` (c → n), in units of 2**-bits.

    Roots of squares are exact. `known` keeps roots from one project to the next.
    """
    low = off = 0
    for amount, count in amounts.items():
        root, err = known.get(amount) or _root(amount, bits, known)
        low += root * count
        off += err * count
    return low, low + off


def _root(amount: int, bits: int, known: dict[int, tuple[int, int]]) -> tuple[int, int]:
    shifted = amount << (2 * bits)
    root = isqrt(shifted)
    known[amount] = root, int(root * root != shifted)
    return known[amount]


def root_spans(projects: Iterable[Mapping[int, int]], bits: int) -> Spans:
    """Return Σ√c for each project; each gives its donors' totals as amount → how many donors gave just that."""
    known: dict[int, tuple[int, int]] = {}
    sums = [roots_sum(amounts, bits, known) for amounts in projects]
    return Spans(bits, [low for low, _high in sums], [high for _low, high in sums])


def raw_spans(roots: Spans, contributed: Sequence[int], donors: Sequence[int]) -> Spans:
    """Return (Σ√c)² − Σc for each project. One donor alone draws exactly nothing."""
    bits = 2 * roots.bits
    squares = zip(roots.lows, roots.highs, contributed, donors, strict=True)
    both = [
        (max(0, low * low - (total << bits)), high * high - (total << bits)) if count > 1 else (0, 0)
        for low, high, total, count in squares
    ]
    return Spans(bits, [low for low, _high in both], [high for _low, high in both], roots.final)


def wholes(spans: Spans, times: int = 1, parts: int = 1) -> list[int]:
    """Return each figure · times ÷ parts, rounded down to whole units. Raises Undecided if spans are too wide."""
    unit = parts << spans.bits
    return [
        _whole(low * times // unit, high * times // unit, spans.final)
        for low, high in zip(spans.lows, spans.highs, strict=True)
    ]


def exceeds(spans: Spans, limit: int, times: int = 1, parts: int = 1) -> bool:
    """Say whether the figures · times ÷ parts add up to more than `limit`; touching it is not more."""
    edge = (limit * parts) << spans.bits
    low, high = sum(spans.lows) * times, sum(spans.highs) * times
    if not spans.final and low <= edge < high:
        raise Undecided
    return low > edge


def portions(total: int, spans: Spans, *, largest_remainder: bool) -> list[int]:
    """Divide `total` in proportion to the figures, rounded down, or by the largest remainder (ties: the earlier).

    Never gives more than `total`. Raises Undecided if the spans are too wide to tell.
    """
    low_sum, high_sum = sum(spans.lows), sum(spans.highs)
    if not low_sum or not total:
        return [0] * len(spans.lows)
    pairs = list(zip(spans.lows, spans.highs, strict=True))
    parts = [_whole(total * low // high_sum, total * high // low_sum, spans.final) for low, high in pairs]
    left = total - sum(parts)
    if not largest_remainder or left <= 0:
        return parts
    # In units of 2**-_SAME and rounded to the nearest, so that equal shares are equal however their roots were cut.
    rests = [
        max(0, ((total * (low + high) << _SAME) + half) // (low_sum + high_sum) - (part << _SAME))
        for half in [(low_sum + high_sum) // 2]
        for (low, high), part in zip(pairs, parts, strict=True)
    ]
    order = sorted((index for index, (low, _high) in enumerate(pairs) if low), key=lambda index: (-rests[index], index))
    if not spans.final:
        _check_cut(total, spans, rests, order[:left], order[left:])
    for index in order[:left]:
        parts[index] += 1
    return parts


def _check_cut(total: int, spans: Spans, rests: Sequence[int], before: Sequence[int], behind: Sequence[int]) -> None:
    """Make sure that narrower spans would put nobody else before the cut."""
    low_sum, off = sum(spans.lows), sum(spans.highs) - sum(spans.lows)

    def error(index: int) -> int:
        low, high = spans.lows[index], spans.highs[index]
        return (total * ((high - low) * low_sum + low * off) << _SAME) // low_sum**2 + 2

    last = min((rests[index] - error(index) for index in before), default=0)
    next_one = max((rests[index] + error(index) for index in behind), default=-1)
    if before and behind and last <= next_one:
        raise Undecided


def _whole(low: int, high: int, final: bool) -> int:
    if low != high and not final:
        raise Undecided
    return high


def lowest(limits: Iterable[tuple[int | None, str]]) -> tuple[int | None, str]:
    """Return the lowest limit (not below 0) and its code, of equal ones the first; None: there is no limit."""
    found: tuple[int | None, str] = None, ""
    for limit, code in limits:
        if limit is not None and (found[0] is None or limit < found[0]):
            found = max(0, limit), code
    return found


def capped(matched: Sequence[int], caps: Sequence[int | None], *, share_again: bool) -> list[int]:
    """Cut everybody at the cap. What is freed is shared again, if so, among those below theirs.

    In proportion to what they have, rounded down (the last units stay in the pool), until nobody is over the cap or
    nobody is left below it (`calculateLinearQFMatches` of github.com/gitcoinco/pluralistic.js).
    """
    parts = list(matched)
    while True:
        cut = [part if cap is None else min(part, cap) for part, cap in zip(parts, caps, strict=True)]
        freed = sum(parts) - sum(cut)
        under = [cap is None or part < cap for part, cap in zip(cut, caps, strict=True)]
        below = sum(part for part, is_under in zip(cut, under, strict=True) if is_under)
        if not (share_again and freed and below):
            return cut
        parts = [part + freed * part // below if is_under else part for part, is_under in zip(cut, under, strict=True)]
