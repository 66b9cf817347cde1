"""How one list names and writes things: a small TOML file beside the list. See docs/import.md for its parts."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from birge.errors import InvalidInput
from birge.money import EXPONENTS
from projects.works.models import LANGUAGES, Party

from .fields import CATEGORIES, DATES, FIELDS, PERCENTS, SHARES, field_of

TOTALS = ("given", "computed")
CONSTANTS = FIELDS - DATES - set(SHARES) - set(PERCENTS) - {"ref", "cost", "upkeep_yearly"}
ISO, DOTTED = "%Y-%m-%d", "%d.%m.%Y"


class UnusableMapping(InvalidInput):
    """The mapping file, or what was set by hand, cannot be used."""

    code = "unusable_mapping"


@dataclass(frozen=True)
class Mapping:
    """What a list's columns mean. `columns` names the fields each column feeds; no columns: they are guessed."""

    list_name: str = ""  # stands before each row's number, so that two lists of one village do not mix
    header_line: int = 1
    separator: str = ""
    encoding: str = ""
    columns: MappingOf[str, tuple[str, ...]] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    constants: MappingOf[str, str] = field(default_factory=dict)
    values: MappingOf[str, MappingOf[str, str]] = field(default_factory=dict)
    dates: tuple[str, ...] = (ISO, DOTTED)
    decimal: str = ""
    thousands: str = ""
    total: str = "given"  # or "computed": the shares added up
    rest: str = ""  # the party that brings what the others leave


@dataclass(frozen=True)
class Columns:
    """Which column feeds which field, in the order in which they are to be read; and what nobody reads."""

    of_field: MappingOf[str, tuple[int, ...]]
    names: tuple[str, ...]
    unread: tuple[str, ...]


def mapping_read(path: Path) -> Mapping:
    """Read a mapping file. Raises UnusableMapping, which says what is wrong with it."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnusableMapping(_("The mapping cannot be read: %(reason)s.") % {"reason": error.strerror}) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnusableMapping(_("The mapping is not TOML: %(reason)s.") % {"reason": error}) from None
    parts = {"list", "about", "header_line", "separator", "encoding", "columns", "ignore", "constants", "values",
             "dates", "decimal", "thousands", "total", "rest"}  # fmt: skip
    _known(data, parts, _("The mapping has a part we do not know: %(names)s."))
    mapping = Mapping(
        list_name=_text(data, "list"),
        header_line=_line_number(data),
        separator=_text(data, "separator"),
        encoding=_text(data, "encoding"),
        columns={str(name): _names(fields) for name, fields in _table(data, "columns").items()},
        ignored=frozenset(_names(data.get("ignore", []))),
        constants={name: str(value) for name, value in _table(data, "constants").items()},
        values={name: _pairs(_table(data, "values"), name) for name in _table(data, "values")},
        dates=_names(data.get("dates", [ISO, DOTTED])),
        decimal=_text(data, "decimal"),
        thousands=_text(data, "thousands"),
        total=_text(data, "total") or "given",
        rest=_text(data, "rest"),
    )
    return mapping_checked(mapping)


def mapping_with(mapping: Mapping, settings: Sequence[str]) -> Mapping:
    """Return the mapping with what was set by hand: `category=water`, `total=computed`, `rest=donors`, `list=2026`."""
    for setting in settings:
        name, equals, value = (part.strip() for part in setting.partition("="))
        if not equals or not value:
            raise UnusableMapping(_("Write it like category=water, not “%(text)s”.") % {"text": setting})
        if name == "list":
            mapping = replace(mapping, list_name=value)
        elif name == "total":
            mapping = replace(mapping, total=value)
        elif name == "rest":
            mapping = replace(mapping, rest=value)
        else:
            mapping = replace(mapping, constants={**mapping.constants, name: value})
    return mapping_checked(mapping)


def mapping_checked(mapping: Mapping) -> Mapping:
    """Return the mapping if all it names exists and fits together. Raises UnusableMapping."""
    fields = {name for names in mapping.columns.values() for name in names}
    _known(fields, FIELDS, _("The mapping names fields we do not know: %(names)s."))
    _known(mapping.constants, CONSTANTS, _("This cannot be set for all rows: %(names)s."))
    _known(mapping.values, {"category", "currency", "language", "place"}, _("No table of values for: %(names)s."))
    _one_of("total", mapping.total, TOTALS)
    _one_of("rest", mapping.rest, ("", *Party.values))
    _one_of("language", mapping.constants.get("language", ""), ("", *LANGUAGES))
    _one_of("currency", mapping.constants.get("currency", "KGS"), tuple(EXPONENTS))
    _one_of("category", mapping.constants.get("category", "other").lower(), tuple(CATEGORIES))
    if mapping.rest and mapping.total == "computed":
        raise UnusableMapping(_("“rest” needs the cost of each row: “total” cannot be computed from the shares then."))
    if mapping.decimal and mapping.decimal == mapping.thousands:
        raise UnusableMapping(_("“decimal” and “thousands” are the same mark."))
    for pattern in mapping.dates:
        _date_pattern_check(pattern)
    return mapping


def columns_match(mapping: Mapping, header: Sequence[str]) -> Columns:
    """Return where each field stands in this sheet. Raises UnusableMapping for what is missing or unclear."""
    if mapping.columns:
        missing = [name for name in [*mapping.columns, *mapping.ignored] if name not in header]
        if missing:
            raise UnusableMapping(
                _("The mapping names columns that this list does not have: %(names)s.") % {"names": ", ".join(missing)}
            )
        fields_of = dict(mapping.columns)
    else:
        fields_of = {name: (field_of(name),) for name in header if name and field_of(name)}
    found: dict[str, list[int]] = {}
    for name, fields in fields_of.items():
        for each in fields:
            found.setdefault(each, []).append(list(header).index(name))
    if not mapping.columns:
        _once_each(found, header)
    unread = [name for name in header if name and name not in fields_of and name not in mapping.ignored]
    of_field = {name: tuple(places) for name, places in found.items()}
    _enough(mapping, of_field)
    return Columns(of_field, tuple(header), tuple(unread))


def _once_each(found: MappingOf[str, list[int]], header: Sequence[str]) -> None:
    for name, places in found.items():
        if len(places) > 1:
            names = ", ".join(header[place] for place in places)
            raise UnusableMapping(
                _("Both of these look like “%(field)s”: %(names)s. A mapping file can say which it is.")
                % {"field": name, "names": names}
            )


def _enough(mapping: Mapping, of_field: MappingOf[str, Any]) -> None:
    known = {*of_field, *mapping.constants}
    if not known & {"title", "title_ky", "title_ru", "title_en"}:
        raise UnusableMapping(_("No column is known as the title. Name it “title”, or give a mapping file."))
    if known & {"title", "summary"} and "language" not in known:
        raise UnusableMapping(_("Say in which language the list is written: --set language=ru (or ky, en)."))
    if "category" not in known:
        raise UnusableMapping(_("Say what kind of projects these are: --set category=water, or a column for it."))
    if "cost" not in known and not known & set(SHARES):
        raise UnusableMapping(_("No column is known as the cost or as somebody's share."))
    if "cost" not in known and mapping.rest:
        raise UnusableMapping(_("“rest” needs the cost of each row: “total” cannot be computed from the shares then."))


def _date_pattern_check(pattern: str) -> None:
    try:
        dt.datetime.strptime(dt.date(2026, 11, 25).strftime(pattern), pattern)  # noqa: DTZ007 - only the pattern
        usable = "%" in pattern and any(mark in pattern for mark in ("%y", "%Y"))
    except ValueError:
        usable = False
    if not usable:
        raise UnusableMapping(_("This is not a way to write dates: %(pattern)s.") % {"pattern": pattern})


def _known(names: Any, allowed: Any, message: str) -> None:
    unknown = sorted(set(names) - set(allowed))
    if unknown:
        raise UnusableMapping(message % {"names": ", ".join(unknown)})


def _one_of(name: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        choices = ", ".join(each for each in allowed if each)
        raise UnusableMapping(
            _("“%(value)s” is not possible for %(name)s. Possible: %(choices)s.")
            % {"value": value, "name": name, "choices": choices}
        )


def _table(data: MappingOf[str, Any], name: str) -> MappingOf[str, Any]:
    part = data.get(name, {})
    if not isinstance(part, dict):
        raise UnusableMapping(_("“%(name)s” must be a table.") % {"name": name})
    return part


def _pairs(data: MappingOf[str, Any], name: str) -> MappingOf[str, str]:
    return {str(written).lower(): str(meant) for written, meant in _table(data, name).items()}


def _line_number(data: MappingOf[str, Any]) -> int:
    number = data.get("header_line", 1)
    if type(number) is not int or number < 1:
        raise UnusableMapping(_("“header_line” is the number of a line, counted from 1."))
    return number


def _text(data: MappingOf[str, Any], name: str) -> str:
    part = data.get(name, "")
    if not isinstance(part, str):
        raise UnusableMapping(_("“%(name)s” must be a text.") % {"name": name})
    return part


def _names(part: Any) -> tuple[str, ...]:
    if isinstance(part, str):
        return (part,)
    if not isinstance(part, list) or not all(isinstance(each, str) for each in part):
        raise UnusableMapping(_("Names are a text, or a list of texts."))
    return tuple(part)
