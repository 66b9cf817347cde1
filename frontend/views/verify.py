"""Where a reader's own browser checks a receipt. The server only sends the page: it never sees the file."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from birge.i18n.dates import day_text
from birge.money import EXPONENTS, Money, format_money
from frontend.presenters.words import language
from funds.ledger.kinds import EntryKind

MODULES = ["bytes", "sha256", "merkle", "note", "leaf", "receipt"]


@require_GET
def verify(request: HttpRequest) -> HttpResponse:
    """Show the page that checks a receipt file."""
    return render(request, "ledger/verify.html", {"formats": formats(language()), "modules": MODULES})


def formats(said: str) -> dict[str, Any]:
    """Return how money, numbers, days and kinds are written in this language.

    Browsers cannot be asked: many know no Kyrgyz. So the page gets what our own functions write, with gaps to fill.
    """
    marks = re.search(r"1(\D)234(\D)56", format_money(Money(1234_56, "EUR"), said))
    if marks is None:
        raise ValueError(f"no marks between digits in {said}")
    return {
        "group": marks[1],
        "decimal": marks[2],
        "months": [_with_gaps(dt.date(1987, month, 22), said) for month in range(1, 13)],
        "currencies": {
            code: {"exponent": exponent, "text": format_money(Money(0, code), said).replace("0", "{number}")}
            for code, exponent in EXPONENTS.items()
        },
        "kinds": {kind.value: str(kind.label) for kind in EntryKind},
    }


def _with_gaps(day: dt.date, said: str) -> str:
    return day_text(day, said).replace("1987", "{year}").replace("22", "{day}")
