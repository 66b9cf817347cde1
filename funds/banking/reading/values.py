"""Amounts, days and text as they stand in files. No float, and nothing unclear is guessed."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from .basics import EXPONENTS, LARGEST, StatementError

_PLAIN = re.compile(r"(\d{1,18})(?:[.,](\d{0,10}))?")
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009'’_]")
_GROUPS = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
_DAYS = (
    (re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ].*)?"), (0, 1, 2)),
    (re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d\d)(?:\s.*)?"), (2, 1, 0)),
    (re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:\s.*)?"), (2, 1, 0)),
    (re.compile(r"(\d{4})(\d\d)(\d\d)"), (0, 1, 2)),
)


def exponent_of(currency: str, line: int = 0) -> int:
    """Return how many digits the currency has behind the point."""
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise StatementError("currency", line, currency=currency[:12]) from None


def minor_of(whole: str, fraction: str, currency: str, line: int = 0) -> int:
    """Return minor units. Noughts behind the last digit of the currency are allowed, other digits are not."""
    exponent = exponent_of(currency, line)
    if fraction[exponent:].strip("0"):
        raise StatementError("amount_digits", line, amount=f"{whole[:20]}.{fraction[:12]}", currency=currency)
    minor = int(whole + fraction[:exponent].ljust(exponent, "0"))
    if minor > LARGEST:
        raise StatementError("amount_large", line, amount=whole[:20])
    return minor


def plain_amount(text: str, currency: str, line: int = 0) -> int:
    """Read an amount of a strict format: digits, one point or comma, a sign perhaps."""
    stripped = text.strip()
    sign = -1 if stripped.startswith("-") else 1
    found = _PLAIN.fullmatch(stripped.lstrip("+-") if stripped[:1] in "+-" else stripped)
    if not found or len(stripped) - len(stripped.lstrip("+-")) > 1:
        raise StatementError("amount", line, amount=text[:30])
    return sign * minor_of(found[1], found[2] or "", currency, line)


def written_amount(text: str, currency: str, line: int = 0, decimal: str = "") -> int:
    """Read an amount as tables write it: `1 250,50`, `1,250.50`, `-500`, `(500.00)`, `500-`.

    `1,250` alone may be either: refused, unless `decimal` says which sign stands before the fraction.
    """
    cleaned = _SPACES.sub("", text.replace("−", "-").replace("–", "-"))
    cleaned = re.sub(r"[A-Za-zА-Яа-я₽₸$€]+\.?$", "", cleaned)
    sign = 1
    if cleaned[:1] == "(" and cleaned[-1:] == ")":
        sign, cleaned = -1, cleaned[1:-1]
    elif cleaned[:1] in {"-", "+"}:
        sign, cleaned = (-1 if cleaned[0] == "-" else 1), cleaned[1:]
    elif cleaned[-1:] in {"-", "+"}:
        sign, cleaned = (-1 if cleaned[-1] == "-" else 1), cleaned[:-1]
    whole, fraction = _parted(cleaned, decimal or _decimal_sign(cleaned, currency, line))
    if not whole.isascii() or not whole.isdigit() or len(whole) > 18 or (fraction and not fraction.isdecimal()):
        raise StatementError("amount", line, amount=text[:30])
    return sign * minor_of(whole, fraction, currency, line)


def _parted(text: str, decimal: str) -> tuple[str, str]:
    whole, _mark, fraction = text.rpartition(decimal) if decimal and decimal in text else (text, "", "")
    grouped = _GROUPS.fullmatch(whole)
    if grouped and grouped[1] != decimal:
        whole = whole.replace(grouped[1], "")
    return whole or ("0" if fraction else ""), fraction


def _decimal_sign(text: str, currency: str, line: int) -> str:
    marks = [char for char in text if char in ".,"]
    if not marks:
        return "."
    if len(set(marks)) == 2:
        return marks[-1]
    if len(marks) > 1:
        return "." if marks[0] == "," else ","  # 1,250,000: thousands only
    behind = len(text) - text.index(marks[0]) - 1
    if behind == 3 and exponent_of(currency, line) != 3 and not text.startswith("0"):
        raise StatementError("amount_unclear", line, amount=text[:30])
    return marks[0]


def number_text(value: object) -> str:
    """Return a spreadsheet's number as its fifteen digits say it: what is kept there is binary."""
    return f"{Decimal(f'{value:.15g}'):f}" if isinstance(value, float) else str(value)


def day_of(text: str, line: int = 0, *, month_first: bool = False) -> dt.date:
    """Read a day: 2026-11-24, 24.11.2026, 24/11/2026, 20261124, with a time behind it perhaps."""
    for pattern, order in _DAYS:
        found = pattern.fullmatch(text.strip())
        if found is None:
            continue
        year, month, day = (int(found[place + 1]) for place in order)
        if month_first and "/" in text:
            month, day = day, month
        return real_day(year + 2000 if year < 100 else year, month, day, line, text)
    raise StatementError("day", line, day=text[:30])


def real_day(year: int, month: int, day: int, line: int, text: str) -> dt.date:
    """Return the day, or say that there is no such one."""
    try:
        found = dt.date(year, month, day)
    except ValueError:
        raise StatementError("day", line, day=text[:30]) from None
    if not 1990 <= found.year <= 2100:
        raise StatementError("day", line, day=text[:30])
    return found
