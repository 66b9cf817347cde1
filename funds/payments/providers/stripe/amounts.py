"""Stripe's own table of exponents. It is kept apart from ISO's: the two disagree, and either may change alone."""

from __future__ import annotations

from birge.errors import InvalidInput
from birge.money import EXPONENTS, Money

# https://docs.stripe.com/currencies: what is charged without decimals, and with three of which the last is zero.
# All others have two: also ISK and UGX, which ISO counts without.
ZERO_DECIMAL = frozenset({
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
})  # fmt: skip
THREE_DECIMAL = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


def stripe_exponent(currency: str) -> int:
    """Return how many decimals Stripe counts in this currency."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def to_stripe(money: Money) -> int:
    """Return the amount in Stripe's smallest unit. Raises InvalidInput (`amount`) for what it cannot express."""
    ours, theirs = EXPONENTS[money.currency], stripe_exponent(money.currency)
    whole, rest = _scaled(money.minor, ours, theirs)
    if rest:
        raise InvalidInput(f"Stripe counts {money.currency} with {theirs} decimals.", field="amount")
    return whole


def from_stripe(amount: int, currency: str) -> Money:
    """Return Stripe's amount as money of ours. Raises ValueError for what our unit cannot express."""
    code = currency.upper()
    ours, theirs = EXPONENTS[code], stripe_exponent(code)
    whole, rest = _scaled(amount, theirs, ours)
    if rest:
        raise ValueError(f"{amount} of Stripe's {code} is no whole number of our units")
    return Money(whole, code)


def _scaled(amount: int, decimals: int, wanted: int) -> tuple[int, int]:
    """Return an amount counted with `decimals` as counted with `wanted`, and what of it is too small for that."""
    if wanted >= decimals:
        return amount * int(10 ** (wanted - decimals)), 0
    return divmod(amount, int(10 ** (decimals - wanted)))
