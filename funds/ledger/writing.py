"""Writing many rows at once: COPY on PostgreSQL, one prepared statement on SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model


def rows_write(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows given as values of these columns, in the present transaction."""
    table, names = model._meta.db_table, ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(columns))
        plain = [[each.hex if isinstance(each, UUID) else each for each in row] for row in rows]
        if plain:
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', plain)  # noqa: S608 - our own names


def rows_delete(model: type[Model], ids: Sequence[int]) -> None:
    """Delete rows by their numbers, without looking for what depends on them."""
    model._default_manager.filter(pk__in=ids)._raw_delete(using=connection.alias)
