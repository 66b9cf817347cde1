"""Stories are played side by side, in the order of time."""

import datetime as dt

import pytest

from birge import clock
from funds.demonstration.timeline import BackwardsError, play

NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)


def day(number: int) -> dt.datetime:
    return NOON + dt.timedelta(days=number)


def teller(seen: list, name: str, days: list[int]):
    for number in days:
        yield day(number)
        seen.append((name, clock.now()))


def test_steps_come_in_the_order_of_their_moments():
    seen: list = []
    steps = play([teller(seen, "a", [1, 4]), teller(seen, "b", [2, 3])], until=day(9))
    assert seen == [("a", day(1)), ("b", day(2)), ("b", day(3)), ("a", day(4))]
    assert steps == 4


def test_at_one_moment_the_first_story_goes_first():
    seen: list = []
    play([teller(seen, "a", [1]), teller(seen, "b", [1])], until=day(9))
    assert [name for name, _moment in seen] == ["a", "b"]


@pytest.mark.parametrize("days", [[2, 1], [1, 10]])
def test_no_story_goes_back_or_into_the_future(days):
    with pytest.raises(BackwardsError):
        play([teller([], "a", days)], until=day(9))
