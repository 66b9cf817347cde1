"""Paying by card: the way to the provider's page and back. What was paid is learnt from the provider alone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from birge.errors import BirgeError, NotFound
from frontend.access import origin_of, page_refusals
from frontend.presenters.money import gift_of
from funds.payments.models import PaymentKind, StripeAttempt
from funds.payments.providers.base import StepKind
from funds.pledges.tokens import pledge_by_token
from funds.settlement.services import pledge_pay

REMEMBERED = "card_token"  # in the session: the donor's link is not told to the provider


@never_cache
@require_POST
@page_refusals
def pay_by_card(request: HttpRequest, token: str) -> HttpResponse:
    """Show where the donor is about to pay, with the link that leads there: nobody is sent abroad unasked."""
    pledge = gift_of(pledge_by_token(token)).live
    try:
        step = pledge_pay(pledge=pledge, kind=PaymentKind.STRIPE, key="page", origin=origin_of(request))
    except BirgeError as error:
        messages.error(request, str(error))
        return redirect("money", token=token)
    if step.kind is not StepKind.REDIRECT:
        messages.success(request, _("You have paid. We wait for the bank’s word; then it stands here."))
        return redirect("money", token=token)
    request.session[REMEMBERED] = token
    shown = {"url": step.url, "amount": pledge.amount, "custodian": pledge.custodian, "token": token}
    return render(request, "money/card.html", shown)


@never_cache
@require_GET
@page_refusals
def card_return(request: HttpRequest, public_id: str, how: str) -> HttpResponse:
    """Meet who comes back from the provider's page. Nothing is believed here: this is only an address."""
    attempt = StripeAttempt.objects.filter(public_id=public_id).first()
    if attempt is None or how not in ("paid", "back"):
        raise NotFound
    token = str(request.session.get(REMEMBERED, ""))
    with translation.override(attempt.language):
        page = "pool_gift" if attempt.pool_ref else "money"
        return render(request, "money/card_return.html", {"paid": how == "paid", "token": token, "page": page})
