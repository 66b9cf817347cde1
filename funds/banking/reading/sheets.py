"""The rows of a spreadsheet. A package of XML is looked through before anything reads it."""

from __future__ import annotations

import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from openpyxl import load_workbook

from .basics import MAX_LINES, StatementError

_MOST_UNPACKED = 120 * 1024 * 1024
_MOST_PARTS = 200
_MOST_ROWS = 20_000  # openpyxl reads some ten thousand rows in a second
_BLOCK = 1 << 20
_BOMB = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_WIDTH = 60


def sheet_rows(data: bytes, sheet: str = "") -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield the number and the cells of each row of a sheet: the one named, else the first. Raises StatementError."""
    _package_check(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        names = book.sheetnames
        if not names or (sheet and sheet not in names):
            raise StatementError("sheet", name=sheet[:60])
        rows = book[sheet or names[0]].iter_rows(values_only=True, max_col=_WIDTH)
        yield from itertools.islice(enumerate(rows, start=1), MAX_LINES + 100)
    except StatementError:
        raise
    except Exception as error:  # openpyxl fails in as many ways as a file can be broken
        raise StatementError("xlsx", kind=type(error).__name__) from None


def _package_check(data: bytes) -> None:
    """Unpack everything once, within bounds: no bomb, no entities, no more rows than we read."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            if len(parts) > _MOST_PARTS:
                raise StatementError("too_large", most=_MOST_UNPACKED // 1024 // 1024)
            unpacked = 0
            for part in parts:
                unpacked = _part_check(package, part, unpacked)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        raise StatementError("cut_off") from None


def _part_check(package: zipfile.ZipFile, part: zipfile.ZipInfo, unpacked: int) -> int:
    rows, tail = 0, b""
    with package.open(part) as stream:
        while block := stream.read(_BLOCK):
            unpacked += len(block)
            if unpacked > _MOST_UNPACKED:
                raise StatementError("too_large", most=_MOST_UNPACKED // 1024 // 1024)
            if part.filename.endswith((".xml", ".rels", ".vml")):
                seen = tail + block
                if _BOMB.search(seen) or seen[:2] in {b"\xff\xfe", b"\xfe\xff"}:
                    raise StatementError("entities")
                rows += block.count(b"<row ") + block.count(b"<row>")
                if rows > _MOST_ROWS:
                    raise StatementError("too_many_lines", most=_MOST_ROWS)
                tail = block[-16:]
    return unpacked
