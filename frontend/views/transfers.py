"""Money between custodians for everyone: what is on its way, since when, and what arrived."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from frontend.presenters.rows import page_of
from frontend.presenters.transfers import pool_names, public_page, public_row
from funds.transfers import selectors


@require_GET
def transfers(request: HttpRequest) -> HttpResponse:
    """List what is on its way, the oldest first, and all that was decided, newest first."""
    page = page_of(selectors.transfers(), request.GET.get("after", ""), lambda transfer: transfer)
    waiting = list(selectors.on_the_way())
    names = pool_names([*page["rows"], *waiting])
    context = {
        **page,
        "rows": [public_row(each, names) for each in page["rows"]],
        "waiting": [public_row(each, names) for each in waiting],
    }
    return render(request, "transfers/list.html", context)


@require_GET
def transfer(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one transfer: both sums, all days."""
    found = selectors.transfers().filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return render(request, "transfers/detail.html", public_page(found))
