"""What somebody gives to a pool, behind its signed link: how to pay, yes or no, thanks, and being forgotten."""

from __future__ import annotations

from collections.abc import Callable

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
from frontend.access import page_actor, page_refusals
from frontend.forms.pledging import CreditForm
from frontend.presenters.pools.gifts import gift_page
from frontend.presenters.words import language
from frontend.refusals import refuse_in_form
from funds.payments.models import Payment
from funds.pools.models import PoolGiver
from funds.pools.services import gift_credit_change, gift_forget, gift_withdraw
from funds.pools.tokens import pool_gift_by_token
from funds.settlement.services import pool_cash_confirm_by_payer, pool_payment_refuse_by_payer


@require_GET
@page_refusals
def gift_link(request: HttpRequest, token: str) -> HttpResponse:
    """Lead from the short address in a message to the page in the giver's own language."""
    giver = PoolGiver.objects.filter(gift=pool_gift_by_token(token)).first()
    with translation.override(giver.language if giver else language()):
        return redirect(reverse("pool_gift", args=[token]))


@never_cache
@require_GET
@page_refusals
def gift(request: HttpRequest, token: str) -> HttpResponse:
    """Show one gift to whoever holds its link."""
    return render(request, "pools/gift.html", gift_page(pool_gift_by_token(token), token))


@never_cache
@require_POST
@page_refusals
def credit(request: HttpRequest, token: str) -> HttpResponse:
    """Change the words of thanks."""
    found = pool_gift_by_token(token)
    form = CreditForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        line = "" if data["credit_choice"] == "nobody" else data["credit_line"]
        try:
            gift_credit_change(gift=found, credit_line=line, token=token)
            messages.success(request, _("Saved."))
            return redirect("pool_gift", token=token)
        except BirgeError as error:
            refuse_in_form(form, error)
    return render(request, "pools/gift.html", gift_page(found, token) | {"credit_form": form}, status=422)


@require_POST
@page_refusals
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Take back what was announced and not paid."""
    found = pool_gift_by_token(token)
    return _do(request, token, lambda: gift_withdraw(gift=found, token=token), _("Taken back. You owe nothing."))


@require_POST
@page_refusals
def forget(request: HttpRequest, token: str) -> HttpResponse:
    """Delete contact and credit. The link stops working with it."""
    gift_forget(gift=pool_gift_by_token(token), token=token)
    messages.success(request, _("Done. We have forgotten who you are."))
    return redirect("pools")


@require_POST
@page_refusals
def payment_yes(request: HttpRequest, token: str, public_id: str) -> HttpResponse:
    """Take the payer's word: yes, I gave this."""
    payment, actor = _payment_of(token, public_id), page_actor(request)
    thanks = _("Thank you. It is in the books.")

    def say_yes() -> Payment:
        return pool_cash_confirm_by_payer(payment=payment, token=token, actor=actor, device=device_of(request))

    return _do(request, token, say_yes, thanks)


@require_POST
@page_refusals
def payment_no(request: HttpRequest, token: str, public_id: str) -> HttpResponse:
    """Take the payer's word: no, I did not give this."""
    payment = _payment_of(token, public_id)
    thanks = _("Thank you for telling us. It will not be booked.")
    return _do(request, token, lambda: pool_payment_refuse_by_payer(payment=payment, token=token), thanks)


def _payment_of(token: str, public_id: str) -> Payment:
    found = Payment.objects.filter(public_id=public_id, group=pool_gift_by_token(token).public_id).first()
    if found is None:
        raise NotFound
    return found


def _do(request: HttpRequest, token: str, act: Callable[[], object], thanks: str) -> HttpResponse:
    try:
        act()
        messages.success(request, thanks)
    except BirgeError as error:
        messages.error(request, str(error))
    return redirect("pool_gift", token=token)
