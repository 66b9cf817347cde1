"""Whatever is divided, nothing is lost, nothing invented, and nobody is worse off than by one unit."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from birge_engine.split import largest_remainder

totals = st.integers(0, 10**15)
weights = st.lists(st.integers(0, 10**12), min_size=1, max_size=40).filter(any)


@given(totals, weights)
def test_the_parts_add_up(total, weights):
    assert sum(largest_remainder(total, weights)) == total


@given(totals, weights)
def test_each_part_is_its_exact_share_rounded_up_or_down(total, weights):
    for part, weight in zip(largest_remainder(total, weights), weights, strict=True):
        exact = Fraction(total * weight, sum(weights))
        assert exact - 1 < part < exact + 1


@given(totals, weights)
def test_who_brought_nothing_gets_nothing(total, weights):
    parts = largest_remainder(total, weights)
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)


@given(totals, weights)
def test_who_brought_more_never_gets_less(total, weights):
    pairs = sorted(zip(weights, largest_remainder(total, weights), strict=True))
    assert [part for _weight, part in pairs] == sorted(part for _weight, part in pairs)


@given(totals, weights, st.integers(2, 1000))
def test_only_the_proportion_counts(total, weights, times):
    assert largest_remainder(total, weights) == largest_remainder(total, [weight * times for weight in weights])


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),  # a tie goes to the earlier
        (2, [1, 1, 1], [1, 1, 0]),
        (100, [2, 1], [67, 33]),
        (7, [5], [7]),
        (0, [3, 4], [0, 0]),
        (0, [0, 0], [0, 0]),
        (0, [], []),
        (10, [0, 3, 0, 1], [0, 8, 0, 2]),
    ],
)
def test_examples(total, weights, parts):
    assert largest_remainder(total, weights) == parts


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (1, [2, -1]), (1, [0, 0]), (1, [])])
def test_what_cannot_be_divided_is_refused(total, weights):
    with pytest.raises(ValueError, match=r"negative|among"):
        largest_remainder(total, weights)
