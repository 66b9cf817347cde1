"""What a statement is once it is read, and what can be wrong with it. Nothing here knows of Django."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace

MAX_BYTES = 25 * 1024 * 1024
MAX_LINES = 50_000  # a village's custodian has some thousands in a year
MAX_TEXT = 2000
LARGEST = 10**15  # minor units, as in birge.money

ONE_C, CAMT, MT940, CSV, XLSX = "1c", "camt053", "mt940", "csv", "xlsx"
FORMATS = (ONE_C, CAMT, MT940, CSV, XLSX)
PROVEN = frozenset({ONE_C, CAMT, MT940})  # these always say what was there before and after

# ISO 4217: how many digits stand behind the point. What is not listed is not guessed.
_OTHER_EXPONENTS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF XTS",
    3: "BHD IQD JOD KWD LYD OMR TND",
}
_TWO = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP "
    "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR "
    "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN "
    "NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP "
    "SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW "
    "ATS BEF DEM FIM FRF HRK IEP NLG PTE RUR EEK LTL LVL SKK"  # of statements from before
)
EXPONENTS = {
    code: digits for digits, codes in {**_OTHER_EXPONENTS, 2: _TWO}.items() for code in codes.split()
}  # fmt: skip


class StatementError(Exception):
    """Why a statement is refused: a stable code, the line of the file where it is seen (0: the whole), the facts.

    The words for people are in `funds.banking.wording`.
    """

    def __init__(self, code: str, line: int = 0, **data: str | int) -> None:
        self.code = code
        self.line = line
        self.data = data
        super().__init__(f"{code} (line {line}) {data}")


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One booked entry. `amount_minor` is positive for what came, negative for what went."""

    day: dt.date
    amount_minor: int
    currency: str
    reference: str = ""  # the bank's own id: nothing else in the account has it
    text: str = ""
    other_name: str = ""
    other_account: str = ""
    ordinal: int = 0  # among lines of this statement that are alike in everything
    booked: bool = True
    number: str = ""  # what the payer numbered it: not unique

    @property
    def text_key(self) -> str:
        """Return the text without what formats change in it: case, spaces, signs, Kyrgyz letters, the cut end."""
        return text_key(self.text)

    @property
    def key(self) -> tuple[Hashable, ...]:
        """Return what makes it the same line in every format."""
        if self.reference:
            return ("id", self.reference, self.day, self.amount_minor)
        return ("text", self.day, self.amount_minor, self.text_key, account_key(self.other_account))

    @property
    def digest(self) -> str:
        """Return the key as it is kept: by it a line is known whose words were forgotten since."""
        return hashlib.sha256(repr(self.key).encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Statement:
    """What one file says of one account. `problems` it has with itself, `warnings` to be known."""

    format: str
    account: str
    currency: str
    opening_minor: int | None
    closing_minor: int | None
    first_day: dt.date | None
    last_day: dt.date | None
    lines: tuple[StatementLine, ...]
    problems: tuple[StatementError, ...] = ()
    currency_stated: bool = True  # False: the file does not name it
    warnings: tuple[StatementError, ...] = ()

    @property
    def booked(self) -> tuple[StatementLine, ...]:
        """Return the lines that count."""
        return tuple(line for line in self.lines if line.booked)


@dataclass(slots=True)
class Draft:
    """A statement while it is being read: one account, one pair of balances."""

    format: str
    account: str
    currency: str
    opening_minor: int | None = None
    closing_minor: int | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    lines: list[StatementLine] = field(default_factory=list)
    problems: list[StatementError] = field(default_factory=list)
    warnings: list[StatementError] = field(default_factory=list)
    at_line: int = 0
    currency_stated: bool = True

    def covers(self, *days: dt.date | None) -> None:
        """Widen the period so that these days lie in it."""
        known = [day for day in (self.first_day, self.last_day, *days) if day is not None]
        if known:
            self.first_day, self.last_day = min(known), max(known)

    def add(self, line: StatementLine) -> None:
        """Keep one more line."""
        if len(self.lines) >= MAX_LINES:
            raise StatementError("too_many_lines", most=MAX_LINES)
        self.lines.append(line)

    def balance_check(self) -> None:
        """Note it if opening and lines do not come to closing."""
        if self.opening_minor is None or self.closing_minor is None:
            if self.format in PROVEN and not any(each.code == "balance_currency" for each in self.warnings):
                self.problems.append(StatementError("balance_missing", self.at_line, account=self.account))
            return
        total = self.opening_minor + sum(line.amount_minor for line in self.lines if line.booked)
        if total != self.closing_minor:
            facts: dict[str, str | int] = {"computed": total, "stated": self.closing_minor, "currency": self.currency}
            self.problems.append(StatementError("wrong_balance", self.at_line, **facts))


def text_key(text: str) -> str:
    """Return a text without what formats change in it."""
    folded = text.casefold().translate(_FOLDED)
    return "".join(char for char in folded if char.isalnum())[:120]


_FOLDED = str.maketrans("ңөүёһғқ", "ноуехгк")
_NOT_ALNUM = re.compile(r"[\W_]+")


def account_key(number: str) -> str:
    """Return an account's number as it is compared: letters and digits only."""
    return _NOT_ALNUM.sub("", number).upper()


def same_account(one: str, other: str) -> bool:
    """Ask whether two spellings mean one account: banks put their code before it or the currency behind it."""
    if account_key(one) == account_key(other):
        return True
    return any(
        account_key(long.rpartition("/")[2]).removesuffix(currency) == account_key(short)
        for long, short in ((one, other), (other, one))
        for currency in ("", account_key(long)[-3:] if account_key(long)[-3:] in EXPONENTS else "")
    )


def squeeze(*parts: str, most: int = MAX_TEXT) -> str:
    """Join texts with single spaces, without what cannot be shown."""
    joined = " ".join(part for part in parts if part)
    return " ".join("".join(char if char.isprintable() else " " for char in joined).split())[:most]


def ordinals(lines: Iterable[StatementLine]) -> tuple[StatementLine, ...]:
    """Give twins their numbers, so that true ones are kept."""
    seen: Counter[tuple[Hashable, ...]] = Counter()
    numbered = []
    for line in lines:
        numbered.append(replace(line, ordinal=seen[line.key]) if seen[line.key] else line)
        seen[line.key] += 1
    return tuple(numbered)
