"""CSV and XLSX: tables with headings, in whatever order a bank likes, perhaps with balances above and below."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from .basics import CSV, MAX_LINES, XLSX, Draft, StatementError, StatementLine, same_account, squeeze
from .columns import Columns, columns_check, columns_of
from .decoding import text_of
from .sheets import sheet_rows
from .values import day_of, number_text, written_amount

_PREAMBLE = 40  # rows in which the headings must come
_WIDEST = 200
_SHOWN = 30
_LONGEST_CELL = 20_000
_OPENING = re.compile(
    r"(входящ|начальн|opening|башта|баштапкы).*(остат|баланс|сальд|balance|калд)|остаток на начало", re.I
)
_CLOSING = re.compile(r"(исходящ|конечн|closing|акыркы|аяг).*(остат|баланс|сальд|balance|калд)|остаток на конец", re.I)
_ACCOUNT = re.compile(r"^(номер )?(лицев\w+ |расч[её]тн\w+ )?(сч[её]т|эсеп|account|iban)\b", re.I)
_CURRENCY = re.compile(r"^(валют|currency|акча бирд)", re.I)
_NUMBER = re.compile(r"[A-Z]{0,2}[\d ]{8,34}")
_NOT_BOOKED = re.compile(r"отклон|отмен|ожида|обраб|pending|declin|reject|cancel|fail|күтүү|четке", re.I)
Row = tuple[int, Sequence[Any]]


def csv_read(data: bytes, mapping: Mapping[str, Any], *, account: str, currency: str) -> list[Draft]:
    """Return the one statement of a CSV file. Raises StatementError."""
    columns_check(mapping)
    text = text_of(data)
    if text.count("\n") > MAX_LINES + 2 * _PREAMBLE:
        raise StatementError("too_many_lines", most=MAX_LINES)
    named = str(mapping.get("delimiter", ""))
    marks = [named] if named else sorted(";,\t|", key=lambda mark: -text[:20_000].count(mark))
    for delimiter in marks:
        if any(columns_of(row, mapping) for _number, row in _csv_rows(text, delimiter, _PREAMBLE)):
            return [_Table(CSV, mapping, account, currency).read(_csv_rows(text, delimiter))]
    raise StatementError("headings", 1)


def xlsx_read(data: bytes, mapping: Mapping[str, Any], *, account: str, currency: str) -> list[Draft]:
    """Return the one statement of a spreadsheet. Raises StatementError."""
    columns_check(mapping)
    return [_Table(XLSX, mapping, account, currency).read(sheet_rows(data, str(mapping.get("sheet", ""))))]


def table_head(data: bytes, *, sheet: bool, most: int = 15) -> list[list[str]]:
    """Return the first rows of a table as text, for an officer who says which column is what. Raises StatementError."""
    if sheet:
        rows: Iterable[Row] = itertools.islice(sheet_rows(data), most)
    else:
        text = text_of(data)
        marks = sorted(";,\t|", key=lambda mark: -text[:20_000].count(mark))
        rows = _csv_rows(text, marks[0], most)
    return [[_cell(cell if cell is not None else "")[:80] for cell in row[:_SHOWN]] for _number, row in rows]


def _csv_rows(text: str, delimiter: str, most: int = 0) -> Iterator[Row]:
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if most and reader.line_num > most:
                return
            yield reader.line_num, row
    except csv.Error:
        if not most:
            raise StatementError("csv", reader.line_num) from None


class _Table:
    """One pass over the rows: what stands above, the headings, the lines, what stands below."""

    def __init__(self, kind: str, mapping: Mapping[str, Any], account: str, currency: str) -> None:
        self.mapping = mapping
        self.decimal = str(mapping.get("decimal", ""))
        stated = str(mapping.get("currency_code", ""))
        self.draft = Draft(kind, account, stated or currency, currency_stated=bool(stated), at_line=1)
        self.wanted = account
        self.columns: Columns | None = None
        self.balances: list[tuple[int, int, int]] = []  # line of the file, amount, balance after it
        self.rows: list[Row] = []
        self.outside: list[Row] = []

    def read(self, rows: Iterable[Row]) -> Draft:
        self._collect(rows)
        if self.columns is None:
            raise StatementError("headings", 1)
        self._above()
        if not self.draft.currency:
            self.draft.currency = self._first_currency()
        self._balances()
        month_first = self._month_first()
        for number, row in self.rows:
            self._line(number, row, month_first)
        if not self.draft.lines:
            raise StatementError("no_lines", 1)
        self._running()
        return self.draft

    def _collect(self, rows: Iterable[Row]) -> None:
        for number, row in rows:
            if len(row) > _WIDEST:
                raise StatementError("too_wide", number, most=_WIDEST)
            if not any(str(cell).strip() for cell in row if cell is not None):
                continue
            if self.columns is None:
                self.columns = columns_of(row, self.mapping) if number <= _PREAMBLE else None
                if self.columns is None:
                    self.outside.append((number, row))
                    if number > _PREAMBLE:
                        raise StatementError("headings", 1)
            elif str(self.columns.text(row, "date")).strip() and not _label(row):
                self.rows.append((number, row))
                if len(self.rows) > MAX_LINES:
                    raise StatementError("too_many_lines", most=MAX_LINES)
            elif self._has_amount(row) and not _label(row) and not _total(row):
                raise StatementError("row_incomplete", number)
            else:
                self.outside.append((number, row))

    def _has_amount(self, row: Sequence[Any]) -> bool:
        columns = self.columns
        return columns is not None and any(
            str(columns.text(row, each)).strip() for each in ("amount", "debit", "credit")
        )

    def _above(self) -> None:
        """Take account and currency from above the headings."""
        for number, row in self.outside:
            cells = [str(cell).strip() for cell in row if cell is not None and str(cell).strip()]
            label, *rest = [*_split_label(cells[0]), *cells[1:]]
            if _ACCOUNT.search(label) and rest and _NUMBER.fullmatch(rest[0].upper()):
                if self.wanted and not same_account(self.wanted, rest[0]):
                    raise StatementError("other_account", number, account=rest[0][:64])
                self.draft.account = rest[0].replace(" ", "")
            elif _CURRENCY.search(label) and rest:
                self.draft.currency, self.draft.currency_stated = rest[0].upper()[:3], True

    def _balances(self) -> None:
        """Take the balances from above the headings and below the lines."""
        for number, row in self.outside:
            cells = [cell for cell in row if cell is not None and str(cell).strip()]
            label = _label(row)
            if label:
                amount = self._balance(number, cells)
                if label == "opening":
                    self.draft.opening_minor = amount
                else:
                    self.draft.closing_minor = amount

    def _balance(self, number: int, cells: Sequence[Any]) -> int:
        last = str(cells[0]).rpartition(":")[2] if len(cells) == 1 else number_text(cells[-1])
        return written_amount(last, self.draft.currency, number, self.decimal)

    def _first_currency(self) -> str:
        assert self.columns is not None  # noqa: S101
        for _number, row in self.rows:
            named = str(self.columns.text(row, "currency")).strip().upper()
            if named:
                self.draft.currency_stated = True
                return named
        return "KGS"

    def _month_first(self) -> bool:
        """Find out from all days written 1/2/2026 which of both is the month."""
        if "month_first" in self.mapping:
            return bool(self.mapping["month_first"])
        assert self.columns is not None  # noqa: S101
        pairs = [re.match(r"(\d{1,2})/(\d{1,2})/\d{4}", str(self.columns.text(row, "date"))) for _at, row in self.rows]
        slashed = [(int(pair[1]), int(pair[2])) for pair in pairs if pair]
        if any(first > 12 for first, _second in slashed):
            return False
        if any(second > 12 for _first, second in slashed):
            return True
        if any(first != second for first, second in slashed):
            raise StatementError("day_unclear", self.rows[0][0])
        return False

    def _line(self, number: int, row: Sequence[Any], month_first: bool) -> None:
        columns, draft = self.columns, self.draft
        assert columns is not None  # noqa: S101
        if len(row) < columns.width and draft.format == CSV:
            raise StatementError("row_short", number, cells=len(row), wanted=columns.width)
        currency = str(columns.text(row, "currency")).strip().upper() or draft.currency
        if currency != draft.currency:
            draft.problems.append(StatementError("line_currency", number, entry=currency[:12], account=draft.currency))
        amount = self._amount(number, row, currency)
        booked = not _NOT_BOOKED.search(str(columns.text(row, "status")))
        balance = str(number_text(columns.text(row, "balance"))).strip()
        if balance and booked:
            self.balances.append((number, amount, written_amount(balance, currency, number, self.decimal)))
        draft.add(
            StatementLine(
                day=_day(columns.text(row, "date"), number, month_first), amount_minor=amount, currency=currency,
                reference=_cell(columns.text(row, "reference"))[:64], text=_cell(columns.text(row, "text")),
                other_name=_cell(columns.text(row, "name"))[:200],
                other_account=_cell(columns.text(row, "account"))[:64],
                number=_cell(columns.text(row, "number"))[:64], booked=booked,
            )
        )  # fmt: skip

    def _amount(self, number: int, row: Sequence[Any], currency: str) -> int:
        columns = self.columns
        assert columns is not None  # noqa: S101
        found = {each: str(number_text(columns.text(row, each))).strip() for each in ("amount", "debit", "credit")}
        amounts = {each: written_amount(text, currency, number, self.decimal) for each, text in found.items() if text}
        if "amount" in amounts:
            return amounts["amount"]
        came, went = abs(amounts.get("credit", 0)), abs(amounts.get("debit", 0))
        if bool(came) == bool(went):
            raise StatementError("row_incomplete", number)
        return came - went

    def _running(self) -> None:
        """Take opening and closing from the balance after each line, and check that each follows the last."""
        if len(self.balances) != sum(line.booked for line in self.draft.lines) or not self.balances:
            return
        newest_first = len(self.balances) > 1 and not _follow(self.balances) and _follow(self.balances[::-1])
        ordered = self.balances[::-1] if newest_first else self.balances
        if newest_first:
            self.draft.lines.reverse()
        for before, after in pairwise(ordered):
            if before[2] + after[1] != after[2]:
                computed = before[2] + after[1]
                self.draft.problems.append(
                    StatementError(
                        "running_balance", after[0], computed=computed, stated=after[2], currency=self.draft.currency
                    )
                )
                return
        _number, amount, balance = ordered[0]
        if self.draft.opening_minor is None:
            self.draft.opening_minor = balance - amount
        if self.draft.closing_minor is None:
            self.draft.closing_minor = ordered[-1][2]


def _follow(balances: Sequence[tuple[int, int, int]]) -> bool:
    return all(before[2] + after[1] == after[2] for before, after in pairwise(balances))


def _label(row: Sequence[Any]) -> str:
    """Say whether a row tells the balance before or after."""
    words = " ".join(str(cell) for cell in row[:4] if cell is not None)[:200]
    filled = sum(bool(str(cell).strip()) for cell in row if cell is not None)
    if filled > 4:
        return ""
    return "opening" if _OPENING.search(words) else "closing" if _CLOSING.search(words) else ""


def _total(row: Sequence[Any]) -> bool:
    first = next((str(cell) for cell in row if cell is not None and str(cell).strip()), "")
    return bool(re.match(r"\s*(итог|всего|оборот|total|turnover|жыйынты|баары)", first, re.I))


def _split_label(cell: str) -> list[str]:
    label, colon, rest = cell.partition(":")
    return [label, rest.strip()] if colon and rest.strip() else [label]


def _cell(value: Any) -> str:
    return squeeze(number_text(value))


def _day(value: Any, number: int, month_first: bool) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else day_of(str(value), number, month_first=month_first)
