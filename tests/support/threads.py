"""Many at once: real threads with connections of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from birge.errors import BirgeError


def all_at_once(acts: Sequence[Callable[[], object]], *also: type[Exception]) -> list[object]:
    """Run the acts in a thread each, started together; return results or the refusals raised, in order.

    `also` are exceptions that count as refusals beside our own.
    """
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            start.wait(timeout=60)
            return act()
        except (BirgeError, *also) as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=len(acts)) as pool:
        return [done.result(timeout=240) for done in [pool.submit(run, act) for act in acts]]
