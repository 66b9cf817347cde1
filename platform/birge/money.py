"""Money is whole minor units and an ISO 4217 code. No float ever touches it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import total_ordering

from babel.numbers import format_decimal
from django.utils.translation import gettext as _

from birge.errors import BirgeError, InvalidInput

# Exponents of ISO 4217. Stripe's own table differs and is kept with Stripe.
EXPONENTS = {
    "KGS": 2, "RUB": 2, "KZT": 2, "USD": 2, "EUR": 2, "TRY": 2, "KRW": 0, "UZS": 2, "GBP": 2, "CNY": 2, "AED": 2,
    "JPY": 0, "TJS": 2, "BYN": 2, "PLN": 2, "CHF": 2, "XTS": 0,
}  # fmt: skip
SYMBOLS = {"KGS": "сом", "RUB": "₽", "KZT": "₸", "USD": "$", "EUR": "€", "TRY": "₺", "KRW": "₩", "GBP": "£"}
LARGEST = 10**15  # minor units; far above any village, far below a 64-bit integer
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009'’_]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


class CurrencyMismatch(BirgeError, ValueError):
    """Two currencies were about to be added or compared. That is always a mistake of ours."""

    code = "currency_mismatch"


@total_ordering
@dataclass(frozen=True)
class Money:
    """An amount in whole minor units (tyiyn, kopeck, cent) of one currency."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse what is not an integer, and currencies whose exponent is not known."""
        if type(self.minor) is not int:
            raise TypeError("minor units are a plain int")
        if self.currency not in EXPONENTS:
            raise ValueError(f"unknown currency {self.currency!r}")

    def __add__(self, other: Money) -> Money:
        """Add; raises CurrencyMismatch."""
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        """Subtract; raises CurrencyMismatch."""
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        """Turn the sign."""
        return Money(-self.minor, self.currency)

    def __bool__(self) -> bool:
        """Say whether it is not nothing."""
        return self.minor != 0

    def __lt__(self, other: Money) -> bool:
        """Compare; raises CurrencyMismatch."""
        return self.minor < self._same(other)

    def _same(self, other: Money) -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")
        return other.minor


def parse_amount(text: str, currency: str) -> Money:
    """Read an amount as people type it: `12 500`, `12500,50`, `12.500,50` is refused as unclear.

    Raises InvalidInput (code `amount`, field `amount`).
    """
    cleaned = _SPACES.sub("", text.strip())
    exponent = EXPONENTS[currency]
    if not _NUMBER.fullmatch(cleaned):
        raise InvalidInput(_("Please write the sum in digits, for example 1500."), code="amount", field="amount")
    whole, _mark, fraction = cleaned.replace(",", ".").partition(".")
    if len(fraction) > exponent:
        if len(fraction) == 3:
            message = _("Please write the sum without dots or commas between thousands, for example 1500.")
        else:
            message = _("There are too many digits behind the point.")
        raise InvalidInput(message, code="amount", field="amount")
    # Beyond some thousands of digits Python itself refuses to read a number.
    minor = int(whole) * 10**exponent + int(fraction.ljust(exponent, "0") or 0) if len(whole) < 40 else LARGEST + 1
    if minor > LARGEST:
        raise InvalidInput(_("This sum is too large."), code="amount", field="amount")
    return Money(minor, currency)


def format_money(money: Money, language: str) -> str:
    """Return the amount as a reader of `language` writes it: `12 500 сом`, `1 200,50 ₽`, `$1,200.50`.

    Minor units are shown only where there are any. Thin groups are kept together by no-break spaces.
    """
    exponent = EXPONENTS[money.currency]
    value = Decimal(money.minor).scaleb(-exponent)
    fraction = "0" * exponent if exponent and money.minor % 10**exponent else ""
    pattern = "#,##0" + (f".{fraction}" if fraction else "")
    number = format_decimal(abs(value), format=pattern, locale={"ky": "ru"}.get(language, language))
    sign = "−" if money.minor < 0 else ""
    symbol = SYMBOLS.get(money.currency, money.currency)
    if language == "en":
        return f"{sign}{number} som" if money.currency == "KGS" else f"{sign}{_english(symbol)}{number}"
    return f"{sign}{number}\u00a0{symbol}".replace("\u202f", "\u00a0")


def currency_unit(currency: str, language: str) -> str:
    """Return what a reader of `language` calls one unit of the currency: `сом`, `₽`, `$`."""
    return "som" if (currency, language) == ("KGS", "en") else SYMBOLS.get(currency, currency)


def _english(symbol: str) -> str:
    return symbol if len(symbol) == 1 else f"{symbol}\u00a0"
