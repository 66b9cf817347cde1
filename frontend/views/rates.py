"""Exchange rates for everyone: the newest of each currency, and those before it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from frontend.presenters.rates import history_page, rates_page
from funds.rates.services import KEPT


@require_GET
def rates(request: HttpRequest) -> HttpResponse:
    """List what each currency costs, as who says it, since when."""
    return render(request, "rates/list.html", rates_page())


@require_GET
def rate_history(request: HttpRequest, currency: str) -> HttpResponse:
    """List the rates of one currency, newest first."""
    if currency not in KEPT:
        raise Http404
    return render(request, "rates/history.html", history_page(currency, request.GET.get("after", "")))
