"""“Where is my money”: the page behind a donor's signed link, and what a donor can do there without an account."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from birge.accounts.devices import device_of
from birge.errors import BirgeError, NotFound
from frontend.access import page_refusals
from frontend.forms.pledging import CreditForm
from frontend.presenters.money import gift_of, money_page
from frontend.refusals import refuse_in_form
from frontend.views.ledger import receipt_file
from funds.ledger.receipts import receipt_of
from funds.payments.models import Payment
from funds.pledges.services import pledge_credit_change, pledge_erase_person
from funds.pledges.tokens import Purpose, pledge_by_token, token_open
from funds.settlement.selectors import pledge_entries
from funds.settlement.services import (
    flag_object,
    payment_confirm_by_payer,
    payment_refuse_by_payer,
    pledge_pay,
    pledge_prolong,
    pledge_withdraw_and_release,
)


@require_GET
@page_refusals
def money_link(request: HttpRequest, token: str) -> HttpResponse:
    """Lead from the short address in a message to the page in the donor's own language."""
    pledge, purpose = token_open(token)
    name = "pledge_confirm" if purpose is Purpose.CONFIRM else "money"
    with translation.override(pledge.language):
        return redirect(reverse(name, args=[token]))


@never_cache
@require_GET
@page_refusals
def money(request: HttpRequest, token: str) -> HttpResponse:
    """Show the story of one promise, from the tap to the photo."""
    pledge = pledge_by_token(token)
    return render(request, "money/story.html", money_page(pledge, token))


@never_cache
@require_GET
@page_refusals
def receipt(request: HttpRequest, token: str, entry_id: uuid.UUID) -> HttpResponse:
    """Give the donor the proof of one of their own entries: it shows that it is theirs, and still names nobody."""
    pledge = pledge_by_token(token)
    mine = next((entry for entry in pledge_entries(pledge) if entry.pk == entry_id), None)
    if mine is None:
        raise NotFound
    return receipt_file(mine, receipt_of(mine, mine=True))


@require_POST
@page_refusals
def credit(request: HttpRequest, token: str) -> HttpResponse:
    """Change the words of thanks."""
    pledge = pledge_by_token(token)
    form = CreditForm(request.POST)
    if form.is_valid():
        try:
            pledge_credit_change(
                pledge=pledge, choice=form.cleaned_data["credit_choice"], line=form.cleaned_data["credit_line"]
            )
            messages.success(request, _("Saved."))
            return redirect("money", token=token)
        except BirgeError as error:
            refuse_in_form(form, error)
    context: dict[str, Any] = money_page(pledge, token) | {"credit_form": form}
    return render(request, "money/story.html", context, status=422)


@require_POST
@page_refusals
def object_to(request: HttpRequest, token: str) -> HttpResponse:
    """Take the donor's word that a decision about their promise is wrong: officers look again."""
    words = request.POST.get("words", "")
    return _do(
        request, token, lambda: flag_object(token=token, words=words), _("Thank you. Others will look at it again.")
    )


@require_POST
@page_refusals
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Take the promise back, before money came."""
    pledge = gift_of(pledge_by_token(token)).live
    return _do(
        request,
        token,
        lambda: pledge_withdraw_and_release(pledge=pledge, token=token),
        _("Your promise is taken back."),
    )


@require_POST
@page_refusals
def prolong(request: HttpRequest, token: str) -> HttpResponse:
    """Let the promise stand longer, after we asked."""
    pledge = gift_of(pledge_by_token(token)).live
    thanks = _("Thank you. Your promise stands on.")
    return _do(request, token, lambda: pledge_prolong(pledge=pledge, token=token), thanks)


@require_POST
@page_refusals
def forget(request: HttpRequest, token: str) -> HttpResponse:
    """Delete contact and credit. The link stops working with it."""
    pledge_erase_person(pledge=pledge_by_token(token))
    messages.success(request, _("Done. We have forgotten who you are."))
    return redirect("home")


@require_POST
@page_refusals
def payment_confirm_mine(request: HttpRequest, token: str, public_id: str) -> HttpResponse:
    """Take the payer's word: yes, I gave this."""
    payment = _payment_of(token, public_id)
    thanks = _("Thank you. It is in the books.")
    device = device_of(request)
    return _do(request, token, lambda: payment_confirm_by_payer(payment=payment, token=token, device=device), thanks)


@require_POST
@page_refusals
def payment_refuse_mine(request: HttpRequest, token: str, public_id: str) -> HttpResponse:
    """Take the payer's word: no, I did not give this."""
    payment = _payment_of(token, public_id)
    thanks = _("Thank you for telling us. It will not be booked.")
    return _do(request, token, lambda: payment_refuse_by_payer(payment=payment, token=token), thanks)


@require_POST
@page_refusals
def pay_with_play_money(request: HttpRequest, token: str) -> HttpResponse:
    """Pay in the demonstration. The provider exists only there."""
    pledge = gift_of(pledge_by_token(token)).live
    thanks = _("Paid with play money.")
    return _do(request, token, lambda: pledge_pay(pledge=pledge, kind="sandbox", key="page"), thanks)


def _payment_of(token: str, public_id: str) -> Payment:
    payment = Payment.objects.filter(public_id=public_id, group=pledge_by_token(token).group).first()
    if payment is None:
        raise NotFound
    return payment


def _do(request: HttpRequest, token: str, act: Callable[[], object], thanks: str) -> HttpResponse:
    try:
        act()
        messages.success(request, thanks)
    except BirgeError as error:
        messages.error(request, str(error))
    return redirect("money", token=token)
