"""A payer says that they have paid and we do not see it; and the public total of money of unknown origin."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from birge.documents.models import DocumentKind, Visibility
from birge.errors import BirgeError, Conflict
from frontend.access import page_refusals
from frontend.deeds import refuse
from frontend.forms.bank import MissingForm
from frontend.presenters.missing import unknown_page
from frontend.presenters.words import language
from funds.pledges.models import Pledge
from funds.pledges.selectors import pledge_open_in_group
from funds.pledges.tokens import pledge_by_token
from funds.pools.models import PoolGift
from funds.pools.tokens import pool_gift_by_token
from funds.settlement.statements import claim_check, claim_make


@require_GET
def unknown_money(request: HttpRequest) -> HttpResponse:
    """Show the total of each custodian, and what happens to it."""
    return render(request, "public/unknown.html", unknown_page())


@never_cache
@require_http_methods(["GET", "POST"])
@page_refusals
def pledge_missing(request: HttpRequest, token: str) -> HttpResponse:
    """Tell about money for a promise."""
    pledge = pledge_by_token(token)
    live = pledge_open_in_group(pledge.group) or pledge
    return _missing(request, token, live, pledge.project.title(language()), "money")


@never_cache
@require_http_methods(["GET", "POST"])
@page_refusals
def pool_gift_missing(request: HttpRequest, token: str) -> HttpResponse:
    """Tell about money for a pool."""
    gift = pool_gift_by_token(token)
    return _missing(request, token, gift, gift.pool.name(language()), "pool_gift")


def _missing(request: HttpRequest, token: str, of: Pledge | PoolGift, title: str, back: str) -> HttpResponse:
    try:
        claim_check(of)
    except BirgeError as error:
        messages.info(request, str(error))
        return redirect(back, token=token)
    arguments = {"currency": of.currency}
    form = (
        MissingForm(request.POST, request.FILES, **arguments) if request.method == "POST" else MissingForm(**arguments)
    )
    if request.method == "POST" and form.is_valid():
        try:
            _tell(form, of)
            messages.success(request, _("Thank you. An officer looks for it and answers on this page."))
            return redirect(back, token=token)
        except Conflict as error:  # told a moment ago
            messages.info(request, str(error))
            return redirect(back, token=token)
        except BirgeError as error:
            refuse(form, error)
    context = {"form": form, "title": title, "back_name": back, "token": token}
    return render(request, "money/missing.html", context, status=422 if form.errors else 200)


def _tell(form: MissingForm, of: Pledge | PoolGift) -> None:
    custodian = of.custodian if isinstance(of, Pledge) else of.pool.custodian
    slip = form.paper_document(
        kind=DocumentKind.BANK_LINE, actor=None, organisation=custodian, visibility=Visibility.PRIVATE
    )
    data = form.cleaned_data
    if slip is not None:
        claim_make(
            of=of, paid_on=data["paid_on"], amount=data["amount"], bank=data["bank"], slip=slip, note=data["note"]
        )
