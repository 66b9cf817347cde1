"""The one clock. Everything asks it for the time, so that the demonstration can be built in its own past."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

_moved: ContextVar[dt.datetime | None] = ContextVar("birge_moved_clock", default=None)


def now() -> dt.datetime:
    """Return the present moment, aware, in UTC."""
    return _moved.get() or timezone.now()


def today() -> dt.date:
    """Return the present day in UTC. Deadlines are kept by this day, shown in the reader's zone."""
    return now().astimezone(dt.UTC).date()


@contextmanager
def moved_to(moment: dt.datetime) -> Iterator[None]:
    """Let the block run as if it were `moment` (aware). Refused outside demonstration mode."""
    if not settings.BIRGE_DEMO:
        raise ImproperlyConfigured("The clock moves only in demonstration mode (BIRGE_DEMO).")
    token = _moved.set(moment)
    try:
        yield
    finally:
        _moved.reset(token)
