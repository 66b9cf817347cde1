"""Block lists as files: a table in UTF-8, one row for each bank, person or firm. Whole or not at all.

    kind,name,aliases,identifiers,listed_by,reason,valid_from,valid_to
    bank,Keremet Bank,ОАО Керемет Банк;Керемет,,US,OFAC SDN,2025-01-15,

`aliases` and `identifiers` are separated by `;`. An identifier is a BIC, an account number, or the beginning of account
numbers with a star behind it. Days are YYYY-MM-DD, the last one included; both may be empty.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from birge.errors import InvalidInput

from .states import PartyKind

HEADER = ("kind", "name", "aliases", "identifiers", "listed_by", "reason", "valid_from", "valid_to")
MOST_BYTES = 25 * 1024 * 1024
MOST_ROWS = 200_000
LONGEST = {"name": 300, "reason": 500, "listed_by": 8}
AUTHORITY = re.compile(r"[A-Z]{2,8}")
MOST_ALIASES = 200


@dataclass(frozen=True)
class ListedRow:
    """Somebody on a list, as the file says it."""

    kind: str
    name: str
    aliases: tuple[str, ...]
    identifiers: tuple[str, ...]
    listed_by: str
    reason: str
    valid_from: dt.date | None
    valid_to: dt.date | None


def list_read(data: bytes) -> list[ListedRow]:
    """Return all rows. Raises InvalidInput (`file`) with the line that cannot be read."""
    if len(data) > MOST_BYTES:
        raise _wrong(_("The file is too large."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _wrong(_("The file is not in UTF-8.")) from None
    if "\0" in text:
        raise _wrong(_("The file is broken: it holds NUL bytes."))
    try:
        rows = list(_rows(csv.reader(io.StringIO(text), strict=True)))
    except csv.Error:
        raise _wrong(_("The table breaks off: a quotation mark is not closed.")) from None
    if not rows:
        raise _wrong(_("Nobody stands on this list."))
    return rows


def _rows(table: Iterator[list[str]]) -> Iterator[ListedRow]:
    header = next(table, [])
    if tuple(cell.strip() for cell in header) != HEADER:
        raise _wrong(_("The first line must be: %(header)s") % {"header": ",".join(HEADER)})
    for line, cells in enumerate(table, start=2):
        if line > MOST_ROWS:
            raise _wrong(_("The file is too large."))
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(HEADER):
            raise _wrong(_("there are %(cells)s cells instead of %(wanted)s")
                         % {"cells": len(cells), "wanted": len(HEADER)}, line)  # fmt: skip
        yield _row(dict(zip(HEADER, (cell.strip() for cell in cells), strict=True)), line)


def _row(cells: dict[str, str], line: int) -> ListedRow:
    if cells["kind"] not in PartyKind.values:
        raise _wrong(_("the kind must be one of: %(kinds)s") % {"kinds": ", ".join(PartyKind.values)}, line)
    if not cells["name"]:
        raise _wrong(_("the name is missing"), line)
    for name, most in LONGEST.items():
        if len(cells[name]) > most:
            raise _wrong(_("“%(column)s” is longer than %(most)s characters") % {"column": name, "most": most}, line)
    if not AUTHORITY.fullmatch(cells["listed_by"]):
        raise _wrong(_("“listed_by” must say who put them on the list, such as US, GB, EU or UN"), line)
    first, last = _day(cells["valid_from"], line), _day(cells["valid_to"], line)
    if first and last and last < first:
        raise _wrong(_("the last day lies before the first"), line)
    return ListedRow(
        kind=cells["kind"],
        name=cells["name"],
        aliases=_several(cells["aliases"], line),
        identifiers=_several(cells["identifiers"], line),
        listed_by=cells["listed_by"],
        reason=cells["reason"],
        valid_from=first,
        valid_to=last,
    )


def _several(cell: str, line: int) -> tuple[str, ...]:
    found = tuple(part.strip() for part in cell.split(";") if part.strip())
    if len(found) > MOST_ALIASES or any(len(part) > LONGEST["name"] for part in found):
        raise _wrong(_("there are too many other names or numbers, or one is too long"), line)
    return found


def _day(cell: str, line: int) -> dt.date | None:
    if not cell:
        return None
    try:
        return dt.date.fromisoformat(cell)
    except ValueError:
        raise _wrong(_("“%(day)s” is no day") % {"day": cell}, line) from None


def _wrong(message: str, line: int = 0) -> InvalidInput:
    text = _("Line %(line)s: %(text)s") % {"line": line, "text": message} if line else message
    return InvalidInput(text, code="bad_list", field="file")
