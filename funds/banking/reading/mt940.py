"""SWIFT MT940. Strict, because the well-known parser reads a cut file silently and throws accounts together."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from .basics import MAX_LINES, MT940, Draft, StatementError, StatementLine, squeeze
from .decoding import text_of
from .values import exponent_of, plain_amount, real_day

_TAG = re.compile(r":(\d\d[A-Z]?|NS):(.*)", re.DOTALL)
_LOOKS_LIKE_TAG = re.compile(r":\w{1,3}:")
_KNOWN = {"20", "21", "25", "25P", "28", "28C", "60F", "60M", "61", "86", "62F", "62M", "64", "65", "NS", "13D"}
_ENVELOPE = re.compile(r"(?:\{[^\n]*|-\}?[^\n]*|[A-Z0-9]{1,16}|:940:|\$|\})?")
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})?(\d{1,15}(?:,\d{0,5})?)\s*")
_LINE = re.compile(
    r"(?P<day>\d{6})(?P<entry>\d{4})?(?P<mark>RC|RD|C|D)(?P<funds>[A-Z])?(?P<amount>\d{1,15},\d{0,5})"
    r"(?P<kind>[A-Z][A-Z0-9]{3})(?P<reference>.*)"
)
_NOTHING = {"NONREF", "NOREF", "EREF", "PREF", "MARF", "N", ""}
_SUBFIELD = re.compile(r"\?(\d\d)")
_SLASHED = re.compile(r"/(EREF|BENM|NAME|REMI|ISDT|CNTP|IBAN|MARF|CSID|TRCD|ORDP|BIC|ADDR|PREF|RTRN|ORCR|ID|PURP)/")
_FULL = 65  # a line as long as SWIFT allows breaks words


@dataclass(slots=True)
class _Field:
    tag: str
    lines: list[str]
    at: int


def mt940_read(data: bytes) -> list[Draft]:
    """Return the statements of a file. Raises StatementError."""
    if data.count(b"\n:61:") > MAX_LINES:
        raise StatementError("too_many_lines", most=MAX_LINES)
    drafts: list[Draft] = []
    message: list[_Field] = []
    for field in _fields(text_of(data)):
        if field.tag == "20" and message:
            drafts.append(_statement(message))
            message = []
        message.append(field)
    if not message:
        raise StatementError("no_statement")
    return [*drafts, _statement(message)]


def _fields(text: str) -> list[_Field]:
    """Split into fields. Outside a message only its envelope may stand."""
    fields: list[_Field] = []
    inside = False
    for number, raw in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        line = raw.strip("\x01\x03\ufeff").rstrip()
        if not inside and line.startswith("{") and ":20:" in line:
            line = line[line.index(":20:") :]
        found = _TAG.fullmatch(line)
        if found and found[1] in _KNOWN:
            if not inside and found[1] != "20":
                raise StatementError("stray_line", number, text=line[:40])
            fields.append(_Field(found[1], [found[2]], number))
            inside = True
        elif inside and line.startswith("-") and (line == "-" or line.startswith("-}")):
            inside = False
        elif inside and _LOOKS_LIKE_TAG.match(line) and line != ":940:":
            raise StatementError("tag", number, tag=line[:6])
        elif inside:
            if line != ":940:":
                fields[-1].lines.append(line)
        elif not _ENVELOPE.fullmatch(line.strip()):
            raise StatementError("stray_line", number, text=line[:40])
    return fields


def _statement(fields: list[_Field]) -> Draft:
    draft, ended = Draft(MT940, "", "", at_line=fields[0].at), False
    for place, field in enumerate(fields):
        if field.tag in {"25", "25P"}:
            draft.account = field.lines[0].strip()
        elif field.tag in {"60F", "60M"}:
            draft.opening_minor, draft.currency, _day = _balance(field, "")
        elif field.tag == "61":
            if draft.opening_minor is None or ended:
                raise StatementError("order", field.at)
            details = fields[place + 1] if place + 1 < len(fields) and fields[place + 1].tag in {"86", "NS"} else None
            draft.add(_line(field, details, draft.currency))
        elif field.tag in {"62F", "62M"}:
            closing, currency, day = _balance(field, draft.currency)
            draft.covers(day)
            ended = True
            if draft.currency and currency != draft.currency:
                facts = {"balance": currency, "account": draft.currency}
                draft.warnings.append(StatementError("balance_currency", field.at, **facts))
            else:
                draft.closing_minor = closing
    last = fields[-1].at + len(fields[-1].lines) - 1
    if draft.opening_minor is None or not ended:
        raise StatementError("cut_off", last)
    if not draft.account:
        raise StatementError("no_account", draft.at_line)
    return draft


def _balance(field: _Field, currency: str) -> tuple[int, str, dt.date]:
    found = _BALANCE.fullmatch(field.lines[0])
    if not found or not (found[3] or currency):
        raise StatementError("balance", field.at, text=field.lines[0][:40])
    named = found[3] or currency
    exponent_of(named, field.at)
    amount = plain_amount(found[4], named, field.at)
    return (amount if found[1] == "C" else -amount), named, _day(found[2], field.at)


def _day(text: str, line: int) -> dt.date:
    year = int(text[:2])
    return real_day(2000 + year if year < 90 else 1900 + year, int(text[2:4]), int(text[4:6]), line, text)


def _line(field: _Field, details: _Field | None, currency: str) -> StatementLine:
    found = _LINE.fullmatch(field.lines[0].rstrip())
    if not found:
        raise StatementError("entry", field.at, text=field.lines[0][:40])
    day = _day(found["day"], field.at)
    if found["entry"]:
        day = _booked_on(day, found["entry"], field.at)
    amount = plain_amount(found["amount"], currency, field.at)
    number, _mark, reference = found["reference"].partition("//")
    text, name, account = _told(details) if details else ("", "", "")
    supplement = squeeze(*field.lines[1:])
    return StatementLine(
        day=day, amount_minor=amount if found["mark"] in {"C", "RD"} else -amount, currency=currency,
        reference="" if reference.strip() in _NOTHING else reference.strip()[:64],
        text=text or supplement, other_name=name[:200], other_account=account[:64],
        number="" if number.strip() in _NOTHING else number.strip()[:64],
    )  # fmt: skip


def _booked_on(valued: dt.date, entry: str, line: int) -> dt.date:
    """Return the day of booking: its year is not written, so it is the one nearest to the value date."""
    days = []
    for year in (valued.year - 1, valued.year, valued.year + 1):
        try:
            days.append(dt.date(year, int(entry[:2]), int(entry[2:])))
        except ValueError:
            continue
    if not days:
        raise StatementError("day", line, day=entry)
    return min(days, key=lambda day: abs(day - valued))


def _told(field: _Field) -> tuple[str, str, str]:
    """Return text, other side's name and account of a field 86: with `?20` parts, with `/REMI/` parts, or plain."""
    if field.tag == "NS":
        parts = [(line[:2], line[2:]) for line in field.lines]
        return squeeze(*(text for code, text in parts if code < "15")), "", ""
    whole = "".join(field.lines)
    if _SUBFIELD.search(whole[:12]):
        parts = list(zip(_SUBFIELD.findall(whole), _SUBFIELD.split(whole)[2::2], strict=True))
        purposes = [text for code, text in parts if "20" <= code <= "29" or code >= "60"]
        told = "".join(text if len(text) >= 27 else f"{text} " for text in purposes)
        name = squeeze(*(text for code, text in parts if code in {"32", "33"}))
        return squeeze(told), name, next((text for code in ("38", "31") for found, text in parts if found == code), "")
    if whole.startswith("/") and _SLASHED.match(whole):
        pieces = _SLASHED.split(whole)
        by_key: dict[str, str] = {}
        for key, text in zip(pieces[1::2], pieces[2::2], strict=True):
            by_key[key] = by_key.get(key) or text.strip("/ ")
        name, account = by_key.get("NAME", ""), by_key.get("IBAN", "")
        if by_key.get("CNTP"):
            account, _mark, rest = by_key["CNTP"].partition("/")
            name = name or next((part for part in rest.split("/")[1:] if part), "")
        return squeeze(by_key.get("REMI", "").removeprefix("USTD//"), by_key.get("EREF", "")), squeeze(name), account
    plain = "".join(line if len(line) >= _FULL else f"{line} " for line in field.lines)
    return squeeze(plain), "", ""
