"""A pool's report for its board and for everyone, over a period that one chooses; the same as a table."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from birge import clock
from frontend.access import page_refusals
from frontend.presenters.pools.ledger_lines import Period
from frontend.presenters.pools.report import default_period, months_back, report_csv, report_of, report_page
from funds.pools.models import Pool

from .finding import pool_shown


@require_GET
@page_refusals
def pool_report(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show given, matched and what others brought; where, for what, by which rule."""
    pool = pool_shown(public_id)
    period, wrong = _period(request, pool)
    if wrong:
        messages.warning(request, wrong)
    links = [
        (name, f"?from={each.first.isoformat()}&to={each.last.isoformat()}")
        for name, each in months_back(clock.today())
    ]
    context = report_page(report_of(pool, period)) | {"periods": [*links, (_("all of it"), "?")]}
    return render(request, "pools/report.html", context)


@require_GET
@page_refusals
def pool_report_csv(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give the report as a table that opens in Excel."""
    pool = pool_shown(public_id)
    period, _wrong = _period(request, pool)
    response = HttpResponse(report_csv(report_of(pool, period)), content_type="text/csv; charset=utf-8")
    name = f"birge-pool-{public_id}-{period.first.isoformat()}-{period.last.isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _period(request: HttpRequest, pool: Pool) -> tuple[Period, str]:
    """Return the period in the address, or all of it with what is wrong."""
    usual = default_period(pool, clock.today())
    first, last = request.GET.get("from", ""), request.GET.get("to", "")
    if not first and not last:
        return usual, ""
    try:
        period = Period(
            dt.date.fromisoformat(first) if first else usual.first, dt.date.fromisoformat(last) if last else usual.last
        )
    except ValueError:
        return usual, _("These are no days. Here is all of it.")
    if period.last < period.first:
        return usual, _("The last day is before the first one.")
    return period, ""
