"""Which column of a table is what: by its heading, in the words banks use in Russian, Kyrgyz and English."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .basics import StatementError

# The first that fits wins; each heading serves once. Patterns are searched in the heading, folded to lower case.
_HEADINGS: tuple[tuple[str, str], ...] = (
    ("balance", r"^(остаток|баланс|калдык|balance|running balance|сальдо|остаток после.*|balance after.*)\b"),
    ("debit", r"дебет|списан|расход|чыгым|debit|withdraw|paid out|money out|^out$"),
    ("credit", r"кредит|зачислен|поступлен|приход|кириш|credit|deposit|paid in|money in|^in$"),
    ("amount", r"^(сумма|amount|sum|суммасы?|transaction amount)\b"),
    ("currency", r"^(валют|currency|ccy|акча бирд)"),
    ("status", r"^(статус|status|состояние|абалы)"),
    ("date", r"^(дата (операции|проводки|проведения|зачисления)|booking date|posting date|transaction date)"),
    ("date", r"^(дата|date|күнү|күн|booked)\b"),
    ("reference", r"^(id|ид|уникальн|код операции|transaction id|bank ref|референс|reference|utr|rrn)"),
    ("number", r"^(№|номер (док|плат)|n док|no\.?$|номер$|document|doc\.? ?no|end.?to.?end)"),
    ("text", r"назначен|описан|детали|комментар|содержан|purpose|descript|details|narrat|remittance|memo|максат"),
    ("account", r"(сч[её]т|эсеп|account|iban).*(отправ|плательщ|контраг|корр|получ|counter|payer|sender|жөнөт)"),
    ("account", r"(отправ|плательщ|контраг|корресп|counter|payer|sender|other|жөнөт).*(сч[её]т|эсеп|account|iban)"),
    ("name", r"^(фио|имя|наименов|аты|контраг|отправит|плательщ|корреспонд|жөнөтүүчү|counterparty|payer|name|sender)"),
    ("account", r"^(корр?\.? ?сч[её]т|iban|account|сч[её]т)"),
)  # fmt: skip
FIELDS = frozenset(field for field, _pattern in _HEADINGS)
OPTIONS = frozenset({"decimal", "delimiter", "month_first", "currency_code", "sheet"})
_PATTERNS = [(field, re.compile(pattern)) for field, pattern in _HEADINGS]


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each thing stands in a row."""

    places: Mapping[str, int]
    width: int

    def text(self, row: Sequence[Any], field: str) -> Any:
        """Return the cell, or nothing."""
        place = self.places.get(field)
        return row[place] if place is not None and place < len(row) and row[place] is not None else ""


def columns_suggest(headings: Sequence[Any]) -> dict[str, str]:
    """Return {field: heading} for the headings of a table; what an officer looks at and saves.

    A statement can be read with it if it has `date` and either `amount` or one of `debit` and `credit`.
    """
    found: dict[str, str] = {}
    taken: set[int] = set()
    for field, pattern in _PATTERNS:
        if field in found:
            continue
        for place, heading in enumerate(headings):
            if place not in taken and pattern.search(_folded(heading)):
                found[field] = str(heading).strip()
                taken.add(place)
                break
    if "amount" in found and ("debit" in found) != ("credit" in found):
        found.pop("debit", None)  # a column that only says which of both it is
        found.pop("credit", None)
    return found


def enough(mapping: Mapping[str, Any]) -> bool:
    """Ask whether a statement can be read with these columns."""
    return "date" in mapping and bool({"amount", "debit", "credit"} & set(mapping))


def columns_check(mapping: Mapping[str, Any]) -> None:
    """Refuse a mapping that names what we do not know, or not enough. Raises StatementError (`columns`)."""
    unknown = sorted(set(mapping) - FIELDS - OPTIONS)
    if unknown or (set(mapping) & FIELDS and not enough(mapping)):
        raise StatementError("columns", found=", ".join(unknown) or ", ".join(sorted(mapping)))


def columns_of(row: Sequence[Any], mapping: Mapping[str, Any]) -> Columns | None:
    """Return the columns if this row holds the headings that the mapping names (or, without one, that we know)."""
    named = {field: value for field, value in mapping.items() if field in FIELDS} or columns_suggest(row)
    if not enough(named):
        return None
    folded = [_folded(cell) for cell in row]
    places = {}
    for field, heading in named.items():
        if _folded(heading) not in folded:
            return None
        places[field] = folded.index(_folded(heading))
    return Columns(places, len(row))


def _folded(heading: Any) -> str:
    return " ".join(str(heading if heading is not None else "").replace("\ufeff", "").casefold().split())
