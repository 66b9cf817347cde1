"""A receipt for cash, for whoever holds it: the page where it is checked, as a PDF, and as a picture to send on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from frontend.access import page_refusals
from frontend.presenters.cash import receipt_page
from frontend.presenters.words import language
from funds.cash.papers import receipt_pdf, receipt_png
from funds.settlement.cash_facts import receipt_facts


@require_GET
def receipt_link(request: HttpRequest, public_id: str) -> HttpResponse:
    """Lead from the short address in the code to the page in the reader's language."""
    return redirect("cash_receipt", public_id=public_id)


@never_cache
@require_GET
@page_refusals
def receipt(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show number, sum, day, purpose and custodian, and whether it is confirmed and banked. No names."""
    return render(request, "cash/receipt.html", receipt_page(receipt_facts(public_id)))


@require_GET
@page_refusals
def receipt_as_pdf(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give it as a PDF, in the reader's language."""
    made = HttpResponse(receipt_pdf(receipt_facts(public_id), language()), content_type="application/pdf")
    return _named(made, public_id, "pdf", "attachment")


@require_GET
@page_refusals
def receipt_as_picture(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give it as a picture that can be sent on, in the reader's language."""
    made = HttpResponse(receipt_png(receipt_facts(public_id), language()), content_type="image/png")
    return _named(made, public_id, "png", "inline")


def _named(response: HttpResponse, public_id: str, ending: str, how: str) -> HttpResponse:
    response["Content-Disposition"] = f'{how}; filename="birge-cash-{public_id}.{ending}"'
    response["Cache-Control"] = "no-store"  # it says how things stand today
    return response
