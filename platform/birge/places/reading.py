"""Reading the file of places: every row is checked, alone and against the others, before anything is written.

What the columns hold is told in `data/SOURCE.md`.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge.errors import InvalidInput

from .models import PlaceKind, PlaceLink

COLUMNS = (
    "soate", "kind", "name_ru", "name_ky", "name_en", "name_source", "parent", "lat", "lon", "coord_source",
    "geonameid", "population", "valid_from", "valid_to", "successors",
)  # fmt: skip
LEVELS = {
    PlaceKind.OBLAST: 1,
    PlaceKind.CITY_REPUBLICAN: 1,
    PlaceKind.DISTRICT: 2,
    PlaceKind.CITY: 2,
    PlaceKind.CITY_DISTRICT: 2,
    PlaceKind.AYIL_AIMAK: 3,
    PlaceKind.TOWN: 3,
    PlaceKind.URBAN_SETTLEMENT: 3,
    PlaceKind.VILLAGE: 4,
}
CODE = re.compile(r"417\d{11}", re.ASCII)  # what the national classifier writes: 417 is the country
# A box around the country: whoever swaps latitude and longitude is told so.
NORTHERNMOST, SOUTHERNMOST, EASTERNMOST, WESTERNMOST = (Decimal(degree) for degree in ("43.5", "39", "80.5", "69"))
_POINT = re.compile(r"\d{1,3}(?:\.\d{1,4})?", re.ASCII)
_COUNT = re.compile(r"\d{1,9}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

Key = tuple[str, dt.date]  # code and first day: what a unit is known by


class RowProblem(NamedTuple):
    """Why a row cannot be used. Lines count from 1, the heading; `column` is empty where the whole row is meant."""

    line: int
    column: str
    reason: str


class PlacesFileError(InvalidInput):
    """The file cannot be used; `problems` tells each row. Nothing was loaded."""

    code = "places_file"

    def __init__(self, problems: Iterable[RowProblem]) -> None:
        self.problems = sorted(problems)
        count = len(self.problems)
        message = ngettext(
            "The file of places has %(count)d mistake. Nothing was loaded.",
            "The file of places has %(count)d mistakes. Nothing was loaded.",
            count,
        )
        super().__init__(message % {"count": count}, field="file")


class Step(NamedTuple):
    """What a unit that ended became."""

    kind: str
    successor: Key


@dataclass(slots=True)
class PlaceRow:
    """One unit, as the file tells it. `parent` is found after all rows are read."""

    line: int
    soate: str
    kind: str
    name_ru: str
    name_ky: str
    name_en: str
    name_source: str
    parent_soate: str
    lat: Decimal | None
    lon: Decimal | None
    coord_source: str
    geonameid: str
    population: int | None
    valid_from: dt.date
    valid_to: dt.date | None
    steps: tuple[Step, ...]
    parent: Key | None = None

    @property
    def key(self) -> Key:
        """Return what the unit is known by."""
        return self.soate, self.valid_from

    @property
    def level(self) -> int:
        """Return how deep it lies: 1 for an oblast, 4 for a village."""
        return LEVELS[PlaceKind(self.kind)]

    @property
    def pcode(self) -> str:
        """Return OCHA's code, which is made from the national one."""
        return f"KG{self.soate[3:]}"

    def exists_on(self, day: dt.date) -> bool:
        """Say whether the unit exists on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def places_read(path: Path) -> list[PlaceRow]:
    """Return the units of a file, each with the key of what it lies in. Raises PlacesFileError with every mistake."""
    problems: list[RowProblem] = []
    rows = list(_rows(_text(path), problems))
    if not problems:
        _check_periods(rows, problems)
    if not problems:
        _find_parents(rows, problems)
        _check_steps(rows, problems)
    if problems:
        raise PlacesFileError(problems)
    return rows


def _text(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        reason = _("This is not UTF-8. Please save the file as CSV UTF-8.")
        raise PlacesFileError([RowProblem(line, "", reason)]) from error


def _rows(text: str, problems: list[RowProblem]) -> Iterator[PlaceRow]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    heading = next(reader, [])
    if sorted(heading) != sorted(COLUMNS):
        reason = _("The columns must be, divided by commas: %(columns)s.") % {"columns": ", ".join(COLUMNS)}
        raise PlacesFileError([RowProblem(1, "", reason)])
    count = 0
    try:
        for cells in reader:
            if not cells:  # an empty line
                continue
            count += 1
            if len(cells) != len(heading):
                reason = _("The row has %(found)d cells instead of %(wanted)d.")
                problems.append(RowProblem(reader.line_num, "", reason % {"found": len(cells), "wanted": len(heading)}))
                continue
            row = _RowReader(reader.line_num, dict(zip(heading, cells, strict=True)), problems).row()
            if row is not None:
                yield row
    except csv.Error as error:
        problems.append(RowProblem(reader.line_num, "", _("The row cannot be read: %(why)s.") % {"why": error}))
    if not count and not problems:
        problems.append(RowProblem(1, "", _("The file holds no places.")))


class _RowReader:
    """Reads the cells of one row and notes what is wrong with each."""

    def __init__(self, line: int, cells: dict[str, str], problems: list[RowProblem]) -> None:
        self.line, self.cells, self.problems = line, {name: cell.strip() for name, cell in cells.items()}, problems

    def row(self) -> PlaceRow | None:
        """Return the unit, or None after noting why not."""
        before = len(self.problems)
        soate, valid_from = self._code("soate"), self._day("valid_from")
        if valid_from is None and not self.cells["valid_from"]:
            self._refuse("valid_from", _("This is needed."))
        valid_to = self._day("valid_to")
        if valid_from and valid_to and valid_to < valid_from:
            self._refuse("valid_to", _("The last day is before the first."))
        kind, parent_soate = self._kind(), self._parent()
        lat, lon = self._point()
        name_ru = self._words("name_ru", 120)
        if not name_ru:
            self._refuse("name_ru", _("This is needed."))
        name_ky, name_en, name_source = (
            self._words("name_ky", 120),
            self._words("name_en", 120),
            self._words("name_source", 40),
        )
        coord_source, geonameid = self._words("coord_source", 80), self._words("geonameid", 12)
        population, steps = self._count("population"), self._steps(valid_to)
        if len(self.problems) > before or valid_from is None:
            return None
        return PlaceRow(
            line=self.line, soate=soate, kind=kind, name_ru=name_ru, name_ky=name_ky, name_en=name_en,
            name_source=name_source, parent_soate=parent_soate, lat=lat, lon=lon, coord_source=coord_source,
            geonameid=geonameid, population=population, valid_from=valid_from, valid_to=valid_to, steps=steps,
        )  # fmt: skip

    def _refuse(self, column: str, reason: str) -> None:
        self.problems.append(RowProblem(self.line, column, reason))

    def _words(self, column: str, longest: int) -> str:
        if len(self.cells[column]) > longest:
            self._refuse(column, _("This is longer than %(longest)d letters.") % {"longest": longest})
        return self.cells[column]

    def _code(self, column: str) -> str:
        if not CODE.fullmatch(self.cells[column]):
            self._refuse(column, _("A code has 14 digits and begins with 417."))
        return self.cells[column]

    def _kind(self) -> str:
        kind = self.cells["kind"]
        if kind not in PlaceKind.values:
            self._refuse("kind", _("The kind must be one of: %(kinds)s.") % {"kinds": ", ".join(PlaceKind.values)})
        return kind

    def _parent(self) -> str:
        on_top = LEVELS.get(self.cells["kind"]) == 1  # type: ignore[call-overload]
        if on_top and self.cells["parent"]:
            self._refuse("parent", _("Oblasts and cities of the republic lie in nothing. Please leave this empty."))
        if on_top or self.cells["kind"] not in PlaceKind.values:
            return ""
        return self._code("parent")

    def _day(self, column: str) -> dt.date | None:
        cell = self.cells[column]
        day = _day_from(cell)
        if cell and day is None:
            self._refuse(column, _("Please write days as 2021-04-26."))
        return day

    def _count(self, column: str) -> int | None:
        cell = self.cells[column]
        if cell and not _COUNT.fullmatch(cell):
            self._refuse(column, _("Please write a whole number in digits."))
            return None
        return int(cell) if cell else None

    def _point(self) -> tuple[Decimal | None, Decimal | None]:
        if not self.cells["lat"] and not self.cells["lon"]:
            return None, None
        lat = self._degrees("lat", SOUTHERNMOST, NORTHERNMOST)
        return lat, self._degrees("lon", WESTERNMOST, EASTERNMOST)

    def _degrees(self, column: str, least: Decimal, most: Decimal) -> Decimal | None:
        cell = self.cells[column]
        if not cell:
            self._refuse(column, _("A point needs both latitude and longitude."))
        elif not _POINT.fullmatch(cell):
            self._refuse(column, _("Please write degrees with at most four digits behind the point, as 42.8746."))
        elif not least <= Decimal(cell) <= most:
            self._refuse(column, _("This point is not in Kyrgyzstan. Are latitude and longitude swapped?"))
        else:
            return Decimal(cell)
        return None

    def _steps(self, valid_to: dt.date | None) -> tuple[Step, ...]:
        cell = self.cells["successors"]
        if not cell:
            return ()
        if valid_to is None:
            self._refuse("successors", _("Only a unit that has ended has successors. Please give its last day."))
        steps = []
        for part in cell.split(";"):
            words = part.split()
            day = _day_from(words[2]) if len(words) == 3 else None
            if day is None or words[0] not in PlaceLink.Kind.values or not CODE.fullmatch(words[1]):
                self._refuse(
                    "successors",
                    _("Please write “merged”, “split” or “renamed”, then the successor's code and first day."),
                )
                break
            steps.append(Step(words[0], (words[1], day)))
        return tuple(steps)


def _day_from(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _check_periods(rows: list[PlaceRow], problems: list[RowProblem]) -> None:
    """Refuse that a code names two units on one day."""
    for same_code in _by_code(rows).values():
        for earlier, later in pairwise(same_code):
            if earlier.valid_to is None or later.valid_from <= earlier.valid_to:
                reason = _("On this day another unit has the same code, see line %(line)d.") % {"line": earlier.line}
                problems.append(RowProblem(later.line, "valid_from", reason))


def _find_parents(rows: list[PlaceRow], problems: list[RowProblem]) -> None:
    """Give each row the unit it lies in at the end of its time: codes are used again, so the day decides."""
    by_code = _by_code(rows)
    for row in rows:
        if not row.parent_soate:
            continue
        known = by_code.get(row.parent_soate, [])
        at_the_end = row.valid_to or dt.date.max
        parent = next((unit for unit in known if unit.exists_on(at_the_end)), None)
        if parent is not None and parent.level < row.level:
            row.parent = parent.key
        elif parent is not None:
            problems.append(RowProblem(row.line, "parent", _("This kind of unit cannot lie in such a one.")))
        elif known:
            problems.append(RowProblem(row.line, "parent", _("That unit has ended before this one.")))
        else:
            problems.append(RowProblem(row.line, "parent", _("No row of the file has this code.")))


def _check_steps(rows: list[PlaceRow], problems: list[RowProblem]) -> None:
    """Demand that a successor is in the file and exists on the day after: so lineage cannot run in a circle."""
    units = {row.key: row for row in rows}
    for row in rows:
        if row.valid_to is None:
            continue
        day_after = row.valid_to + dt.timedelta(days=1)
        seen = set()
        for step in row.steps:
            code, since = step.successor
            names = {"code": code, "day": since.isoformat()}
            successor = units.get(step.successor)
            if successor is None:
                reason = _("No row of the file has the code %(code)s and the first day %(day)s.") % names
            elif not successor.exists_on(day_after):
                reason = _("%(code)s does not exist on the day after this unit has ended.") % names
            elif step.successor in seen:
                reason = _("%(code)s is named twice.") % names
            else:
                seen.add(step.successor)
                continue
            problems.append(RowProblem(row.line, "successors", reason))


def _by_code(rows: list[PlaceRow]) -> dict[str, list[PlaceRow]]:
    """Return the units of each code, the earliest first."""
    found: defaultdict[str, list[PlaceRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.valid_from):
        found[row.soate].append(row)
    return found
