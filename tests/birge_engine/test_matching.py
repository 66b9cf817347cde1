"""The village adds som for som, as long as its share lasts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from birge_engine.matching import village_match


def test_a_pledge_draws_as_much_again():
    assert village_match(2_000_00, rest=50_000_00) == 2_000_00


def test_the_last_pledge_draws_what_is_left():
    assert village_match(2_000_00, rest=300_00) == 300_00


@pytest.mark.parametrize("rest", [0, -1])
def test_an_empty_share_gives_nothing(rest):
    assert village_match(2_000_00, rest=rest) == 0


def test_a_negative_amount_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="negative"):
        village_match(-1, rest=10)


@given(st.lists(st.integers(0, 10**12), max_size=30), st.integers(0, 10**13))
def test_all_pledges_together_never_draw_more_than_the_share(amounts, share):
    rest = share
    for amount in amounts:
        rest -= village_match(amount, rest)
    assert rest == max(0, share - sum(amounts))
