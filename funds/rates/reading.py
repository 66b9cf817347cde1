"""Read what the National Bank gives out: its XML, daily or weekly, and the same as a plain CSV. Pure; nothing is kept.

The Bank writes windows-1251, days as 18.09.2026, a decimal comma, and the som for `Nominal` units. A file is read whole
or not at all. No document type is taken, so no entity can be declared, near or far.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from xml.parsers import expat

from django.utils.translation import gettext as _

from birge.errors import InvalidInput

MOST_BYTES = 1024 * 1024
MOST_ROWS = 20_000
SINCE = dt.date(1993, 5, 10)  # the first day of the som
_ENCODINGS = {"windows-1251": "cp1251", "cp1251": "cp1251", "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii"}
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_CODE = re.compile(r"[A-Z]{3}")
_NUMBER = re.compile(r"-?[0-9]{1,8}(?:[.,][0-9]{1,6})?")
_COUNT = re.compile(r"[1-9][0-9]{0,6}")
_DAYS = re.compile(r"[0-9]{1,3}")
_BANK_DAY = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_PARTS = ("Nominal", "Value", "ValidFor")
_COLUMNS = {"day": ("date", "day"), "currency": ("currency",), "nominal": ("nominal",), "som": ("kgs_value", "som")}


class RateFileError(InvalidInput):
    """The file cannot be read; the message says why. Nothing of it is used."""

    code = "rate_file"


@dataclass(frozen=True)
class RateRow:
    """`nominal` units cost `som` on this day. What is zero or negative is read as it stands: others refuse it."""

    currency: str
    day: dt.date
    nominal: int
    som: Decimal
    valid_days: int | None = None


def read_rates(data: bytes) -> list[RateRow]:
    """Return the rates of a file, XML or CSV, in its order. Raises RateFileError."""
    if len(data) > MOST_BYTES:
        raise RateFileError(_("The file is too large."))
    if not data.strip():
        raise RateFileError(_("The file is empty."))
    if b"\0" in data:
        raise RateFileError(_("The file is not written as the Bank writes it: %(what)s.") % {"what": "NUL"})
    rows = _read_xml(data) if data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<") else _read_csv(data)
    if not rows:
        raise RateFileError(_("There is no rate in the file."))
    _once_check(rows)
    return rows


class _Document:
    """Follows the parser: one root with a day, below it currencies, below them their parts."""

    def __init__(self) -> None:
        self.day = ""
        self.found: list[dict[str, str]] = []
        self._open: list[str] = []
        self._text: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Look where we are; nothing but what the Bank writes may stand there."""
        depth = len(self._open)
        self._open.append(name)
        self._text = []
        if depth == 0 and name == "CurrencyRates":
            self.day = attributes.get("Date", "")
        elif depth == 1 and name == "Currency":
            self.found.append({"ISOCode": attributes.get("ISOCode", "")})
            if len(self.found) > MOST_ROWS:
                raise RateFileError(_("The file is too large."))
        elif depth != 2 or (name in _PARTS and name in self.found[-1]):
            raise _strange(name)

    def end(self, name: str) -> None:
        """Keep the text of a part."""
        self._open.pop()
        if len(self._open) == 2 and name in _PARTS:
            self.found[-1][name] = "".join(self._text)

    def text(self, piece: str) -> None:
        """Collect the text; the parser may give it in pieces."""
        self._text.append(piece)

    def refuse(self, *_said: object) -> None:
        """Refuse a document type: with it would come entities."""
        raise RateFileError(_("The file declares a document type or entities. The Bank’s never does; it is refused."))


def _read_xml(data: bytes) -> list[RateRow]:
    declared = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf").lstrip())
    name = declared[1].decode("ascii") if declared else "utf-8"
    text = _decoded(data, name).lstrip()
    document = _Document()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = document.start, document.end
    parser.CharacterDataHandler = document.text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = document.refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        message = _("The file is cut off or damaged at line %(line)s.") % {"line": error.lineno}
        raise RateFileError(message) from error
    day = _day(document.day)
    return [_row(each["ISOCode"], day, each) for each in document.found]


def _row(currency: str, day: dt.date, parts: dict[str, str]) -> RateRow:
    """Return one currency's rate. Raises RateFileError for a part that is missing or is no number."""
    code = currency.strip()
    if not _CODE.fullmatch(code):
        raise _strange(code)
    nominal, value, valid = (parts.get(name, "").strip() for name in _PARTS)
    if not _COUNT.fullmatch(nominal) or not _NUMBER.fullmatch(value) or (valid and not _DAYS.fullmatch(valid)):
        raise RateFileError(_("The rate of %(currency)s is missing or is not a number.") % {"currency": code})
    return RateRow(code, day, int(nominal), Decimal(value.replace(",", ".")), int(valid) if valid else None)


def _read_csv(data: bytes) -> list[RateRow]:
    text = _decoded(data, "utf-8")
    separator = ";" if ";" in text.partition("\n")[0] else ","
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        head = [name.strip().lower() for name in next(lines)]
        places = {part: next(head.index(name) for name in names if name in head) for part, names in _COLUMNS.items()}
        return [_csv_row(line, places, number) for number, line in enumerate(lines, start=2) if any(line)]
    except csv.Error as error:
        message = _("The file is cut off or damaged at line %(line)s.") % {"line": lines.line_num}
        raise RateFileError(message) from error
    except StopIteration:
        message = _("The first line must name the columns: %(columns)s.")
        raise RateFileError(message % {"columns": "date, currency, nominal, kgs_value"}) from None


def _csv_row(line: list[str], places: dict[str, int], number: int) -> RateRow:
    if number > MOST_ROWS:
        raise RateFileError(_("The file is too large."))
    if len(line) <= max(places.values()):
        raise RateFileError(_("The file is cut off or damaged at line %(line)s.") % {"line": number})
    parts = {"Nominal": line[places["nominal"]], "Value": line[places["som"]]}
    return _row(line[places["currency"]], _day(line[places["day"]]), parts)


def _decoded(data: bytes, name: str) -> str:
    codec = _ENCODINGS.get(name.lower())
    try:
        if codec is not None:
            return data.removeprefix(b"\xef\xbb\xbf").decode(codec)
    except UnicodeDecodeError:
        pass
    raise RateFileError(_("The file is not written as the Bank writes it: %(what)s.") % {"what": name})


def _day(text: str) -> dt.date:
    """Return a day written 18.09.2026 or 2026-09-18."""
    bank, iso = _BANK_DAY.fullmatch(text.strip()), _ISO_DAY.fullmatch(text.strip())
    parts = (bank[3], bank[2], bank[1]) if bank else iso.groups() if iso else ("0", "0", "0")
    try:
        day = dt.date(*map(int, parts))
    except ValueError:
        day = dt.date.min
    if day < SINCE:
        raise RateFileError(_("The file does not say for which day it holds."))
    return day


def _once_check(rows: Iterable[RateRow]) -> None:
    seen = set()
    for row in rows:
        if (row.currency, row.day) in seen:
            raise RateFileError(_("%(currency)s stands twice in the file.") % {"currency": row.currency})
        seen.add((row.currency, row.day))


def _strange(what: str) -> RateFileError:
    return RateFileError(_("The file is not written as the Bank writes it: %(what)s.") % {"what": what[:40]})
