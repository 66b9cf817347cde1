"""The demonstration: built once for a run of tests, in a database of its own that no other test sees."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from funds.demonstration.build import Summary, demonstration_build
from tests.support.databases import PostgresqlDatabases, on_server

DEMONSTRATION = "_demonstration"  # behind the name of the worker's own database


@pytest.fixture(scope="session")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[str, Summary]]:
    """Build it; return the name of its database, and what was built. It takes long: modules share it."""
    name = _database_make()
    try:
        with django_db_blocker.unblock(), _connected_to(name):
            summary = demonstration_build()
        assert summary is not None
        yield name, summary
    finally:
        _database_drop(name)


@pytest.fixture(scope="module")
def summary(built: tuple[str, Summary]) -> Iterator[Summary]:
    """Let the tests of this module work on the demonstration. What they change is rolled back."""
    with _connected_to(built[0]):
        yield built[1]


@pytest.fixture
def demo(summary: Summary, db: None) -> Summary:
    """The demonstration, in a test of its own."""
    return summary


@pytest.fixture
def nothing_built() -> Iterator[None]:
    """Let this test work on an empty database, whatever its module works on. Ask for it before `db`."""
    with _connected_to(_name().removesuffix(DEMONSTRATION)):
        yield


def _database_make() -> str:
    home = _name()
    name = home + DEMONSTRATION
    if connection.vendor == "sqlite":
        shutil.copyfile(Path(home).with_name("template.sqlite3"), name)
    else:
        on_server(_host(), f"CREATE DATABASE {name} TEMPLATE {PostgresqlDatabases.template}")
    return name


def _database_drop(name: str) -> None:
    if connection.vendor == "sqlite":
        for ending in ("", "-wal", "-shm"):
            Path(f"{name}{ending}").unlink(missing_ok=True)
    else:
        on_server(_host(), f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    before = _name()
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _host() -> str:
    return str(connection.settings_dict["HOST"])
