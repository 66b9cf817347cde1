"""Paying in: the form, the check page, then the page behind the signed link says how. Nothing is charged."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from birge.accounts.models import User
from birge.errors import BirgeError
from birge.notifications.services import Contact
from birge.organisations.models import OrganisationStatus
from frontend.access import page_actor, page_refusals
from frontend.deeds import refuse
from frontend.forms.pools.paying import PoolPayForm
from frontend.presenters.facts import say
from frontend.presenters.words import language, money_word
from funds.pools.models import Pool
from funds.pools.notices import person_contact
from funds.pools.selectors import takes_money
from funds.pools.services import gift_announce
from funds.pools.tokens import pool_gift_token

from .finding import pool_shown

SUGGESTED_SOM = (300, 500, 1000, 3000)
TYPED = "pool_gift_typed"  # in the session, until it is announced


@never_cache
@require_http_methods(["GET", "POST"])
@page_refusals
def pay(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the form; then the check page; then announce it and lead to how to pay."""
    pool = pool_shown(public_id)
    if not takes_money(pool) or pool.organisation.status != OrganisationStatus.VERIFIED:
        messages.warning(request, _("This pool takes no more money."))
        return redirect("pool", public_id=public_id)
    if request.method == "GET":
        return _shown(request, pool)
    data = request.POST.copy()
    if "suggest" in data:
        data["amount"] = str(data["suggest"])
    if "suggest" in data or data.get("step") == "change":
        form = _form(request, pool, initial=data.dict())
        form.fields["key"].initial = data.get("key") or form.fields["key"].initial
        return _form_page(request, pool, form)
    form = _form(request, pool, data)
    if not form.is_valid():
        return _form_page(request, pool, form)
    if data.get("step") == "make":
        return _make(request, pool, form)
    typed = {name: data.get(name, "") for name in form.fields}
    request.session[TYPED] = {"pool": pool.public_id, "data": typed}
    return redirect(f"{request.path}?check")


def contact_read(text: str) -> Contact | None:
    """Tell an e-mail from a phone by its @; the service checks the rest. Nothing typed is no contact."""
    text = text.strip()
    if not text:
        return None
    return Contact("email" if "@" in text else "sms", text)


def _form(request: HttpRequest, pool: Pool, *data: Any, **more: Any) -> PoolPayForm:
    actor = page_actor(request)
    known = actor is not None and person_contact(actor) is not None
    return PoolPayForm(*data, currency=pool.currency, signed_in=known, **more)


def _shown(request: HttpRequest, pool: Pool) -> HttpResponse:
    typed = request.session.get(TYPED, {})
    if "check" not in request.GET or typed.get("pool") != pool.public_id:
        return _form_page(request, pool, _form(request, pool))
    form = _form(request, pool, typed["data"])
    return _check_page(request, pool, form) if form.is_valid() else _form_page(request, pool, form)


def _make(request: HttpRequest, pool: Pool, form: PoolPayForm) -> HttpResponse:
    data = form.cleaned_data
    actor = page_actor(request)
    try:
        gift = gift_announce(
            pool=pool,
            amount=data["amount"],
            actor=actor,
            contact=contact_read(data["contact"]),
            language=language(),
            credit_line="" if data["credit_choice"] == "nobody" else data["credit_line"],
            idempotency=(f"user:{actor.public_id}" if actor else "page", data["key"]),
        )
    except BirgeError as error:
        refuse(form, error)
        return _form_page(request, pool, form)
    request.session.pop(TYPED, None)
    messages.success(request, _("Thank you! Here is how to pay."))
    return redirect("pool_gift", token=pool_gift_token(gift))


def _form_page(request: HttpRequest, pool: Pool, form: PoolPayForm) -> HttpResponse:
    suggested = SUGGESTED_SOM if pool.currency == "KGS" else ()
    context = {
        "pool": pool,
        "title": pool.name(language()),
        "form": form,
        "custodian_name": pool.custodian.name(language()),
        "suggestions": [(say(each * 100, pool.currency), str(each)) for each in suggested],
        "currency_symbol": money_word(pool.currency),
    }
    return render(request, "pools/pay.html", context, status=422 if form.errors else 200)


def _check_page(request: HttpRequest, pool: Pool, form: PoolPayForm) -> HttpResponse:
    data = form.cleaned_data
    named = data["credit_choice"] != "nobody"
    context = {
        "pool": pool,
        "title": pool.name(language()),
        "amount": data["amount"],
        "custodian_name": pool.custodian.name(language()),
        "organisation_name": pool.organisation.name(language()),
        "contact": data["contact"] or _own_contact(page_actor(request)),
        "credit_text": data["credit_line"].strip() if named else _("Nobody: only the sum and the day"),
        "carried": [(name, form.data.get(name, "")) for name in form.fields],
    }
    return render(request, "pools/pay_check.html", context)


def _own_contact(actor: User | None) -> str:
    contact = person_contact(actor) if actor is not None else None
    return contact.value if contact is not None else ""
