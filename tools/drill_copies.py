"""Copies of the database for the drill, made and thrown away: files on SQLite, databases beside it on PostgreSQL.

The copy that Django works with is always called `now`. The original is read once and never written.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from tools.archives import Installation, backup, restore


class Copies(Protocol):
    """Copies by their names."""

    def there_is_one(self) -> bool:
        """Say whether there is a database to copy."""
        ...

    def take(self) -> bool:
        """Copy the original to `now`; return whether there was one."""
        ...

    def copy(self, name: str, to: str) -> None:
        """Make the copy `to` what the copy `name` is now."""
        ...

    def drop(self) -> None:
        """Throw all copies away."""
        ...


@contextlib.contextmanager
def copies_for(folder: Path) -> Iterator[Copies]:
    """Point Django at `now`, before it ever connected, and yield the copies; throw them away in the end."""
    from django.db import connection

    original = dict(connection.settings_dict)
    connection.settings_dict["CONN_MAX_AGE"] = 0  # the server lets go of a copy with each answer
    kind = SqliteCopies if connection.vendor == "sqlite" else PostgresqlCopies
    copies = kind(original, folder)
    connection.settings_dict["NAME"] = copies.name("now")
    try:
        yield copies
    finally:
        connection.close()
        copies.drop()


class SqliteCopies:
    """Files in the folder; SQLite itself copies them, so that they are whole."""

    def __init__(self, original: dict[str, Any], folder: Path) -> None:
        """`original` are Django's settings."""
        self._original, self._folder = Path(str(original["NAME"])), folder

    def name(self, name: str) -> str:
        """Return what Django calls a copy."""
        return str(self._folder / f"{name}.sqlite3")

    def there_is_one(self) -> bool:
        """Say whether the file holds a ledger."""
        if not self._original.exists():
            return False
        with contextlib.closing(sqlite3.connect(self._original, timeout=30)) as database:
            found = database.execute("SELECT COUNT(*) FROM sqlite_master WHERE name = 'ledger_entry'").fetchone()[0]
            return bool(found) and database.execute("SELECT EXISTS (SELECT 1 FROM ledger_entry)").fetchone()[0] == 1

    def take(self) -> bool:
        """Copy the file, which may be in use, in one consistent moment."""
        if not self.there_is_one():
            return False
        self._copy(str(self._original), self.name("now"))
        return True

    def copy(self, name: str, to: str) -> None:
        """Copy a copy."""
        from django.db import connection

        connection.close()
        for ending in ("", "-wal", "-shm"):
            Path(self.name(to) + ending).unlink(missing_ok=True)
        self._copy(self.name(name), self.name(to))

    def drop(self) -> None:
        """Leave it to whoever removes the folder."""

    def _copy(self, source: str, target: str) -> None:
        one, two = sqlite3.connect(source, timeout=30), sqlite3.connect(target)
        with contextlib.closing(one), contextlib.closing(two):
            one.backup(two)


class PostgresqlCopies:
    """Databases on the server of the original. Whoever connects must be allowed to make some."""

    def __init__(self, original: dict[str, Any], folder: Path) -> None:
        """`original` are Django's settings."""
        self._original, self._folder = original, folder
        self._made: set[str] = set()

    def name(self, name: str) -> str:
        """Return what the server calls a copy."""
        return f"birge_drill_{os.getpid()}_{name}"

    def there_is_one(self) -> bool:
        """Say yes: whoever names a server has a database there."""
        return True

    def take(self) -> bool:
        """Dump the original, which may be in use, and load it into a database of our own."""
        self._execute(f"CREATE DATABASE {self.name('now')}")
        self._made.add("now")
        (self._folder / "no-files").mkdir()
        backup(Installation(self._original, self._folder / "no-files"), self._folder / "original.tar.gz")
        mine = self._original | {"NAME": self.name("now")}
        restore(self._folder / "original.tar.gz", Installation(mine, self._folder / "no-files"))
        return True

    def copy(self, name: str, to: str) -> None:
        """Copy a copy; nobody may be connected to either."""
        from django.db import connection

        connection.close()
        self._execute(f"DROP DATABASE IF EXISTS {self.name(to)} WITH (FORCE)")
        others = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname"
        self._execute(f"SELECT pg_terminate_backend(pid) {others} = '{self.name(name)}'")
        self._execute(f"CREATE DATABASE {self.name(to)} TEMPLATE {self.name(name)}")
        self._made.add(to)

    def drop(self) -> None:
        """Drop what was made."""
        for name in self._made:
            self._execute(f"DROP DATABASE IF EXISTS {self.name(name)} WITH (FORCE)")

    def _execute(self, sql: str) -> None:
        import psycopg

        wanted = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
        parameters = {key: self._original[name] for key, name in wanted.items() if self._original.get(name)}
        with psycopg.connect(dbname="postgres", autocommit=True, **parameters) as server:
            server.execute(sql)
