"""1C's `1CClientBankExchange` 1.03: the format of banks in this region. Text, sections, Windows or DOS letters."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from .basics import MAX_LINES, ONE_C, Draft, StatementError, StatementLine, same_account, squeeze
from .decoding import by_mark, checked, decoded, nul_check
from .values import day_of, plain_amount

_KEYWORD = "СекцияРасчСчет"
_DOCUMENT = "СекцияДокумент"
_ENDS = {_KEYWORD: "КонецРасчСчет", _DOCUMENT: "КонецДокумента"}
_HEADERS = ("ВерсияФормата", "Кодировка", "РасчСчет", _KEYWORD, _DOCUMENT)
_DECLARED = {"windows": "cp1251", "dos": "cp866"}
# Digits 6 to 8 of a Russian account of twenty digits say its currency.
_RUSSIAN = {"810": "RUB", "643": "RUB", "840": "USD", "978": "EUR", "417": "KGS", "398": "KZT", "156": "CNY"}
_CURRENCY_CODES = {**_RUSSIAN, "860": "UZS", "949": "TRY", "972": "TJS", "410": "KRW"}
HERE = "KGS"  # a file that names no currency comes from a bank in Kyrgyzstan


@dataclass(slots=True)
class _Section:
    kind: str
    line: int
    values: dict[str, str] = field(default_factory=dict)

    def first(self, *names: str) -> str:
        return next((self.values[name] for name in names if self.values.get(name)), "")


def one_c_read(data: bytes, *, currency: str = "") -> list[Draft]:
    """Return the statements of a file: one for each СекцияРасчСчет. Raises StatementError."""
    header, sections = _sections(_text(data))
    drafts = [_account(section, currency) for section in sections if section.kind == _KEYWORD]
    if not drafts:
        number = header.first("РасчСчет")
        if not number:
            raise StatementError("no_account", header.line)
        drafts = [_account(_Section(_KEYWORD, header.line, dict(header.values)), currency)]
    for section in sections:
        if section.kind == _DOCUMENT:
            _document(section, drafts)
    return drafts


def _text(data: bytes) -> str:
    """Decode by what the bytes prove, and refuse a file whose own word for its letters is wrong."""
    mark = by_mark(data)
    if mark:
        return checked(decoded(data, mark))
    nul_check(data)
    proven = [
        name
        for name in ("utf-8", "cp1251", "cp866")
        if any(f"{word}=".encode(name) in data or f"\n{word}".encode(name) in data for word in _HEADERS)
    ]
    if not proven:
        raise StatementError("encoding", 1)
    if data.count(f"\n{_DOCUMENT}".encode(proven[0])) > MAX_LINES:
        raise StatementError("too_many_lines", most=MAX_LINES)
    text = decoded(data, proven[0])
    declared = next(
        (line.partition("=")[2].strip() for line in text[:4000].splitlines() if line[:10] == "Кодировка="), ""
    )
    expected = _DECLARED.get(declared.lower())
    if proven[0] != "utf-8" and expected not in {None, proven[0]}:
        raise StatementError("encoding_declared", 1, declared=declared[:20], found=proven[0])
    return text


def _sections(text: str) -> tuple[_Section, list[_Section]]:
    lines = text.splitlines()
    header, sections, ended = _Section("", 1), [], False
    current: _Section | None = None
    for number, raw in enumerate(lines, start=1):
        line = raw.strip()
        if not line or line.lstrip("\ufeff") == "1CClientBankExchange":
            continue
        if ended:
            raise StatementError("after_end", number)
        name = line.partition("=")[0]
        if current is not None:
            current = _inside(current, line, number)
        elif name in _ENDS:
            current = _Section(name, number)
            sections.append(current)
        elif name == "КонецФайла":
            ended = True
        elif name == line:
            raise StatementError("stray_line", number, text=line[:40])
        else:
            header.values.setdefault(name, line.partition("=")[2].strip())
    if current is not None or not ended:
        raise StatementError("cut_off", len(lines))
    return header, sections


def _inside(section: _Section, line: str, number: int) -> _Section | None:
    """Take one line of a section; nothing is returned once it ends."""
    name, equals, value = line.partition("=")
    if line == _ENDS[section.kind]:
        return None
    if name in {*_ENDS, *_ENDS.values(), "КонецФайла"}:
        raise StatementError("cut_off", number)
    if equals:
        section.values[name] = value.strip()
    elif section.values:  # banks break long purposes into lines without a name
        last = next(reversed(section.values))
        section.values[last] = f"{section.values[last]} {line}"
    else:
        raise StatementError("stray_line", number, text=line[:40])
    return section


def _account(section: _Section, fallback: str) -> Draft:
    number = section.first("РасчСчет")
    if not number:
        raise StatementError("no_account", section.line)
    stated = section.first("Валюта", "ВалютаСчета", "КодВалюты").upper()
    stated = _CURRENCY_CODES.get(stated, stated)
    derived = _RUSSIAN.get(number[5:8], "") if len(number) == 20 and number.isdigit() else ""
    currency = stated or fallback or derived or HERE
    draft = Draft(ONE_C, number, currency, at_line=section.line, currency_stated=bool(stated))
    days = [section.first("ДатаНачала"), section.first("ДатаКонца")]
    draft.covers(*(day_of(day, section.line) for day in days if day))
    amounts = {
        name: plain_amount(section.values[name], currency, section.line)
        for name in ("НачальныйОстаток", "КонечныйОстаток", "ВсегоПоступило", "ВсегоСписано")
        if section.values.get(name)
    }
    draft.opening_minor, draft.closing_minor = amounts.get("НачальныйОстаток"), amounts.get("КонечныйОстаток")
    if (
        draft.closing_minor is None
        and draft.opening_minor is not None
        and {"ВсегоПоступило", "ВсегоСписано"} <= set(amounts)
    ):
        draft.closing_minor = draft.opening_minor + amounts["ВсегоПоступило"] - amounts["ВсегоСписано"]
    return draft


def _document(section: _Section, drafts: list[Draft]) -> None:
    """Put one document where it belongs: with each of our accounts that it names."""
    payer = [section.values.get(name, "") for name in ("ПлательщикСчет", "ПлательщикРасчСчет")]
    payee = [section.values.get(name, "") for name in ("ПолучательСчет", "ПолучательРасчСчет")]
    placed = False
    for number in dict.fromkeys(draft.account for draft in drafts):
        went = any(each and same_account(each, number) for each in payer)
        came = any(each and same_account(each, number) for each in payee)
        if went and came:
            raise StatementError("direction", section.line, account=number)
        if went or came:
            _line(section, [draft for draft in drafts if draft.account == number], came)
            placed = True
    if placed:
        return
    came, went = bool(section.first("ДатаПоступило")), bool(section.first("ДатаСписано"))
    if came == went or len({draft.account for draft in drafts}) > 1:
        raise StatementError("direction", section.line, account=drafts[0].account)
    _line(section, drafts, came)


def _line(section: _Section, drafts: list[Draft], came: bool) -> None:
    dated = section.first(*(("ДатаПоступило", "Дата") if came else ("ДатаСписано", "Дата")))
    if not dated or not section.first("Сумма"):
        raise StatementError("document_incomplete", section.line)
    day = day_of(dated, section.line)
    draft = _of_day(drafts, day)
    amount = plain_amount(section.first("Сумма"), draft.currency, section.line)
    if amount <= 0:
        raise StatementError("amount", section.line, amount=section.first("Сумма")[:30])
    side = "Плательщик" if came else "Получатель"
    purposes = [section.values[name] for name in section.values if name.startswith("НазначениеПлатежа")]
    draft.add(
        StatementLine(
            day=day, amount_minor=amount if came else -amount, currency=draft.currency,
            text=squeeze(purposes[0] if purposes else "") if len(purposes) < 2 else _purpose(section),
            other_name=squeeze(section.first(f"{side}1", side), most=200),
            other_account=section.first(f"{side}Счет", f"{side}РасчСчет")[:64],
            number=section.first("Номер")[:64],
        )
    )  # fmt: skip


def _purpose(section: _Section) -> str:
    """Return the whole purpose: `НазначениеПлатежа`, or where that is cut, its numbered lines."""
    whole = section.first("НазначениеПлатежа")
    names = sorted(
        (name for name in section.values if name.startswith("НазначениеПлатежа") and name[17:].isdigit()),
        key=lambda name: int(name[17:]),
    )
    numbered = " ".join(section.values[name] for name in names)
    return squeeze(numbered if len(numbered) > len(whole) else whole)


def _of_day(drafts: list[Draft], day: dt.date) -> Draft:
    """Return the part of the statement that this day belongs to: some banks write one section for each day."""
    for draft in drafts:
        if draft.first_day and draft.last_day and draft.first_day <= day <= draft.last_day:
            return draft
    return drafts[-1]
