"""Where a ledger is read from: a folder or archive that was exported, or the address of a platform."""

from __future__ import annotations

import http.client
import lzma
import re
import shutil
import tarfile
import tempfile
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from ..note import NoteError, checkpoint_parse, note_parse
from .entries import EntryFile
from .faults import Unreadable
from .published import accounts_read
from .rates import rates_read
from .rulebook import Beside, projects_read, rules_read

ENTRIES = "entries.jsonl"
BESIDE = ("rules.json", "projects.json", "rates.json")
SMALL = ("checkpoint", "key", "accounts.json", *BESIDE)
RUN = re.compile("runs/([0-9a-f]{64})[.]json")
MOST_BYTES = 64 * 1024 * 1024  # of a small file
PAGE = 5_000
WAIT_SECONDS = 30
DAMAGED = (OSError, EOFError, ValueError, KeyError, RecursionError, tarfile.TarError, zlib.error, lzma.LZMAError)
UNREACHED = (urllib.error.URLError, http.client.HTTPException, OSError, ValueError)


@dataclass(frozen=True)
class Source:
    """A ledger that lies ready to be checked. Texts are empty, `accounts` is None, where it did not come with it.

    `beside` is what the rules of pools are computed from.
    """

    entries: EntryFile
    note: str
    key: str
    accounts: list[Mapping[str, Any]] | None = None
    beside: Beside = field(default_factory=Beside)


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
    runs = {}
    for path in sorted((folder / "runs").glob("*.json")):
        if RUN.fullmatch(f"runs/{path.name}"):
            runs[path.stem] = path.read_bytes()
    return _source(EntryFile((folder / ENTRIES).open("rb")), small, runs)


def _from_archive(path: Path) -> Source:
    """Read the files we know out of an archive; nothing is written but the entries, into a file without a name."""
    found: dict[str, bytes] = {}
    entries: IO[bytes] | None = None
    with tarfile.open(path, "r:*") as archive:
        for member in archive:
            name = _known_name(member.name)
            file = archive.extractfile(member) if member.isfile() else None
            if file is None or not name:
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
    runs = {matched[1]: found.pop(name) for name in list(found) if (matched := RUN.fullmatch(name))}
    return _source(EntryFile(entries), {name: data.decode() for name, data in found.items()}, runs)


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
    beside = _beside(
        {name: _text_if_there(f"{base}/ledger/{name}?size={size}") for name in BESIDE},
        run=lambda digest: _fetch_if_there(f"{base}/ledger/runs/{digest}.json"),
    )
    return Source(EntryFile(entries), note, key, beside=beside)


def _fetch_if_there(address: str) -> bytes | None:
    """Return what stands at an address; None if the ledger says that there is no such thing. Raises Unreadable."""
    try:
        return fetch(address)
    except Unreadable as error:
        if isinstance(error.__cause__, urllib.error.HTTPError) and error.__cause__.code == HTTPStatus.NOT_FOUND:
            return None
        raise


def _text_if_there(address: str) -> str:
    found = _fetch_if_there(address)
    try:
        return "" if found is None else found.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"{address}: {error}") from error


def _text(address: str) -> str:
    try:
        return fetch(address).decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"{address}: {error}") from error


def _known_name(path: str) -> str:
    """Return the name of a file of an archive, as we know it; nothing for others."""
    folder, _slash, name = path.rpartition("/")
    if folder.rpartition("/")[2] == "runs":
        return f"runs/{name}" if RUN.fullmatch(f"runs/{name}") else ""
    return name if name in (ENTRIES, *SMALL) else ""


def _beside(small: Mapping[str, str], run: Callable[[str], bytes | None], runs: frozenset[str] = frozenset()) -> Beside:
    """Read what the rules of pools are computed from. Raises Unreadable."""
    name = "rules.json"
    try:
        rules = rules_read(small[name]) if small.get(name) else {}
        name = "projects.json"
        projects = projects_read(small[name]) if small.get(name) else {}
        name = "rates.json"
        rates = rates_read(small[name]) if small.get(name) else {}
    except ValueError as error:
        raise Unreadable(f"{name}: {error}") from error
    return Beside(rules, projects, run, runs, rates)


def _source(entries: EntryFile, small: Mapping[str, str], runs: Mapping[str, bytes]) -> Source:
    if "checkpoint" not in small:
        raise Unreadable("there is no checkpoint beside the entries")
    try:
        accounts = accounts_read(small["accounts.json"]) if "accounts.json" in small else None
    except ValueError as error:
        raise Unreadable(f"accounts.json: {error}") from error
    beside = _beside(small, runs.get, frozenset(runs))
    return Source(entries, small["checkpoint"], small.get("key", ""), accounts, beside)
