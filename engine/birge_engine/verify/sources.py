"""Where a ledger is read from: a folder or archive that was exported, or the address of a platform."""

from __future__ import annotations

import http.client
import lzma
import shutil
import tarfile
import tempfile
import urllib.error
import urllib.request
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from ..note import NoteError, checkpoint_parse, note_parse
from .entries import EntryFile
from .faults import Unreadable
from .published import accounts_read

ENTRIES = "entries.jsonl"
SMALL = ("checkpoint", "key", "accounts.json")  # rules.json and rates.json are for people: nothing is read from them
MOST_BYTES = 64 * 1024 * 1024  # of a small file
PAGE = 5_000
WAIT_SECONDS = 30
DAMAGED = (OSError, EOFError, ValueError, KeyError, RecursionError, tarfile.TarError, zlib.error, lzma.LZMAError)
UNREACHED = (urllib.error.URLError, http.client.HTTPException, OSError, ValueError)


@dataclass(frozen=True)
class Source:
    """A ledger that lies ready to be checked. Texts are empty, `accounts` is None, where it did not come with it."""

    entries: EntryFile
    note: str
    key: str
    accounts: list[Mapping[str, Any]] | None = None


def source_open(where: str) -> Source:
    """Open a folder, a `.tar.gz` archive, or an address. Raises Unreadable."""
    if where.lower().startswith(("http://", "https://")):
        return _from_address(where.rstrip("/"))
    path = Path(where)
    try:
        return _from_folder(path) if path.is_dir() else _from_archive(path)
    except DAMAGED as error:
        raise Unreadable(f"{where}: {error}") from error


def text_read(path: Path | str) -> str:
    """Return a file's text as it was written: UTF-8, on every system. Raises OSError, UnicodeDecodeError."""
    return Path(path).read_bytes().decode()


def fetch(address: str, data: bytes | None = None) -> bytes:
    """Return what stands at an address, or what it answers to `data`. Raises Unreadable."""
    try:
        if urlsplit(address).scheme not in ("http", "https"):
            raise ValueError("no address of the web")
        headers = {} if data is None else {"Content-Type": "text/plain; charset=utf-8"}
        request = urllib.request.Request(address, data=data, headers=headers)  # noqa: S310 - looked at above
        with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as answer:  # noqa: S310
            found: bytes = answer.read()
            return found
    except UNREACHED as error:
        raise Unreadable(f"{address}: {error}{_why(error)}") from error


def _why(error: Exception) -> str:
    """Return the sentence with which our own server refuses."""
    if not isinstance(error, urllib.error.HTTPError) or error.headers.get_content_type() != "text/plain":
        return ""
    try:
        return f" ({error.read(300).decode(errors='replace').strip()})"
    except UNREACHED:
        return ""


def _from_folder(folder: Path) -> Source:
    if not (folder / ENTRIES).exists():
        raise Unreadable(f"{folder} holds no {ENTRIES}")
    small = {name: text_read(folder / name) for name in SMALL if (folder / name).exists()}
    return _source(EntryFile((folder / ENTRIES).open("rb")), small)


def _from_archive(path: Path) -> Source:
    """Read the files we know out of an archive; nothing is written but the entries, into a file without a name."""
    found: dict[str, bytes] = {}
    entries: IO[bytes] | None = None
    with tarfile.open(path, "r:*") as archive:
        for member in archive:
            name = Path(member.name).name
            file = archive.extractfile(member) if member.isfile() else None
            if file is None or name not in (ENTRIES, *SMALL):
                continue
            if name in found:
                raise Unreadable(f"{path} holds {name} twice")
            if name == ENTRIES:
                entries, found[name] = tempfile.TemporaryFile(), b""  # noqa: SIM115 - open as long as it is read
                shutil.copyfileobj(file, entries, 1 << 20)
                entries.flush()
            elif member.size > MOST_BYTES:
                raise Unreadable(f"{path}: {name} is too large to be what it should be")
            else:
                found[name] = file.read()
        while archive.fileobj is not None and archive.fileobj.read(1 << 20):
            pass  # to the very end: there the checksum of the whole stands, and is compared
    if entries is None:
        raise Unreadable(f"{path} holds no {ENTRIES}")
    return _source(EntryFile(entries), {name: data.decode() for name, data in found.items()})


def _from_address(base: str) -> Source:
    note = _text(f"{base}/ledger/checkpoint")
    try:
        size = checkpoint_parse(note_parse(note).text).size
    except NoteError as error:
        raise Unreadable(f"{base}/ledger/checkpoint: {error}") from error
    key = _text(f"{base}/ledger/key")
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


def _text(address: str) -> str:
    try:
        return fetch(address).decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"{address}: {error}") from error


def _source(entries: EntryFile, small: Mapping[str, str]) -> Source:
    if "checkpoint" not in small:
        raise Unreadable("there is no checkpoint beside the entries")
    try:
        accounts = accounts_read(small["accounts.json"]) if "accounts.json" in small else None
    except ValueError as error:
        raise Unreadable(f"accounts.json: {error}") from error
    return Source(entries, small["checkpoint"], small.get("key", ""), accounts)
