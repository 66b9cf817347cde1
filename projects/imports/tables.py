"""A spreadsheet saved as text, whatever saved it: its encoding and separator are found out, its cells stay text."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from birge.errors import InvalidInput

MOST_BYTES = 10 * 1024 * 1024
MOST_LINES = 20_000
SEPARATORS = (";", "\t", ",", "|")
KNOWN_FILES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf", b"GIF8")
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
LOST_LETTER = re.compile(r"[\u0400-\u04ff]\?|\?[\u0400-\u04ff]")
SAMPLE = 30  # lines looked at to find the separator


class UnreadableFile(InvalidInput):
    """The file as a whole cannot be used."""

    code = "unreadable_file"


@dataclass(frozen=True)
class Line:
    """One row of the sheet; `number` is the line of the file on which it begins."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A sheet with its header; lines without any text are left out."""

    encoding: str
    separator: str
    header: tuple[str, ...]
    lines: tuple[Line, ...]


def table_read(path: Path, *, header_line: int = 1, separator: str = "", encoding: str = "") -> Table:
    """Read a CSV or tab-separated file. `header_line` counts from 1; lines without text after it are passed over.

    Raises UnreadableFile with a message that says what to do.
    """
    data = _bytes(path)
    found, text = _decoded(data, encoding)
    declared = re.match(r"sep=(.)\r?\n", text)  # a first line that Excel writes for itself
    if declared:
        separator = separator or declared[1]
        text = "\n" + text[declared.end() :]
    mark = separator or _separator(text)
    header, lines = _split_header(_lines(text, mark), header_line)
    if not lines:
        raise UnreadableFile(_("There is no row below the line with the names of the columns."))
    return Table(found, mark, header, tuple(lines))


def letters_lost(text: str, encoding: str) -> bool:
    """Say whether a letter was lost when the sheet was saved: Windows-1251 has no ң, ө and ү and puts `?` instead."""
    inside = LOST_LETTER.search(text.rstrip("?")) is not None
    return "\ufffd" in text or (encoding == "windows-1251" and inside)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise UnreadableFile(_("There is no such file: %(path)s") % {"path": path}) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UnreadableFile(_("The file cannot be read: %(reason)s.") % {"reason": reason}) from None
    if len(data) > MOST_BYTES:
        raise UnreadableFile(_("The file is larger than %(size)s MB. Is it a list?") % {"size": MOST_BYTES // 1024**2})
    if not data.strip():
        raise UnreadableFile(_("The file is empty."))
    return data


def _decoded(data: bytes, encoding: str) -> tuple[str, str]:
    if data.startswith(WORKBOOKS):
        raise UnreadableFile(_("This is a workbook. Save it as “CSV UTF-8” in the spreadsheet program and try again."))
    if data.startswith(KNOWN_FILES):
        raise UnreadableFile(_("This is not a list saved as text (CSV)."))
    by_mark = next((name for mark, name in BOMS if data.startswith(mark)), "")
    tried = [encoding] if encoding else [by_mark] if by_mark else ["utf-8", "windows-1251"]
    for name in tried:
        try:
            text = data.decode(name)
        except LookupError:
            raise UnreadableFile(_("We do not know the encoding “%(name)s”.") % {"name": name}) from None
        except UnicodeDecodeError:
            if name != "utf-8" or not _mostly_utf8(data):
                continue
            text = data.decode(name, errors="replace")  # the rows with damaged letters are told one by one
        if "\x00" in text:
            raise UnreadableFile(_("This is not a list saved as text (CSV)."))
        return name.removesuffix("-sig"), text
    raise UnreadableFile(_("The letters of this file cannot be read. Save it as “CSV UTF-8” and try again."))


def _mostly_utf8(data: bytes) -> bool:
    """Say whether it is UTF-8 with a few damaged letters: read as Windows-1251 all of it would be gibberish."""
    text = data.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    whole = sum(char > "\x7f" for char in text) - damaged
    return whole > 4 * damaged


def _separator(text: str) -> str:
    """Return the mark that cuts the first lines into the most columns, the same number in most of them."""
    sample = "\n".join(text.split("\n", SAMPLE)[:SAMPLE])
    best, best_score = "", 0.0
    for mark in SEPARATORS:
        try:
            widths = Counter(len(row) for row in csv.reader(io.StringIO(sample), delimiter=mark) if any(row))
        except csv.Error:  # what is wrong is told, with its line, when the whole is read
            widths = Counter(row.count(mark) + 1 for row in sample.splitlines() if row)
        if not widths:
            continue
        width, times = max(widths.items(), key=lambda each: (each[1], each[0]))
        score = (width - 1) * times / widths.total()
        if score > best_score:
            best, best_score = mark, score
    if not best:
        raise UnreadableFile(_("Only one column was found. Columns are separated by ; or , or tab."))
    return best


def _lines(text: str, mark: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    number = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise UnreadableFile(
                _("Line %(number)s: a quotation mark is not closed, or a cell is too long.") % {"number": number}
            ) from None
        yield Line(number, tuple(_clean(cell) for cell in cells))
        number = reader.line_num + 1


def _split_header(lines: Iterator[Line], header_line: int) -> tuple[tuple[str, ...], list[Line]]:
    header: tuple[str, ...] = ()
    found: list[Line] = []
    for line in lines:
        if not header:
            if any(line.cells) and line.number >= header_line:
                header = line.cells
                _header_check(header)
        elif any(line.cells):
            found.append(line)
            if len(found) > MOST_LINES:
                raise UnreadableFile(_("The list has more than %(count)s rows.") % {"count": MOST_LINES})
    return header, found


def _header_check(header: tuple[str, ...]) -> None:
    twice = [name for name, times in Counter(name for name in header if name).items() if times > 1]
    if twice:
        raise UnreadableFile(_("Two columns have the same name: %(names)s.") % {"names": ", ".join(twice)})


def _clean(cell: str) -> str:
    """Take out what is not text: control characters and blanks around it. A formula stays the text it is."""
    return "".join(" " if char in "\u00a0\u202f\t" else char for char in cell if char >= " " or char in "\n\t").strip()
