"""Sums of roots with floating-point numbers whose error is known: quick, and handed on if they cannot decide.

Only correctly rounded operations of IEEE 754 on single numbers are used (√, +, −, ×, ÷), in one order, so nothing
here depends on the machine; sums are of whole numbers. The spans are wide enough to hold those of `exact`, and not
`final`: where one of them touches a whole unit, `exact` raises Undecided and is asked itself.
"""

from __future__ import annotations

from typing import Any

from . import numeric
from .exact import Spans
from .totals import Grouped

BITS = 78
LARGEST = 2**53  # whole numbers up to here are floating-point numbers
_SPLIT = 134217729.0  # 2**27 + 1 (Dekker)
_LIMB = 2.0**26


def usable(grouped: Grouped | None) -> bool:
    """Say whether the amounts are small enough for this."""
    return grouped is not None and numeric.np is not None and not (grouped.amount > LARGEST).any()


def root_spans(grouped: Grouped) -> Spans:
    """Return Σ√c of each project. Each root errs by less than 2 units of 2**-78 (see `_root`)."""
    np = numeric.np
    whole, rest = _root(grouped.amount.astype(np.float64))
    sums = [0] * (len(grouped.starts) - 1)
    above = np.floor(whole)
    middle = (whole - above) * _LIMB  # exact: only bits are taken away
    low = (middle - np.floor(middle)) * _LIMB
    fine = rest * _LIMB * _LIMB
    fine_low = (fine - np.rint(fine)) * _LIMB
    for part, shift in ((above, 78), (np.floor(middle), 52), (low, 26), (np.rint(fine), 26), (np.rint(fine_low), 0)):
        sums = [total + (each << shift) for total, each in zip(sums, segment_sums(part, grouped.starts), strict=True)]
    errors = [3 * int(count) for count in np.diff(grouped.starts)]  # 2, and 1 for the spans of `exact`
    return Spans(
        BITS,
        [max(0, total - error) for total, error in zip(sums, errors, strict=True)],
        [total + error for total, error in zip(sums, errors, strict=True)],
        final=False,
    )


def _root(number: Any) -> tuple[Any, Any]:
    """Return h and l with h + l = √number, for whole numbers from 1 to 2**53.

    h is the root to the nearest, number − h² is a floating-point number and found exactly (Dekker), and l is that
    divided by 2h: it errs by less than l·2**-52, and l is below h·2**-53, h below 2**26.5: in all below 2**-78.
    """
    root = numeric.np.sqrt(number)
    square = root * root
    split = root * _SPLIT
    high = split - (split - root)
    low = root - high
    lost = ((high * high - square) + 2.0 * (high * low)) + low * low
    return root, ((number - square) - lost) / (2.0 * root)


def segment_sums(values: Any, starts: Any) -> list[int]:
    """Add up whole numbers (below 2**31 each) by segment; `starts` has one entry more than there are segments."""
    np = numeric.np
    running = np.concatenate((np.zeros(1, np.int64), np.cumsum(values.astype(np.int64))))
    found: list[int] = (running[starts[1:]] - running[starts[:-1]]).tolist()
    return found
