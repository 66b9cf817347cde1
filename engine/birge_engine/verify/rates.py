"""Exchanges that took a payment into the currency of a plan, reckoned once more from the rates that were published.

`rates.json`: what the bank said a currency costs, and the entries that were made by it. Half goes to even, twice: the
rate to eight places, the product to a minor unit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ..journals import exponent
from .accounts import ReplayFault

PLACES = 8
FIELDS = {"currency": str, "day": str, "nominal": int, "som": str, "source": str, "entries": list}
HOME = "KGS"  # what all rates are told in
Prices = Mapping[str, Fraction]


def rates_read(text: str) -> dict[str, dict[str, Fraction]]:
    """Return for each entry that was made by rates what one unit of its currencies costs in som. Raises ValueError."""
    try:
        rows = json.loads(text)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(rows, list):
        raise ValueError("no list")
    found: dict[str, dict[str, Fraction]] = {}
    for row in rows:
        if not isinstance(row, dict) or set(row) != set(FIELDS):
            raise ValueError("a rate with other fields than a rate has")
        if any(type(row[name]) is not kind for name, kind in FIELDS.items()) or row["nominal"] <= 0:
            raise ValueError("a rate with other fields than a rate has")
        price = Fraction(row["som"]) / row["nominal"]
        if price <= 0:
            raise ValueError("a rate of nothing or less")
        for entry in row["entries"]:
            prices = found.setdefault(str(entry), {HOME: Fraction(1)})
            if prices.setdefault(row["currency"], price) != price:
                raise ValueError(f"two rates of {row['currency']:.3} for the entry {entry!r:.40}")
    return found


def rate_check(leaf: Mapping[str, Any], prices: Prices) -> None:
    """Raise ReplayFault unless what was held in one currency became what its rate makes of it in the other one."""
    held = [each for each in leaf["postings"] if each["account"].startswith("held:")]
    came = [each for each in held if each["amount"] > 0]
    became = [each for each in held if each["amount"] < 0]
    if len(came) != 1 or len(became) != 1:
        raise ReplayFault("a rate was published for it, but it takes no payment into the currency of a plan")
    own, plan = came[0]["currency"], became[0]["currency"]
    if own not in prices or plan not in prices:
        raise ReplayFault(f"no rate was published between {own} and {plan}")
    rate = Fraction(round(prices[own] / prices[plan] * 10**PLACES), 10**PLACES)
    worth = round(came[0]["amount"] * rate * Fraction(10) ** (exponent(plan) - exponent(own)))
    if worth != -became[0]["amount"]:
        raise ReplayFault(
            f"by the rate that was published it is {worth} {plan}, not {-became[0]['amount']} (minor units)"
        )
