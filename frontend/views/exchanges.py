"""What custodians have in other currencies, and what exchanges gave or took: for everyone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from frontend.presenters.custodian.exchange import exchange_row, position_row, result_text
from frontend.presenters.words import language
from funds.exchange.selectors import custodians_that_exchange, exchange_standings, exchanges_booked

MOST_SHOWN = 20


@require_GET
def exchanges(request: HttpRequest) -> HttpResponse:
    """Show custodian by custodian what is not exchanged yet, and the newest exchanges."""
    custodians = [
        {
            "name": standing.custodian.name(language()),
            "result": result_text(standing),
            "tone": "warn" if standing.result is None or standing.result.minor < 0 else "",
            "positions": [position_row(each) for each in standing.positions],
            "booked": [exchange_row(each, public=True) for each in exchanges_booked(standing.custodian)[:MOST_SHOWN]],
        }
        for standing in exchange_standings(custodians_that_exchange())
    ]
    return render(request, "rates/exchanges.html", {"custodians": custodians})
