"""Amounts as text and as whole numbers of a currency's smallest unit. No float touches them."""

from __future__ import annotations

import re

# Exponents of ISO 4217. The engine keeps its own list: what anyone recomputes must not need the platform.
# XTS is ISO's code for tests: whole numbers of any size.
EXPONENTS = {
    "KGS": 2, "RUB": 2, "KZT": 2, "USD": 2, "EUR": 2, "TRY": 2, "KRW": 0, "UZS": 2, "GBP": 2, "CNY": 2, "AED": 2,
    "JPY": 0, "TJS": 2, "BYN": 2, "PLN": 2, "CHF": 2, "MDL": 2, "MXN": 2, "XTS": 0,
}  # fmt: skip
MOST_DIGITS = 1000  # products of three stay below the limit of Python's str(int); far above any amount
_MOST_BITS = 3321  # of a number with so many digits
_PLAIN = re.compile(r"([0-9]+)(?:\.([0-9]+))?").fullmatch


def exponent(currency: str) -> int:
    """Return how many decimal places the currency's unit has. Raises ValueError for an unknown currency."""
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise ValueError(f"unknown currency {currency!r}") from None


def amount_parse(value: object, currency: str) -> int:
    """Return `value`, in units of the currency ("12.50", 5000), as a whole number of its smallest unit.

    Takes integers and plain decimal text: no sign, no exponent form, no spaces, no separators. Raises ValueError for
    anything else (floats too: what they hold is not what was written), and for more places than the currency has.
    """
    places = exponent(currency)
    if type(value) is int:
        if value < 0:
            raise ValueError("an amount is not negative")
        if value.bit_length() > _MOST_BITS:
            raise ValueError("too many digits")
        return value * int(10**places)
    if not isinstance(value, str):
        raise ValueError(f"an amount is text or a whole number, not {type(value).__name__}")
    found = _PLAIN(value)
    if found is None:
        raise ValueError("an amount is not negative" if _PLAIN(value[1:]) and value[0] == "-" else _not(value))
    whole, fraction = found[1], found[2] or ""
    if len(fraction) > places:
        raise ValueError(f"{value[:40]} has more decimal places than {currency} ({places})")
    if len(whole) > MOST_DIGITS:
        raise ValueError("too many digits")
    return int(whole + fraction.ljust(places, "0"))


def amount_text(value: int, scale: int) -> str:
    """Return `value`, which counts units of 10**-scale, as plain decimal text with `scale` places (0: an integer)."""
    if scale <= 0:
        return str(value * 10**-scale)
    digits = str(abs(value)).rjust(scale + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-scale]}.{digits[-scale:]}"


def _not(value: str) -> str:
    return f"not an amount: {value[:40]!r}"
