"""The ledger as pages: all of it, one project's, one entry. Pages are cut by key, never counted."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from frontend.access import project_visible
from frontend.presenters.ledger import Names, account_statement, entry_lines, entry_page
from frontend.presenters.projects import taken_back_lines
from frontend.presenters.words import language
from funds.ledger.balances import balances_for
from funds.ledger.explorer import account_page, entries_page
from funds.ledger.models import Account, Entry
from funds.ledger.receipts import receipt_of
from funds.settlement.selectors import project_progress

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
        {
            "label": names.account_here(row.code),
            "code": row.code,
            "url": reverse("account", args=[row.code, row.currency]),
            "minor": row.amount,
            "currency": row.currency,
        }
        for row in rows
        if row.amount and row.type != "promisor"
    ]
    taken_back = taken_back_lines(project, project_progress(project))
    context = {"project": project, "title": project.title(language()), "balances": balances, "taken_back": taken_back}
    return _page(request, purpose_ref=project.public_id, context=context)


@require_GET
def entry(request: HttpRequest, entry_id: uuid.UUID) -> HttpResponse:
    """One entry. It never changes."""
    found = Entry.objects.filter(id=entry_id).first()
    if found is None:
        raise Http404
    return render(request, "ledger/entry.html", {"entry": entry_page(found)})


@require_GET
def account(request: HttpRequest, code: str, currency: str) -> HttpResponse:
    """One account's statement, newest first, with what it held after each line."""
    found = get_object_or_404(Account, code=code, currency=currency)
    lines, next_cursor = account_page(found, after=request.GET.get("after", ""), size=PAGE_SIZE)
    shown = {**account_statement(found, lines), "next_cursor": next_cursor, "cursor": bool(request.GET.get("after"))}
    return render(request, "ledger/account.html", shown)


@require_GET
def receipt(request: HttpRequest, entry_id: uuid.UUID) -> HttpResponse:
    """Give the proof that this entry stands in the ledger, as a file. It names nobody."""
    found = get_object_or_404(Entry.objects.select_related("log_leaf"), id=entry_id)
    return receipt_file(found, receipt_of(found))


def receipt_file(entry: Entry, text: str | None) -> HttpResponse:
    """Return a receipt as a download; 404 while no checkpoint covers its entry."""
    if text is None:
        raise Http404
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="birge-receipt-{str(entry.pk)[:8]}.json"'
    return response


def _page(request: HttpRequest, *, purpose_ref: str = "", context: dict[str, object] | None = None) -> HttpResponse:
    page = entries_page(purpose_ref=purpose_ref, after=request.GET.get("after", ""), size=PAGE_SIZE)
    shown = {"entries": entry_lines(page.seen), "next_cursor": page.next_cursor, "cursor": page.after}
    return render(request, "ledger/list.html", {**(context or {}), **shown})
