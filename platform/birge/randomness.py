"""The one source of randomness: the operating system's, or a seed while the demonstration is being built."""

from __future__ import annotations

import random
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_seeded: ContextVar[random.Random | None] = ContextVar("birge_seeded_random", default=None)


def token_bytes(count: int) -> bytes:
    """Return `count` unpredictable bytes (predictable only inside `seeded`)."""
    source = _seeded.get()
    return secrets.token_bytes(count) if source is None else source.randbytes(count)


def choice(alphabet: str) -> str:
    """Return one character of `alphabet`, each equally likely."""
    source = _seeded.get()
    return secrets.choice(alphabet) if source is None else source.choice(alphabet)


def new_uuid() -> uuid.UUID:
    """Return a random (version 4) UUID."""
    return uuid.UUID(bytes=token_bytes(16), version=4)


@contextmanager
def seeded(seed: str) -> Iterator[None]:
    """Make everything random here repeatable, so that the demonstration is the same on every machine.

    Refused outside demonstration mode: a guessable salt or link would betray real donors.
    """
    if not settings.BIRGE_DEMO:
        raise ImproperlyConfigured("Seeded randomness exists only in demonstration mode (BIRGE_DEMO).")
    token = _seeded.set(random.Random(seed))  # noqa: S311 - a story, not a secret
    try:
        yield
    finally:
        _seeded.reset(token)
