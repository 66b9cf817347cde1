"""The tables of a simulation: contributions or project sums in, allocations out. CSV, UTF-8, with a header."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from . import reading
from .amounts import MOST_DIGITS, amount_parse, amount_text, exponent
from .model import Gift, Result
from .quadratic import ProjectSum

CONTRIBUTIONS = ("contribution_id", "project_id", "donor_id", "amount")
MAY_BE_MISSING = ("currency", "confirmed_at")
PROJECT_SUMS = ("project_id", "contributed", "sum_sqrt")
ALLOCATIONS = ("project_id", "contributed", "matched", "reason")
_DAY, _CLOCK = r"[0-9]{4}-[0-9]{2}-[0-9]{2}", r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
_TIME = re.compile(rf"({_DAY}(?:[T ]{_CLOCK})?)(?:Z|\+00:00)?")
_WHOLE = re.compile(rf"[0-9]{{1,{MOST_DIGITS}}}").fullmatch


class Writable(Protocol):
    """Whatever takes text: a file, standard output, a command's."""

    def write(self, text: str, /) -> object:
        """Take some text."""


class TableError(ValueError):
    """A table that cannot be read; `line` says where (from 1)."""

    def __init__(self, line: int, text: str) -> None:
        """Keep the line beside the text."""
        super().__init__(f"line {line}: {text}")
        self.line, self.text = line, text


def contributions_read(path: Path | str, currency: str) -> Sequence[Gift]:
    """Return the gifts of a file: contribution_id, project_id, donor_id, amount, and perhaps currency, confirmed_at.

    Amounts are decimal text in units of `currency`; a time is ISO text in UTC and is kept without its zone. With
    numpy they come as columns. Raises TableError for anything else than that, OSError if there is no such file.
    """
    data = Path(path).read_bytes()
    columns = reading.columns_read(data, currency, (*CONTRIBUTIONS, *MAY_BE_MISSING))
    return list(_gifts(data, currency)) if columns is None else columns


def _gifts(data: bytes, currency: str) -> Iterator[Gift]:
    names, rows = _table(data, CONTRIBUTIONS, MAY_BE_MISSING)
    place = {name: index for index, name in enumerate(names)}
    id_at, project_at, donor_at, amount_at = (place[name] for name in CONTRIBUTIONS)
    currency_at, time_at = (place.get(name) for name in MAY_BE_MISSING)
    seen: set[str] = set()
    amounts: dict[str, int] = {}
    for line, row in rows:
        gift_id, text = row[id_at], row[amount_at]
        if gift_id in seen:
            raise TableError(line, f"contribution_id {gift_id[:80]!r} was there before")
        seen.add(gift_id)
        for index in (id_at, project_at, donor_at):
            if not row[index]:
                raise TableError(line, f"{names[index]} is empty")
        if currency_at is not None and row[currency_at] != currency:
            raise TableError(line, f"currency is {row[currency_at][:20]!r}, and the rule's is {currency}")
        amount = amounts.get(text)
        if amount is None:
            amount = amounts[text] = _amount(line, text, currency)
        at = "" if time_at is None else _time(line, row[time_at])
        yield Gift(gift_id, row[project_at], row[donor_at], amount, at)


def _amount(line: int, text: str, currency: str) -> int:
    try:
        return amount_parse(text, currency)
    except ValueError as error:
        raise TableError(line, f"amount: {error}") from error


def _time(line: int, text: str) -> str:
    found = _TIME.fullmatch(text)
    if text and not (found and _is_day(text[:10])):
        raise TableError(line, f"confirmed_at is no time in UTC (2026-03-14T09:30:00Z): {text[:40]!r}")
    return found[1].replace(" ", "T") if found else ""


@lru_cache
def _is_day(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def project_sums_read(path: Path | str) -> list[ProjectSum]:
    """Return the rows of a file of project sums: project_id, contributed, sum_sqrt, whole numbers of any size.

    Raises TableError, and OSError if there is no such file.
    """
    names, rows = _table(Path(path).read_bytes(), PROJECT_SUMS, ())
    found: dict[str, ProjectSum] = {}
    for line, row in rows:
        each = dict(zip(names, row, strict=True))
        project = each["project_id"]
        if not project or project in found:
            raise TableError(
                line, f"project_id {project[:80]!r} was there before" if project else "project_id is empty"
            )
        for name in ("contributed", "sum_sqrt"):
            if not _WHOLE(each[name]):
                raise TableError(line, f"{name} is no whole number: {each[name][:40]!r}")
        found[project] = ProjectSum(project, int(each["contributed"]), int(each["sum_sqrt"]))
    return list(found.values())


def result_write(result: Result, currency: str, file: Writable) -> None:
    """Write the allocations: project_id, contributed, matched (both in units of the currency), reason."""
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(ALLOCATIONS)
    places = exponent(currency)
    for each in result.allocations:
        given, matched = amount_text(each.contributed, places), amount_text(each.matched, result.scale)
        rows.writerow((each.project, given, matched, each.reason))


def _table(
    data: bytes, needed: Sequence[str], more: Sequence[str]
) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """Return the header, and an iterator over the rows with their line numbers. Raises TableError, also later."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError(data.count(b"\n", 0, error.start) + 1, "is not UTF-8") from error
    nul = text.find("\0")
    if nul >= 0:
        raise TableError(text.count("\n", 0, nul) + 1, "holds a NUL character")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = _rows(reader)
    _line, names = next(rows, (1, []))
    missing = [name for name in needed if name not in names]
    if missing:
        raise TableError(1, f"has no column {', '.join(missing)}; the header is {','.join((*needed, *more))}")
    strange = [name for name in names if name not in (*needed, *more)]
    if strange or len(set(names)) != len(names):
        raise TableError(
            1, f"has a column that is not known here: {strange[0][:40]!r}" if strange else "names a column twice"
        )
    return names, _checked(rows, len(names))


def _checked(rows: Iterator[tuple[int, list[str]]], width: int) -> Iterator[tuple[int, list[str]]]:
    for line, row in rows:
        if not row:  # an empty line
            continue
        if len(row) != width:
            raise TableError(line, f"has {len(row)} fields, and the header has {width}")
        yield line, row


def _rows(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    line = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise TableError(line, f"is no CSV: {error}") from error
        yield line, row
        line = reader.line_num + 1  # type: ignore[attr-defined]
