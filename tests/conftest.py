"""Where every test starts: its database, its folder for files, an empty cache, and books that agree afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import zlib
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation

from tests.support import reporting
from tests.support.databases import Databases, PostgresqlDatabases, Server, SqliteDatabases, new_folder, use
from tests.support.programs import chromium_path
from tools.compile_messages import compile_messages

VENDOR = os.environ.get("BIRGE_TEST_DATABASE", "sqlite")
TESTS = Path(__file__).parent
FOLDER, SOCKETS = "BIRGE_TEST_FOLDER", "BIRGE_TEST_SOCKETS"  # told to the workers of pytest-xdist
ON_BOTH = ("funds/ledger", "ops", "support")  # for the rest see `_by_lot_elsewhere`
LOT = os.environ.get("BIRGE_TEST_LOT", "")  # 0 or 1; without it everything runs here
TAKES_LONG = ("funds/demonstration",)  # to build: on PostgreSQL one slow test of it is enough, that its books agree
BUILT_TOO = "test_the_books_agree"
LONG = ("histories", "history", "killed_between", "nobody_was_charged_twice", "race_for")  # else a core waits for them
databases_key = pytest.StashKey[Databases]()
server_key = pytest.StashKey[Server]()


def pytest_configure(config: pytest.Config) -> None:
    """Choose the database; who starts the run also makes its folder and starts its server."""
    config.pluginmanager.register(reporting)
    if VENDOR not in ("sqlite", "postgresql"):
        raise pytest.UsageError(f"BIRGE_TEST_DATABASE is sqlite or postgresql, not {VENDOR!r}")
    if not hasattr(config, "workerinput"):
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # else the server would outlive us
        os.environ[FOLDER] = str(new_folder())
        compile_messages()  # a fresh clone has none, and every page would be English
        if VENDOR == "postgresql" and not config.option.collectonly:
            config.stash[server_key] = Server(Path(os.environ[FOLDER]) / "pg")
            os.environ[SOCKETS] = config.stash[server_key].socket_folder
    folder = Path(os.environ[FOLDER])
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    settings.MEDIA_ROOT = folder / f"media-{worker}"
    settings.LEDGER_SIGNER = folder / f"signer-{worker}"
    settings.LEDGER_EXPORTS = folder / f"exports-{worker}"
    settings.STATIC_ROOT = folder / "static"  # whitenoise warns if there is none
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    if VENDOR == "sqlite":
        config.stash[databases_key] = SqliteDatabases(folder, worker)
    else:
        config.stash[databases_key] = PostgresqlDatabases(folder, worker, os.environ.get(SOCKETS, ""))
    use(config.stash[databases_key])


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what this run started."""
    if hasattr(config, "workerinput"):
        return
    if server_key in config.stash:
        config.stash[server_key].stop()
    shutil.rmtree(os.environ.pop(FOLDER, ""), ignore_errors=True)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None, object, object]:
    """Leave out what does not run here; when the order was drawn, let begin first what takes longest."""
    _choose(config, items)
    result = yield
    items.sort(key=lambda item: (not _within(item, TAKES_LONG), not any(word in item.name for word in LONG)))
    return result


def _choose(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what means nothing on this database; skip what needs a browser where there is none."""
    other = "sqlite" if VENDOR == "postgresql" else "postgresql"
    elsewhere = {item for item in items if item.get_closest_marker(other)}
    for item in items:
        if _within(item, TAKES_LONG):
            item.add_marker(pytest.mark.xdist_group("takes long"))  # built by one worker only
    if VENDOR == "postgresql":
        elsewhere |= {item for item in items if not _asks_database(item) and not _within(item, ("ops",))}
        for item in items:
            if _within(item, TAKES_LONG):
                item.add_marker(pytest.mark.slow)
                elsewhere |= {item} if item.name != BUILT_TOO else set()
    elsewhere |= {item for item in items if _runs_on_both(item) and _by_lot_elsewhere(item)}
    if elsewhere:
        config.hook.pytest_deselected(items=list(elsewhere))
        items[:] = [item for item in items if item not in elsewhere]
    if chromium_path() is None:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


def _runs_on_both(item: pytest.Item) -> bool:
    one = any(item.get_closest_marker(name) for name in ("sqlite", "postgresql", "slow"))
    return _asks_database(item) and not one and not _within(item, TAKES_LONG)


def _by_lot_elsewhere(item: pytest.Item) -> bool:
    """Say whether this test, which runs on both databases, runs on the other one this time.

    `make test` draws the lot anew each time, the same for both databases, so that each test runs on one of them; those
    of the ledger, through which all money goes, run on both. `make test LOT=` runs all on both.
    """
    if LOT not in ("0", "1") or _within(item, ON_BOTH):
        return False
    return (_number(item) + int(LOT)) % 2 != (VENDOR == "postgresql")


def _number(item: pytest.Item) -> int:
    return zlib.crc32(item.nodeid.encode())


def pytest_report_header() -> str:
    """Say which half of the tests runs here."""
    return f"besides the ledger: lot {LOT}" if LOT else "everything, on this database"


def _asks_database(item: pytest.Item) -> bool:
    names = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or not {"db", "live_server"}.isdisjoint(names)


def _within(item: pytest.Item, places: tuple[str, ...]) -> bool:
    return any((TESTS / place) in (item.path, *item.path.parents) for place in places)


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: pytest.FixtureDef
) -> Iterator[None]:
    """Replace pytest-django's: every test that commits gets a database of its own, for no table can be emptied."""
    databases = request.config.stash[databases_key]
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: databases.fresh())
        databases.fresh()
        yield
        databases.drop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """After a test that moved money the books must agree, unless it is about books that do not."""
    result = yield
    uses_database = item.get_closest_marker("django_db") or "_django_db_helper" in getattr(item, "fixturenames", ())
    here = LOT not in ("0", "1") or (_number(item) + int(LOT)) % 2 == (VENDOR == "postgresql")  # of both, on one
    if here and uses_database and not item.get_closest_marker("plants_faults") and not connection.needs_rollback:
        _books_agree()
    return result


def _books_agree() -> None:
    from funds.ledger.checks import check_ledger
    from funds.ledger.models import Entry

    if Entry.objects.exists():
        faults = check_ledger()
        assert not faults, "the books do not agree:\n" + "\n".join(map(str, faults))


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """Start with an empty cache and in English: people of one test have the ids of those of the last."""
    cache.clear()
    translation.activate("en")
