"""The ledger as pages: all of it, one project's, one entry. Pages are cut by key, never counted."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from frontend.access import project_visible
from frontend.presenters.ledger import Names, entry_lines, entry_page
from frontend.presenters.words import language
from funds.ledger.balances import balances_for
from funds.ledger.models import Entry
from funds.ledger.selectors import entries_page

PAGE_SIZE = 50


@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    """Every entry, newest first."""
    return _page(request)


@require_GET
def project_ledger(request: HttpRequest, public_id: str) -> HttpResponse:
    """Every entry of one project, and where its accounts stand."""
    project = project_visible(request, public_id)
    rows = balances_for(purpose_ref=project.public_id)
    names = Names([row.code for row in rows])
    balances = [
        {"label": names.account_here(row.code), "code": row.code, "minor": row.amount, "currency": row.currency}
        for row in rows
        if row.amount and row.type != "promisor"
    ]
    context = {"project": project, "title": project.title(language()), "balances": balances}
    return _page(request, purpose_ref=project.public_id, context=context)


@require_GET
def entry(request: HttpRequest, entry_id: uuid.UUID) -> HttpResponse:
    """One entry. It never changes."""
    found = Entry.objects.filter(id=entry_id).first()
    if found is None:
        raise Http404
    return render(request, "ledger/entry.html", {"entry": entry_page(found)})


def _page(request: HttpRequest, *, purpose_ref: str = "", context: dict[str, object] | None = None) -> HttpResponse:
    page = entries_page(purpose_ref=purpose_ref, after=request.GET.get("after", ""), size=PAGE_SIZE)
    shown = {"entries": entry_lines(page.entries), "next_cursor": page.next_cursor, "cursor": page.after}
    return render(request, "ledger/list.html", {**(context or {}), **shown})
