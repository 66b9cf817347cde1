"""One row of a list becomes a plan on paper, or a list of what is wrong with it. Nothing here touches the database."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from birge.errors import InvalidInput
from birge.money import EXPONENTS, Money
from projects.works.models import LANGUAGES, MONEY_PARTIES, Party

from .fields import CATEGORIES, LENGTHS, LONGEST_TEXT, PERCENTS, SHARES, SUMMARIES, TITLES
from .mapping import Columns, Mapping
from .tables import Line, letters_lost
from .values import amount_read, day_read, percent_read

T = TypeVar("T")
PERCENT_TOLERANCE = 1  # published percentages are rounded


@dataclass(frozen=True)
class Complaint:
    """What is wrong, in which line and, where there is one, in which column."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True)
class Row:
    """A project as the list tells it; sums in minor units of `currency`."""

    line: int
    ref: str
    place: str
    category: str
    currency: str
    language: str
    words: MappingOf[str, Any]
    cost_minor: int
    shares: MappingOf[str, int]
    due_on: dt.date | None

    @property
    def title(self) -> str:
        """Return the title in the language it was written in."""
        return str(self.words[f"title_{self.language}"])

    @property
    def money_minor(self) -> int:
        """Return what is to come in money: all but work and things."""
        return sum(amount for party, amount in self.shares.items() if party in MONEY_PARTIES)


@dataclass
class RowReader:
    """Reads one line; whatever is wrong is noted in `complaints`, so that a clerk sees all of it at once."""

    line: Line
    columns: Columns
    mapping: Mapping
    encoding: str
    complaints: list[Complaint] = field(default_factory=list)

    def read(self) -> Row | None:
        """Return the row, or None if there are complaints."""
        self._whole_line()
        words = self._words()
        language = self._language(words)
        category = self._choice("category", "", CATEGORIES)
        currency = self._choice("currency", "KGS", {code.lower(): code for code in EXPONENTS})
        cost, shares = self._money(currency) if currency else (0, {})
        words["upkeep_yearly_minor"] = self._amount("upkeep_yearly", currency) if currency else None
        place = self._text("place")
        row = Row(
            line=self.line.number,
            ref=self._ref(words, cost, shares),
            place=self.mapping.values.get("place", {}).get(place.lower(), place),
            category=category,
            currency=currency,
            language=language,
            words={name: value for name, value in words.items() if value not in ("", None)},
            cost_minor=cost,
            shares=shares,
            due_on=self._days(),
        )
        return None if self.complaints else row

    def _cells(self, name: str) -> list[tuple[str, str]]:
        """Return (column, text) of each filled cell that feeds this field, in the mapping's order."""
        found = []
        for place in self.columns.of_field.get(name, ()):
            text = self.line.cells[place] if place < len(self.line.cells) else ""
            if text:
                found.append((self.columns.names[place], text))
        return found

    def _column(self, name: str) -> str:
        """Return the column, or columns, a complaint about this field names."""
        places = self.columns.of_field.get(name, ())
        return ", ".join(self.columns.names[place] for place in places) or name

    def _complain(self, column: str, reason: str) -> None:
        self.complaints.append(Complaint(self.line.number, column, reason))

    def _try(self, column: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except InvalidInput as refusal:
            self._complain(column, str(refusal))
            return None

    def _whole_line(self) -> None:
        extra = [text for text in self.line.cells[len(self.columns.names) :] if text]
        if extra:
            self._complain("", _("There are more cells than columns; is a separator inside a text?"))
        for name, text in zip(self.columns.names, self.line.cells, strict=False):
            if letters_lost(text, self.encoding):
                reason = _("Letters were lost in “%(text)s”. Save the list as “CSV UTF-8”.")
                self._complain(name, reason % {"text": text[:40]})

    def _text(self, name: str) -> str:
        """Return the field's text: of several columns the first that is filled, for summaries one line each."""
        cells = [text for _column, text in self._cells(name)] or [self.mapping.constants.get(name, "")]
        text = "\n".join(cells) if name.startswith("summary") else cells[0]
        most = LENGTHS.get(name.rpartition("_")[0] if name in TITLES else name, LONGEST_TEXT)
        if len(text) > most:
            self._complain(self._column(name), _("The text is longer than %(count)s letters.") % {"count": most})
        return text

    def _choice(self, name: str, default: str, known: MappingOf[str, str]) -> str:
        text = self._text(name) or default
        text = self.mapping.values.get(name, {}).get(text.lower(), text)
        value = known.get(" ".join(text.lower().split()), "")
        if not value:
            choices = ", ".join(sorted(set(known.values())))
            said, empty = _("“%(text)s” is not known. Known: %(choices)s."), _("It is empty. Known: %(choices)s.")
            self._complain(self._column(name), (said if text else empty) % {"text": text, "choices": choices})
        return value

    def _words(self) -> dict[str, Any]:
        names = (*TITLES, *SUMMARIES, "people_asked", "permits", "keeper_name", "keeper_role")
        return {name: self._text(name) for name in names}

    def _language(self, words: dict[str, Any]) -> str:
        """Return the language of the row, putting `title` and `summary` into their place in it."""
        known = self._choice("language", "", {each: each for each in LANGUAGES}) if self._text("language") else ""
        if known:
            for stem in ("title", "summary"):
                words[f"{stem}_{known}"] = words[f"{stem}_{known}"] or self._text(stem)
        order = [known, *LANGUAGES] if known else LANGUAGES
        language = next((each for each in order if words[f"title_{each}"]), "")
        if not language:
            titles = [name for name in ("title", *TITLES) if name in self.columns.of_field]
            self._complain(", ".join(map(self._column, titles)), _("There is no title."))
        return language

    def _amount(self, name: str, currency: str) -> int | None:
        """Return the sum of the field's columns, or None where none is filled."""
        total = None
        for column, text in self._cells(name):
            money = self._try(column, partial(self._money_of, text, currency))
            if money is not None:
                total = (total or 0) + money.minor
        return total

    def _money_of(self, text: str, currency: str) -> Money:
        return amount_read(text, currency, decimal=self.mapping.decimal, thousands=self.mapping.thousands)

    def _money(self, currency: str) -> tuple[int, dict[str, int]]:
        before = len(self.complaints)
        shares = {party: self._amount(name, currency) or 0 for name, party in SHARES.items()}
        cost = self._amount("cost", currency)
        if len(self.complaints) > before:
            return 0, {}
        brought = sum(shares.values())
        if self.mapping.total == "computed" or "cost" not in self.columns.of_field:
            cost = brought
        if cost is None or cost == 0:
            self._complain(self._column("cost"), _("The cost is missing."))
            return 0, {}
        if self.mapping.rest and brought <= cost:
            shares[self.mapping.rest] += cost - brought
            brought = cost
        if brought != cost:
            less = _("The shares are %(sum)s less than the cost.")
            more = _("The shares are %(sum)s more than the cost.")
            difference = plain(Money(abs(cost - brought), currency))
            self._complain(self._column("cost"), (less if brought < cost else more) % {"sum": difference})
        self._percents(shares, cost)
        return cost, {party: amount for party, amount in shares.items() if amount}

    def _percents(self, shares: MappingOf[str, int], cost: int) -> None:
        for name, party in PERCENTS.items():
            for column, text in self._cells(name):
                told = self._try(column, partial(percent_read, text))
                real = Decimal(100 * shares.get(party, 0)) / cost
                if told is not None and abs(real - told) > PERCENT_TOLERANCE:
                    reason = _("It says %(told)s %%, but the share (%(party)s) is %(real).2f %% of the cost.")
                    self._complain(column, reason % {"told": told, "party": Party(party).label, "real": real})

    def _days(self) -> dt.date | None:
        """Return the day by which it is to be built. The day it starts is only compared with it."""
        starts, due = self._day("starts_on"), self._day("due_on")
        if starts and due and due < starts:
            self._complain(self._column("due_on"), _("It ends before it starts."))
        return due

    def _day(self, name: str) -> dt.date | None:
        for column, text in self._cells(name):
            return self._try(column, partial(day_read, text, self.mapping.dates))
        return None

    def _ref(self, words: MappingOf[str, Any], cost: int, shares: MappingOf[str, int]) -> str:
        """Return what this row is known by: its number, else a digest of what it says."""
        number = self._text("ref")
        if not number:
            facts = [*(words[name] for name in TITLES), self._text("place"), str(cost), repr(sorted(shares.items()))]
            number = "row-" + hashlib.sha256("|".join(facts).encode()).hexdigest()[:16]
        return f"{self.mapping.list_name}/{number}" if self.mapping.list_name else number


def plain(money: Money) -> str:
    """Return a sum as digits and its code, for a terminal."""
    exponent = EXPONENTS[money.currency]
    whole, fraction = divmod(money.minor, 10**exponent)
    return f"{whole}.{fraction:0{exponent}} {money.currency}" if fraction else f"{whole} {money.currency}"
