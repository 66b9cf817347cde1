"""A backup brings everything back as it was; a damaged one, or one in the wrong place, brings nothing."""

import io
import json
import stat
import tarfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import DatabaseError, ProgrammingError, connection

from funds.ledger.checks import check_ledger
from funds.ledger.models import Entry
from tests.factories.books import money_arrives
from tools.archives import ArchiveError, Installation, backup, grant, restore

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def here(tmp_path):
    """The installation of this test: two entries and one photo."""
    money_arrives("first")
    money_arrives("second")
    media = tmp_path / "media"
    (media / "photos").mkdir(parents=True)
    (media / "photos" / "лампа.jpg").write_bytes(b"a lamp")
    return Installation(dict(connection.settings_dict), media)


@pytest.fixture
def elsewhere(tmp_path):
    """Another machine, where nothing is yet."""
    database = dict(connection.settings_dict)
    if connection.vendor == "sqlite":
        database["NAME"] = str(tmp_path / "elsewhere" / "birge.sqlite3")
        yield Installation(database, tmp_path / "elsewhere" / "media")
        return
    database["NAME"] = f"{database['NAME']}_elsewhere"
    _on_server(f"CREATE DATABASE {database['NAME']} OWNER birge_owner")
    yield Installation(database | {"USER": "birge_owner"}, tmp_path / "elsewhere" / "media")
    _on_server(f"DROP DATABASE {database['NAME']} WITH (FORCE)")


@pytest.fixture
def archive(here, tmp_path):
    path = tmp_path / "backups" / "birge.tar.gz"
    backup(here, path)
    return path


def test_entries_files_and_the_guards_of_the_ledger_come_back(here, archive, elsewhere):
    entries = set(Entry.objects.values_list("id", "leaf"))
    assert restore(archive, elsewhere) == 1
    assert (elsewhere.media / "photos" / "лампа.jpg").read_bytes() == b"a lamp"
    with looking_at(elsewhere):
        assert {(id_, bytes(leaf)) for id_, leaf in Entry.objects.values_list("id", "leaf")} == {
            (id_, bytes(leaf)) for id_, leaf in entries
        }
        assert check_ledger() == []
        with pytest.raises(DatabaseError, match="this table only grows"):
            Entry.objects.update(kind="fee.charged")
        money_arrives("third")
        assert check_ledger() == []


@pytest.mark.postgresql
def test_the_application_gets_its_rights_back(archive, elsewhere):
    restore(archive, elsewhere)
    grant(elsewhere)
    with looking_at(elsewhere), connection.cursor() as cursor:
        cursor.execute("SET ROLE birge_app")
        money_arrives("third")
        with pytest.raises(ProgrammingError, match="permission denied"):
            cursor.execute("DELETE FROM ledger_entry")


def test_a_backup_of_what_was_restored_is_as_good(archive, elsewhere, tmp_path):
    restore(archive, elsewhere)
    again = tmp_path / "again.tar.gz"
    backup(elsewhere, again)
    restore(again, elsewhere, force=True)
    with looking_at(elsewhere):
        assert Entry.objects.count() == 2
        assert check_ledger() == []


def test_it_holds_what_was_committed_while_others_write(here, tmp_path):
    with connection.cursor() as cursor:  # on SQLite still in the write-ahead log, not in the file
        cursor.execute("SELECT COUNT(*) FROM ledger_entry")
        assert cursor.fetchone() == (2,)
        backup(here, tmp_path / "birge.tar.gz")
    assert _manifest(tmp_path / "birge.tar.gz")["vendor"] == connection.vendor


def test_only_its_owner_can_read_it_and_nothing_is_left_beside_it(archive):
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert [path.name for path in archive.parent.iterdir()] == ["birge.tar.gz"]


def test_what_is_there_already_is_not_overwritten(here, archive):
    with pytest.raises(ArchiveError, match="There is data here already"):
        restore(archive, here)


def test_files_alone_are_data_too(archive, elsewhere):
    elsewhere.media.mkdir(parents=True)
    (elsewhere.media / "somebody's.jpg").write_bytes(b"theirs")
    with pytest.raises(ArchiveError, match="There is data here already"):
        restore(archive, elsewhere)
    assert (elsewhere.media / "somebody's.jpg").exists()


def test_force_replaces_what_is_there(here, archive, elsewhere):
    restore(archive, elsewhere)
    (elsewhere.media / "newer.jpg").write_bytes(b"newer")
    with looking_at(elsewhere):
        money_arrives("third")
    restore(archive, elsewhere, force=True)
    with looking_at(elsewhere):
        assert Entry.objects.count() == 2
    assert not (elsewhere.media / "newer.jpg").exists()


def _photo_changed(files):
    return files | {"media/photos/лампа.jpg": b"a lamb"}


def _photo_missing(files):
    return {name: content for name, content in files.items() if not name.startswith("media/")}


def _file_outside(files):
    return _named(files, "media/../../evil.py", b"evil")


def _file_at_the_root(files):
    return _named(files, "/evil.py", b"evil")


def _newer_format(files):
    manifest = json.loads(files["manifest.json"]) | {"format": 99}
    return files | {"manifest.json": json.dumps(manifest).encode()}


def _named(files, name, content):
    import hashlib

    manifest = json.loads(files["manifest.json"])
    manifest["sha256"][name] = hashlib.sha256(content).hexdigest()
    return {name: content} | files | {"manifest.json": json.dumps(manifest).encode()}


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (_photo_changed, "is not what it was"),
        (_photo_missing, "cannot be read"),
        (_file_outside, "does not belong here"),
        (_file_at_the_root, "does not belong here"),
        (_newer_format, "format 99"),
    ],
)
def test_a_damaged_or_foreign_archive_changes_nothing(archive, elsewhere, damage, why):
    with tarfile.open(archive) as tar:
        files = {each.name: tar.extractfile(each).read() for each in tar.getmembers()}
    _write(archive, damage(files))
    with pytest.raises(ArchiveError, match=why):
        restore(archive, elsewhere)
    assert elsewhere.is_empty()
    assert not list(archive.parent.parent.rglob("evil.py"))


def test_half_an_archive_changes_nothing(archive, elsewhere):
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    with pytest.raises(ArchiveError, match="cannot be read"):
        restore(archive, elsewhere)
    assert elsewhere.is_empty()


def test_a_missing_archive_is_said_plainly(elsewhere, tmp_path):
    with pytest.raises(ArchiveError, match="cannot be read"):
        restore(tmp_path / "nowhere.tar.gz", elsewhere)


@pytest.mark.sqlite
def test_an_archive_of_the_other_database_is_refused(archive, elsewhere):
    with pytest.raises(ArchiveError, match="The archive is of sqlite"):
        restore(archive, Installation({"ENGINE": "django.db.backends.postgresql"}, elsewhere.media), force=True)


@contextmanager
def looking_at(installation: Installation):
    """Let Django use this installation's database for a while."""
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict["NAME"] = installation.database["NAME"]
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before["NAME"]


def _on_server(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _manifest(archive: Path):
    with tarfile.open(archive) as tar:
        return json.load(tar.extractfile("manifest.json"))


def _write(archive: Path, files: dict[str, bytes]) -> None:
    with tarfile.open(archive, "w:gz") as tar:
        for name in sorted(files, key=lambda name: name != "manifest.json"):
            member = tarfile.TarInfo(name)
            member.size = len(files[name])
            tar.addfile(member, io.BytesIO(files[name]))
