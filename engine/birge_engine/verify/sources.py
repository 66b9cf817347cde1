"""Where a ledger is read from: a folder or archive that was exported, or the address of a platform."""

from __future__ import annotations

import json
import shutil
import tarfile
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from ..note import NoteError, checkpoint_parse, note_parse
from .entries import EntryFile
from .faults import Unreadable

ENTRIES = "entries.jsonl"
SMALL = ("checkpoint", "key", "accounts.json", "rules.json", "rates.json")
MOST_BYTES = 64 * 1024 * 1024  # of a small file
PAGE = 5_000
WAIT_SECONDS = 30


@dataclass(frozen=True)
class Source:
    """A ledger that lies ready to be checked. Texts are empty, `accounts` is None, where it did not come with it."""

    entries: EntryFile
    note: str
    key: str
    accounts: list[Mapping[str, Any]] | None = None


def source_open(where: str) -> Source:
    """Open a folder, a `.tar.gz` archive, or an address. Raises Unreadable."""
    if urlsplit(where).scheme in ("http", "https"):
        return _from_address(where.rstrip("/"))
    path = Path(where)
    try:
        return _from_folder(path) if path.is_dir() else _from_archive(path)
    except (OSError, tarfile.TarError, EOFError, UnicodeDecodeError) as error:
        raise Unreadable(f"{where}: {error}") from error


def fetch(address: str) -> bytes:
    """Return what stands at an address. Raises Unreadable."""
    try:
        with urllib.request.urlopen(address, timeout=WAIT_SECONDS) as answer:  # noqa: S310 - http and https only
            data: bytes = answer.read()
            return data
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise Unreadable(f"{address}: {error}") from error


def _from_folder(folder: Path) -> Source:
    if not (folder / ENTRIES).exists():
        raise Unreadable(f"{folder} holds no {ENTRIES}")
    small = {name: (folder / name).read_text() for name in SMALL if (folder / name).exists()}
    return _source(EntryFile((folder / ENTRIES).open("rb")), small)


def _from_archive(path: Path) -> Source:
    """Read the files we know out of an archive; nothing is written but the entries, into a file without a name."""
    small: dict[str, str] = {}
    entries: IO[bytes] | None = None
    with tarfile.open(path, "r:*") as archive:
        for member in archive:
            name = Path(member.name).name
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None and name == ENTRIES:
                entries = tempfile.TemporaryFile()  # noqa: SIM115 - it stays open as long as it is read
                shutil.copyfileobj(file, entries, 1 << 20)
                entries.flush()
            elif file is not None and name in SMALL and member.size <= MOST_BYTES:
                small[name] = file.read().decode()
    if entries is None:
        raise Unreadable(f"{path} holds no {ENTRIES}")
    return _source(EntryFile(entries), small)


def _from_address(base: str) -> Source:
    note = fetch(f"{base}/ledger/checkpoint").decode()
    try:
        size = checkpoint_parse(note_parse(note).text).size
    except NoteError as error:
        raise Unreadable(f"{base}/ledger/checkpoint: {error}") from error
    key = fetch(f"{base}/ledger/key").decode()
    entries = tempfile.TemporaryFile()  # noqa: SIM115 - it stays open as long as it is read
    start = 0
    while start < size:
        page = fetch(f"{base}/ledger/entries?start={start}&end={min(start + PAGE, size)}")
        lines = page.count(b"\n")
        if not lines:
            raise Unreadable(f"{base} gives nothing for entry {start}, although its checkpoint covers {size}")
        entries.write(page)
        start += lines
    entries.flush()
    return Source(EntryFile(entries), note, key)


def _source(entries: EntryFile, small: Mapping[str, str]) -> Source:
    if "checkpoint" not in small:
        raise Unreadable("there is no checkpoint beside the entries")
    try:
        accounts = json.loads(small["accounts.json"]) if "accounts.json" in small else None
    except ValueError as error:
        raise Unreadable(f"accounts.json: {error}") from error
    return Source(entries, small["checkpoint"], small.get("key", ""), accounts)
