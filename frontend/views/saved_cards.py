"""Saving a card for a promise, taking it out again, and the way back from the provider's page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from birge.accounts.models import User
from birge.errors import BirgeError, NotFound
from birge.money import Money
from frontend.access import page_refusals
from frontend.presenters.money import gift_of
from frontend.views.cards import REMEMBERED
from funds.payments.models import SavedCard
from funds.payments.providers.base import StepKind
from funds.payments.providers.stripe.models_cards import CardPurpose
from funds.pledges.models import MonthlyPledge
from funds.pledges.tokens import pledge_by_token
from funds.pools.models import StandingPromise
from funds.pools.tokens import pool_gift_by_token, standing_token
from funds.settlement.services import (
    pledge_card_save,
    pledge_card_stop,
    pool_gift_pay,
    standing_card_save,
    standing_card_stop,
)


@never_cache
@require_POST
@page_refusals
def card_save(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is about to happen, with the link that leads to Stripe's page."""
    pledge = gift_of(pledge_by_token(token)).live
    try:
        step = pledge_card_save(pledge=pledge, agreed=request.POST.get("agreed") == "yes", token=token)
    except BirgeError as error:
        messages.error(request, str(error))
        return redirect("money", token=token)
    if step.kind is not StepKind.REDIRECT:
        messages.success(request, _("Your card is saved."))
        return redirect("money", token=token)
    request.session[REMEMBERED] = token
    shown = {"url": step.url, "amount": pledge.amount, "back": reverse("money", args=[token]), "saving": True}
    return render(request, "money/card.html", shown)


@require_POST
@page_refusals
def card_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Take nothing from the card, and forget it."""
    try:
        pledge_card_stop(pledge=pledge_by_token(token), token=token)
        messages.success(request, _("Nothing is taken from your card. We have forgotten it."))
    except BirgeError as error:
        messages.error(request, str(error))
    return redirect("money", token=token)


@never_cache
@require_GET
@page_refusals
def saved_return(request: HttpRequest, public_id: str, how: str) -> HttpResponse:
    """Meet who comes back from saving a card. Nothing is believed here: this is only an address."""
    card = SavedCard.objects.filter(public_id=public_id).first()
    if card is None or how not in ("saved", "back"):
        raise NotFound
    token = str(request.session.get(REMEMBERED, ""))
    page = "money"
    if card.purpose == CardPurpose.MONTHLY:
        project = MonthlyPledge.objects.filter(public_id=card.owner).exists()
        page = "monthly" if project else "pool_standing"
    with translation.override(card.language):
        shown = {"saved": how == "saved", "token": token, "page": page}
        return render(request, "money/card_saved.html", shown)


@never_cache
@require_POST
@page_refusals
def gift_by_card(request: HttpRequest, token: str) -> HttpResponse:
    """Show where the giver of a pool is about to pay, with the link that leads there."""
    gift = pool_gift_by_token(token)
    try:
        step = pool_gift_pay(gift=gift)
    except BirgeError as error:
        messages.error(request, str(error))
        return redirect("pool_gift", token=token)
    if step.kind is not StepKind.REDIRECT:
        messages.success(request, _("You have paid. We wait for the bank’s word; then it stands here."))
        return redirect("pool_gift", token=token)
    request.session[REMEMBERED] = token
    shown = {"url": step.url, "amount": gift.amount, "back": reverse("pool_gift", args=[token])}
    return render(request, "money/card.html", shown)


def monthly_card_page(
    request: HttpRequest, standing: StandingPromise, verb: str, back: str, *, actor: User | None, token: str
) -> HttpResponse:
    """Save a card for a monthly promise, agree to its new sum, or take the card out again; then lead back."""
    try:
        if verb == "nocard":
            standing_card_stop(standing=standing, actor=actor, token=token)
            messages.success(request, _("Nothing is taken from your card. We have forgotten it."))
            return redirect(back)
        agreed = request.POST.get("agreed") == "yes"
        step = standing_card_save(standing=standing, agreed=agreed, actor=actor, token=token)
    except BirgeError as error:
        messages.error(request, str(error))
        return redirect(back)
    if step is None or step.kind is not StepKind.REDIRECT:
        messages.success(request, _("Your card is saved."))
        return redirect(back)
    request.session[REMEMBERED] = standing_token(standing)
    amount = Money(standing.amount_minor, standing.pool.currency)
    return render(request, "money/card.html", {"url": step.url, "amount": amount, "back": back, "saving": True})
