"""Public identifiers: random, so that nobody can count donors or guess a neighbour's page."""

from __future__ import annotations

from typing import Any

from django.db import models

from birge import randomness

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u to misread or mishear
LENGTH = 10  # 50 bits


def new_public_id() -> str:
    """Return ten random base-32 characters (50 bits)."""
    return "".join(randomness.choice(ALPHABET) for _ in range(LENGTH))


class PublicIdField(models.CharField):  # type: ignore[type-arg]
    """The identifier shown outside; the bigint primary key never leaves the database."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.update(max_length=16, unique=True, editable=False, default=new_public_id)
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        """Leave the fixed options out of migrations."""
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "unique", "editable", "default"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs
