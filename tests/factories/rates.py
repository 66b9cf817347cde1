"""Rates of the National Bank: files as it writes them, and rates that are trusted already."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

from birge import clock
from funds.rates.models import Rate
from funds.rates.services import LoadReport, rates_load

SAMPLES = Path(__file__).parents[1] / "funds" / "rates" / "data"


def xml(day: dt.date, /, **som: str) -> bytes:
    """Return the Bank's file of a day: `USD="87,4500"`, or `JPY="10:5,6749"` for ten units."""
    parts = []
    for currency, value in som.items():
        nominal, _colon, price = value.rpartition(":")
        parts.append(
            f'<Currency ISOCode="{currency}"><Nominal>{nominal or 1}</Nominal><Value>{price}</Value></Currency>\n'
        )
    head = '<?xml version="1.0" encoding="windows-1251" ?>\n'
    root = f'<CurrencyRates Name="Ежедневные курсы" Date="{day:%d.%m.%Y}">\n'
    return (head + root + "".join(parts) + "</CurrencyRates>\n").encode("cp1251")


def load(day: dt.date, /, source: str = "nbkr", **som: str) -> LoadReport:
    """Take such a file in."""
    return rates_load(xml(day, **som), source=source)


def trusted(currency: str, som: str, day: dt.date | None = None, *, nominal: int = 1, source: str = "nbkr") -> Rate:
    """Return a rate that is trusted, whatever came before."""
    return Rate.objects.create(
        currency=currency, day=day or clock.today(), nominal=nominal, som=Decimal(som), source=source, status="trusted"
    )


def waiting(currency: str = "USD", som: str = "874,5000", *, before: str = "87,4500") -> Rate:
    """Return a rate of today, ten times too large, that waits; the one of yesterday is trusted."""
    load(clock.today() - dt.timedelta(days=1), **{currency: before})
    return load(clock.today(), **{currency: som}).waiting[0]
