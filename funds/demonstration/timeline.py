"""Many stories side by side, each told from day to day; they are played in the order of their moments.

A story is a generator: it yields the moment at which it wants to go on, and does its next step then. So each reads
like the life of one project, and yet the ledger grows in the order of time.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Generator, Iterable

from birge import clock

Story = Generator[dt.datetime]


class BackwardsError(ValueError):
    """A story wanted to go back in time, or into the future."""


def play(stories: Iterable[Story], *, until: dt.datetime) -> int:
    """Play all stories to their end and return how many steps there were.

    Every story begins with a `yield`. Of two steps at one moment the story that was given first goes first.
    """
    waiting: list[tuple[dt.datetime, int, Story]] = []
    for number, story in enumerate(stories):
        moment = next(story, None)
        if moment is not None:
            heapq.heappush(waiting, (moment, number, story))
    steps = 0
    while waiting:
        moment, number, story = heapq.heappop(waiting)
        if moment > until:
            raise BackwardsError(f"story {number} goes on at {moment}, after {until}")
        with clock.moved_to(moment):
            following = next(story, None)
        steps += 1
        if following is None:
            continue
        if following < moment:
            raise BackwardsError(f"story {number} went back from {moment} to {following}")
        heapq.heappush(waiting, (following, number, story))
    return steps
