"""What donors say about money that goes back or on, behind their signed link; and their receipts on paper."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from birge.errors import BirgeError, NotFound
from frontend.access import page_refusals, signed_in
from frontend.forms.returns import AccountForm, WishForm
from frontend.presenters.money import money_page
from frontend.presenters.words import language
from frontend.refusals import refuse_in_form
from funds.payments.models import Payment
from funds.pledges.tokens import pledge_by_token
from funds.pools.tokens import pool_gift_by_token
from funds.releases.models import GiftBack, Refund
from funds.settlement.papers import gift_back_receipt, gift_receipt, receipt_pdf, refund_receipt, year_of, year_pdf
from funds.settlement.services import back_account_set, move_refuse, wish_change


@require_POST
@page_refusals
def wish(request: HttpRequest, token: str) -> HttpResponse:
    """Choose what is to become of the gift if its project does not happen."""
    form = WishForm(request.POST)
    if form.is_valid():
        try:
            wish_change(token=token, choice=form.cleaned_data["choice"])
            messages.success(request, _("Saved."))
            return redirect("money", token=token)
        except BirgeError as error:
            refuse_in_form(form, error)
    context = money_page(pledge_by_token(token), token) | {"wish_form": form}
    return render(request, "money/story.html", context, status=422)


@require_POST
@page_refusals
def no_move(request: HttpRequest, token: str) -> HttpResponse:
    """Say no, in one tap: the gift comes back after all."""
    try:
        move_refuse(token=token)
        messages.success(request, _("Understood. It goes back to you."))
    except BirgeError as error:
        if isinstance(error, NotFound):
            raise
        messages.error(request, str(error))
    return redirect("money", token=token)


@require_POST
@page_refusals
def account(request: HttpRequest, token: str) -> HttpResponse:
    """Say where the money should go back to."""
    form = AccountForm(request.POST)
    if form.is_valid():
        try:
            back_account_set(token=token, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("money", token=token)
        except BirgeError as error:
            refuse_in_form(form, error)
    context = money_page(pledge_by_token(token), token) | {"account_form": form}
    return render(request, "money/story.html", context, status=422)


@never_cache
@require_GET
@page_refusals
def receipt(request: HttpRequest, token: str, public_id: str) -> HttpResponse:
    """Give the donor the receipt of their own payment, as a PDF."""
    group = pledge_by_token(token).group
    return pdf_file(receipt_pdf(gift_receipt(_payment(group, public_id), mine=True)), public_id)


@never_cache
@require_GET
@page_refusals
def back_receipt(request: HttpRequest, token: str, public_id: str) -> HttpResponse:
    """Give the donor the receipt of money that went back to them, as a PDF."""
    group = pledge_by_token(token).group
    refund = Refund.objects.filter(public_id=public_id, payment__group=group).first()
    if refund is not None:
        return pdf_file(receipt_pdf(refund_receipt(refund, mine=True)), public_id)
    back = GiftBack.objects.filter(public_id=public_id, payment__group=group).first()
    if back is None:
        raise NotFound
    return pdf_file(receipt_pdf(gift_back_receipt(back, mine=True)), public_id)


@never_cache
@require_GET
@page_refusals
def pool_receipt(request: HttpRequest, token: str, public_id: str) -> HttpResponse:
    """Give a pool's giver the receipt of their own payment, as a PDF."""
    group = pool_gift_by_token(token).public_id
    return pdf_file(receipt_pdf(gift_receipt(_payment(group, public_id), mine=True)), public_id)


@never_cache
@login_required
@require_GET
@page_refusals
def my_year(request: HttpRequest, year: int) -> HttpResponse:
    """Give a signed-in donor all their gifts of a year on paper."""
    found = year_of(signed_in(request), year)
    if not found.lines:
        raise NotFound
    return pdf_file(year_pdf(found, language()), str(year))


def pdf_file(pdf: bytes, name: str) -> HttpResponse:
    """Return a paper as a download."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="birge-receipt-{name}.pdf"'
    return response


def _payment(group: str, public_id: str) -> Payment:
    payment = Payment.objects.filter(public_id=public_id, group=group).first()
    if payment is None or not group:
        raise NotFound
    return payment
