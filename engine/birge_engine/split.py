"""Dividing money without losing or inventing a minor unit."""

from __future__ import annotations

from collections.abc import Sequence


def largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """Divide `total` (minor units, not negative) in proportion to `weights`; the parts add up to it exactly.

    Method of the largest remainder (Hamilton): each part is rounded down, what is left goes one unit each to the
    largest remainders; equal remainders go to the earlier index. Raises ValueError for a negative total or weight,
    or if all weights are zero while there is something to divide.
    """
    whole = sum(weights)
    if total < 0 or any(weight < 0 for weight in weights):
        raise ValueError("totals and weights are not negative")
    if whole == 0:
        if total:
            raise ValueError("nothing to divide among")
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda index: (-(total * weights[index] % whole), index))
    for index in order[: total - sum(parts)]:
        parts[index] += 1
    return parts
