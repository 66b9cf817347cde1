"""The books as files that other programs read: hledger, Beancount, and a table for a spreadsheet.

All three take `entries`, pairs of (index in the log, decoded leaf), and yield text piece by piece, so that a ledger of
any length fits. Which entries, and from when to when, the caller has chosen. Amounts keep the signs they have in the
leaf, debit positive, which is also what hledger and Beancount mean by a sign.

Accounts. Each code keeps its words and gets a top category in front of it, so that codes and names are one to one:

    type                        hledger                Beancount              what it is there
    bank stripe cash sandbox    assets:<code>          Assets:<Code>          liquid (type C)
    transit                     assets:<code>          Assets:<Code>          on its way (type A)
    held unidentified reserve   liabilities:<code>     Liabilities:<Code>     owed to a purpose
    fx shortfall                equity:<code>          Equity:<Code>          what covers the rest of it
    advance spent               expenses:<code>        Expenses:<Code>        what became of money paid out
    accountable                 revenues:<code>        Income:<Code>          all that was ever paid out
    promised promisor           memo:pledge:<code>     Equity:Memo:Pledge:<Code>
    pool reserved               memo:pledge:<code>     Equity:Memo:Pledge:<Code>
    given giver                 memo:inkind:<code>     Equity:Memo:Inkind:<Code>

So two reports prove two rules of docs/money.md: `balancesheetequity` comes to nothing where assets cover what is owed,
`incomestatement` where advance + spent = accountable. Promises and work have no account type and are in neither.

Beancount wants each part of a name to begin with a capital letter or a digit. There a small letter becomes a capital
(`project-g59v` is `Project-g59v`), `0-` is put before a part that begins with a capital letter, a hyphen or `0-`, and
other digits stay as they are. Public ids have small letters and digits only, so `0-` is hardly ever seen.

Texts (group, rule, tag, ids) are written as in addresses of the web: all but ASCII letters, digits and `-._~:/` is
`%XX`, its bytes in UTF-8. No text can end a line, begin a comment or a tag, or trouble a machine without UTF-8; any
decoder of addresses gives it back.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from .books import Kind
from .codes import parse

Entries = Iterable[tuple[int, Mapping[str, Any]]]
Accounts = Iterable[tuple[str, str]]

# Digits behind the point. Else two; and none for codes in X, which ISO 4217 gives to no country: XTS, and units of work
# and things such as XAD, a day of ashar.
EXPONENTS = {"JPY": 0, "KRW": 0}
CURRENCY = re.compile("[A-Z]{3}")
FACTS = ("group", "resolves", "reverses", "rule", "commitment", "tag")  # of a leaf, as they are called there
TAGS = ("index", "id", *FACTS, "documents")
CSV_HEADER = [
    *("index", "id", "date", "kind", "book", "account", "amount", "amount_minor", "currency", "version"),
    *(*FACTS, "documents"),
]
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
# Where a spreadsheet would begin a formula: the list of OWASP, with NUL and the wide forms. Also behind anything that
# a spreadsheet set to another separator could take for the start of a cell.
FORMULA = re.compile('(?:^|(?<=[,;\t\r\n"]))(?=[=+\\-@\0\t\r\n＝＋－＠])')
HLEDGER_HEAD = """\
; The public ledger of Birge. Money in decimal units, debit positive; a % in a text begins a byte as in web addresses.
; hledger -f THIS_FILE check --strict
decimal-mark .
"""
BEANCOUNT_HEAD = """\
; The public ledger of Birge. Money in decimal units, debit positive; a % in a text begins a byte as in web addresses.
; bean-check THIS_FILE
option "title" "Birge"
option "operating_currency" "KGS"
"""


@dataclass(frozen=True)
class Top:
    """A top category: how each program calls it, and hledger's letter for the type of its accounts, if any."""

    hledger: str
    beancount: str
    letter: str = ""


LIQUID, ASSETS = Top("assets", "Assets", "C"), Top("assets", "Assets", "A")
LIABILITIES, EQUITY = Top("liabilities", "Liabilities", "L"), Top("equity", "Equity", "E")
EXPENSES, REVENUES = Top("expenses", "Expenses", "X"), Top("revenues", "Income", "R")
PLEDGES, IN_KIND = Top("memo:pledge", "Equity:Memo:Pledge"), Top("memo:inkind", "Equity:Memo:Inkind")
TOPS: dict[str, Top] = {
    **dict.fromkeys(("bank", "stripe", "cash", "sandbox"), LIQUID),
    "transit": ASSETS,
    **dict.fromkeys(("held", "unidentified", "reserve"), LIABILITIES),
    **dict.fromkeys(("fx", "shortfall"), EQUITY),
    **dict.fromkeys(("advance", "spent"), EXPENSES),
    "accountable": REVENUES,
    **dict.fromkeys(("promised", "promisor", "pool", "reserved"), PLEDGES),
    **dict.fromkeys(("given", "giver"), IN_KIND),
}


def exponent(currency: str) -> int:
    """Return how many digits stand behind the point. Raises ValueError unless it is three capital letters."""
    if not CURRENCY.fullmatch(currency):
        raise ValueError(f"no currency: {currency!r:.80}")
    return EXPONENTS.get(currency, 0 if currency.startswith("X") else 2)


def amount_text(minor: int, currency: str, mark: str = ".") -> str:
    """Write minor units as a decimal number, with all its digits behind `mark` and nothing between thousands."""
    places = exponent(currency)
    digits = str(abs(minor)).rjust(places + 1, "0")
    text = f"{digits[:-places]}{mark}{digits[-places:]}" if places else digits
    return f"-{text}" if minor < 0 else text


def hledger_account(code: str) -> str:
    """Return what an account is called in hledger. Raises ValueError for a code that is none."""
    return f"{TOPS[parse(code).type].hledger}:{code}"


def beancount_account(code: str) -> str:
    """Return what an account is called in Beancount. Raises ValueError for a code that is none."""
    return ":".join([TOPS[parse(code).type].beancount, *map(_capital, code.split(":"))])


def hledger_journal(entries: Entries, accounts: Accounts = ()) -> Iterator[str]:
    """Yield a journal that `hledger check --strict payees` takes without a word, in ASCII.

    `accounts` are (code, currency), declared at the top in the order given. One that turns up later, because it came
    into being meanwhile, is declared before its first use. The description of a transaction is the kind of the entry.
    Raises ValueError at an entry whose date, currency or account is none, for it could become anything in the file.
    """
    payees = dict.fromkeys(_plain(kind) for kind in Kind)
    declared: set[str] = set()
    yield HLEDGER_HEAD
    yield "".join(f"tag {name}\n" for name in (*TAGS, "version"))
    yield "".join(f"payee {payee}\n" for payee in payees)
    yield from _declarations(accounts, declared, _hledger_account_line, _hledger_commodity)
    for index, entry in entries:
        yield from _declarations(_accounts_of(entry), declared, _hledger_account_line, _hledger_commodity)
        payee = _plain(entry["kind"])
        if payee not in payees:
            payees[payee] = None
            yield f"payee {payee}\n"
        yield _hledger_transaction(index, entry)


def beancount_file(entries: Entries, accounts: Accounts = (), opened: date = date(2000, 1, 1)) -> Iterator[str]:
    """Yield a file that `bean-check` takes without a word, in ASCII.

    `accounts` as for hledger. All are opened on the day `opened`, which must not be after the first entry. The
    narration of a transaction is the kind of the entry; the rest is metadata, always as text. Raises ValueError as for
    hledger.
    """
    declared: set[str] = set()

    def opening(code: str) -> str:
        return f"{opened.isoformat()} open {beancount_account(code)}\n"

    def commodity(currency: str) -> str:
        exponent(currency)  # refuses what is no currency
        return f"{opened.isoformat()} commodity {currency}\n"

    yield BEANCOUNT_HEAD
    yield from _declarations(accounts, declared, opening, commodity)
    for index, entry in entries:
        yield from _declarations(_accounts_of(entry), declared, opening, commodity)
        yield _beancount_transaction(index, entry)


def csv_rows(entries: Entries, mark: str = ",") -> Iterator[list[str]]:
    """Yield the cells below `CSV_HEADER`, a row for each posting; `mark` is the decimal mark of `amount`.

    Programs had better read `amount_minor`, whole minor units. Texts are as in the leaf, but get an apostrophe where a
    spreadsheet would begin a formula; numbers stay numbers. `documents` are SHA-256, blanks between.
    """
    for index, entry in entries:
        day, kind, book = _day(entry), _cell(entry["kind"]), _cell(entry["book"])
        facts = [_cell(entry.get(name, "")) for name in FACTS]
        documents = _cell(" ".join(each["sha256"] for each in entry["documents"]))
        for posting in entry["postings"]:
            minor, currency = posting["amount"], posting["currency"]
            yield [
                *(str(index), _cell(entry["id"]), day, kind, book, _cell(posting["account"])),
                *(amount_text(minor, currency, mark), str(minor), currency, str(posting.get("version", ""))),
                *(*facts, documents),
            ]


def csv_text(entries: Entries, delimiter: str = ";", mark: str = ",") -> Iterator[str]:
    """Yield the table with its header as one opens it with a double click: to be encoded as UTF-8.

    As it stands it is for Excel on an official's computer, set to Russian or Kyrgyz: that takes a file for UTF-8 only
    if it begins with a byte order mark, wants semicolons between cells (`sep=` in the first line would make it forget
    the mark), and a comma in decimals: it would read `12.05` as the twelfth of May. For another setting or a program
    give `delimiter` and `mark`; Python reads it as `utf-8-sig`. Lines end with CR LF as in RFC 4180.
    """
    writer = csv.writer(_Line(), delimiter=delimiter)
    yield BYTE_ORDER_MARK + writer.writerow(CSV_HEADER)
    for row in csv_rows(entries, mark):
        yield writer.writerow(row)


class _Line:
    """A file that gives each line back to who writes it."""

    def write(self, text: str) -> str:
        return text


def _cell(text: str) -> str:
    return FORMULA.sub("'", text)


def _plain(text: str) -> str:
    return quote(text, safe=":/")


def _day(entry: Mapping[str, Any]) -> str:
    return date.fromisoformat(entry["date"]).isoformat()


def _capital(part: str) -> str:
    if part[0].islower():
        return part[0].upper() + part[1:]
    return f"0-{part}" if part[0].isupper() or part.startswith(("-", "0-")) else part


def _accounts_of(entry: Mapping[str, Any]) -> Accounts:
    return ((posting["account"], posting["currency"]) for posting in entry["postings"])


def _declarations(
    accounts: Accounts, declared: set[str], account: Callable[[str], str], commodity: Callable[[str], str]
) -> Iterator[str]:
    """Yield a line for each account and currency not yet in `declared`; no code looks like a currency."""
    for code, currency in accounts:
        if currency not in declared:
            declared.add(currency)
            yield commodity(currency)
        if code not in declared:
            declared.add(code)
            yield account(code)


def _hledger_account_line(code: str) -> str:
    letter = TOPS[parse(code).type].letter
    return f"account {hledger_account(code)}" + (f"  ; type: {letter}\n" if letter else "\n")


def _hledger_commodity(currency: str) -> str:
    # The point says what the decimal mark is, even where no digit follows it.
    return f"commodity 1000.{'0' * exponent(currency)} {currency}\n"


def _facts(index: int, entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what stands beside the postings, by the names in TAGS, with nothing in it that could break a line."""
    yield "index", str(index)
    for name in ("id", *FACTS):
        if entry.get(name):
            yield name, _plain(entry[name])
    if entry["documents"]:
        yield "documents", " ".join(_plain(each["sha256"]) for each in entry["documents"])


def _hledger_transaction(index: int, entry: Mapping[str, Any]) -> str:
    lines = ["", f"{_day(entry)} * {_plain(entry['kind'])}"]
    lines += [f"    ; {name}:{text}" for name, text in _facts(index, entry)]
    for posting in entry["postings"]:
        amount, currency = amount_text(posting["amount"], posting["currency"]), posting["currency"]
        version = f"  ; version:{posting['version']}" if "version" in posting else ""
        lines.append(f"    {hledger_account(posting['account'])}  {amount} {currency}{version}")
    return "\n".join([*lines, ""])


def _beancount_transaction(index: int, entry: Mapping[str, Any]) -> str:
    lines = ["", f'{_day(entry)} * "{_plain(entry["kind"])}"']
    lines += [f'  {name}: "{text}"' for name, text in _facts(index, entry)]
    for posting in entry["postings"]:
        amount, currency = amount_text(posting["amount"], posting["currency"]), posting["currency"]
        lines.append(f"  {beancount_account(posting['account'])}  {amount} {currency}")
        if "version" in posting:
            lines.append(f'    version: "{posting["version"]}"')
    return "\n".join([*lines, ""])
