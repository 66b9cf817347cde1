"""Which currencies a form offers, what is usual where, and what sums people pick from."""

from __future__ import annotations

from django.conf import settings

from birge import clock
from birge.money import EXPONENTS, Money
from funds.pledges.exchanging import plan_worth
from funds.rates.selectors import RateMissing, rates_used_on
from funds.rates.states import HOME

EURO_AREA = (
    "AT", "BE", "BG", "CY", "DE", "EE", "ES", "FI", "FR", "GR", "HR", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PT",
    "SI", "SK",
)  # fmt: skip
CURRENCY_OF = {
    "KG": "KGS", "RU": "RUB", "KZ": "KZT", "TR": "TRY", "KR": "KRW", "US": "USD", **dict.fromkeys(EURO_AREA, "EUR"),
}  # fmt: skip
USUAL_SUMS = {  # whole units
    "KGS": (500, 1000, 3000, 5000),
    "RUB": (500, 1000, 3000, 5000),
    "KZT": (2500, 5000, 15000, 30000),
    "USD": (5, 10, 30, 50),
    "EUR": (5, 10, 30, 50),
    "TRY": (200, 500, 1500, 2500),
    "KRW": (10000, 20000, 50000, 100000),
}


def currencies_offered(plan: str) -> list[str]:
    """Return the currencies in which one can promise to such a plan today, its own first; others need a known rate."""
    known = {HOME, *rates_used_on(clock.today()).values_list("currency", flat=True)}
    others = [each for each in settings.PLEDGE_LIMITS if each in known] if plan in known else []
    return [plan, *(each for each in others if each != plan)]


def currencies_by_country(offered: list[str]) -> dict[str, str]:
    """Return the usual currency of each country, as far as it is offered."""
    return {country: currency for country, currency in CURRENCY_OF.items() if currency in offered}


def usual_sums(currency: str, plan: str, rest_minor: int) -> list[tuple[int, str]]:
    """Return usual sums to pick from, (minor units, digits), that the plan still takes (`rest_minor` of its own)."""
    found = []
    for whole in USUAL_SUMS.get(currency, ()):
        minor = whole * 10 ** EXPONENTS[currency]
        try:
            worth = plan_worth(Money(minor, currency), plan, clock.today())
        except RateMissing:
            return []
        if worth.got.minor <= rest_minor:
            found.append((minor, str(whole)))
    return found
