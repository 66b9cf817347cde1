"""Giving: the form, the check page, the code. Every rule is in funds.pledges and funds.settlement."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from birge.errors import BirgeError
from birge.money import Money
from birge.notifications.services import Contact
from frontend.access import origin_of, page_actor, page_refusals, project_visible
from frontend.deeds import refuse
from frontend.forms.pledging import CodeForm, PledgeForm
from frontend.presenters.currencies import currencies_by_country, currencies_offered, usual_sums
from frontend.presenters.matching import offer_lines
from frontend.presenters.words import language, place_line
from frontend.refusals import refuse_in_form
from funds.pledges.contacts import contact_clean, contact_of
from funds.pledges.models import Pledge
from funds.pledges.services import amount_worth, confirmation_resend, pledge_make
from funds.pledges.similar import similar_before, similar_promise
from funds.pledges.tokens import Purpose, pledge_by_token, pledge_token
from funds.settlement.exchange_words import pledge_counts, worth_text
from funds.settlement.selectors import project_progress
from funds.settlement.services import pledge_confirm_and_match
from funds.watch.services import origin_keep
from projects.works.models import Project
from projects.works.states import ProjectStatus

TYPED = "pledge_typed"  # in the session, until the promise is made
MADE_HERE, MOST_REMEMBERED = "pledges_made", 20  # in the session: what this browser promised
ASKED_ON_CHECK = ("related", "related_words")


def contact_read(text: str) -> Contact:
    """Tell an e-mail from a phone by its @; the service checks the rest."""
    return Contact("email" if "@" in text else "sms", text.strip())


@never_cache
@require_http_methods(["GET", "POST"])
@page_refusals
def pledge(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the form; then the check page; then make the promise and send a code."""
    project = project_visible(request, public_id)
    if project.status != ProjectStatus.OPEN or project.custodian is None:
        messages.warning(request, _("This project does not take promises now."))
        return redirect("project", public_id=project.public_id)
    if request.method == "GET":
        return _shown(request, project)
    data = request.POST.copy()
    if "suggest" in data:
        data["amount"] = str(data["suggest"])
    form = PledgeForm(data, currency=project.currency)
    step = data.get("step", "")
    if "suggest" in data or step == "change":
        form = PledgeForm(initial=data.dict(), currency=project.currency)
        form.fields["key"].initial = data.get("key") or form.fields["key"].initial
        return _form_page(request, project, form)
    if not form.is_valid():
        return _form_page(request, project, form)
    if step != "make":
        # Kept apart from the address, which others may see; the back button leads to a page, not to a question.
        request.session[TYPED] = {
            "project": project.public_id,
            "data": {name: data.get(name, "") for name in form.fields},
        }
        return redirect(f"{request.path}?check")
    return _make(request, project, form)


def _shown(request: HttpRequest, project: Project) -> HttpResponse:
    """Show the empty form, or what was typed once more for a check."""
    typed = request.session.get(TYPED, {})
    if "check" not in request.GET or typed.get("project") != project.public_id:
        usual = {"country": str(typed.get("data", {}).get("country", ""))}
        return _form_page(request, project, PledgeForm(currency=project.currency, initial=usual))
    form = PledgeForm(typed["data"], currency=project.currency)
    return _check_page(request, project, form) if form.is_valid() else _form_page(request, project, form)


def _make(request: HttpRequest, project: Project, form: PledgeForm) -> HttpResponse:
    data = form.cleaned_data
    try:
        made = pledge_make(
            project=project,
            amount=data["amount"],
            contact=contact_read(data["contact"]),
            country=data["country"],
            credit_choice=data["credit_choice"],
            credit_line=data["credit_line"],
            language=language(),
            terms_version=settings.TERMS_VERSION,
            idempotency=("page", data["key"]),
            actor=page_actor(request),
            related=data["related"],
            related_words=data["related_words"],
        )
    except BirgeError as error:
        refuse(form, error)
        of_check = error.field in ASKED_ON_CHECK
        return _check_page(request, project, form) if of_check else _form_page(request, project, form)
    origin_keep(made, origin_of(request))
    request.session[MADE_HERE] = [*request.session.get(MADE_HERE, []), made.public_id][-MOST_REMEMBERED:]
    return redirect("pledge_code", token=pledge_token(made))


def _form_page(request: HttpRequest, project: Project, form: PledgeForm) -> HttpResponse:
    progress = project_progress(project)
    rest = max(0, progress.rest_minor("donors"))
    offered = currencies_offered(project.currency)
    context: dict[str, Any] = {
        "project": project,
        "title": project.title(language()),
        "form": form,
        "rest_minor": rest,
        "suggestions": usual_sums(form.counted_in, project.currency, rest),
        "currency": form.counted_in,
        "several": len(offered) > 1,
        "currencies": json.dumps(currencies_by_country(offered)),
    }
    return render(request, "pledging/form.html", context, status=422 if form.errors else 200)


def _check_page(request: HttpRequest, project: Project, form: PledgeForm) -> HttpResponse:
    amount: Money = form.cleaned_data["amount"]
    try:
        worth = amount_worth(project, amount)
        contact = contact_clean(contact_read(form.cleaned_data["contact"]), form.cleaned_data["country"])
    except BirgeError as error:
        refuse(form, error)
        return _form_page(request, project, form)
    line, named = form.cleaned_data["credit_line"].strip(), form.cleaned_data["credit_choice"] != "nobody"
    assert project.custodian is not None  # noqa: S101 - an open project has one, the database says so
    context = {
        "project": project,
        "title": project.title(language()),
        "place_line": place_line(project.village),
        "amount": amount,
        "counts": worth_text(worth),
        "offers": offer_lines(project, worth.got.minor, contact=contact, donor=page_actor(request)),
        "custodian_name": project.custodian.name(language()),
        "contact": form.cleaned_data["contact"],
        "credit_text": line if named else _("Nobody: only the sum and the day"),
        "terms_version": settings.TERMS_VERSION,
        "carried": [(name, form.data.get(name, "")) for name in form.fields if name not in ASKED_ON_CHECK],
        "form": form,
        "similar": _similar(request, project, amount, contact),
    }
    return render(request, "pledging/check.html", context, status=422 if form.errors else 200)


def _similar(request: HttpRequest, project: Project, amount: Money, contact: Contact) -> Pledge | None:
    """Return a promise like this one that was made here, or by this account, a day ago."""
    return similar_promise(
        project=project,
        amount_minor=amount.minor,
        contact=contact.value,
        donor=page_actor(request),
        known=request.session.get(MADE_HERE, []),
    )


@never_cache
@require_http_methods(["GET", "POST"])
@page_refusals
def pledge_code(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for the six digits. The token in the address lets one try codes; it proves nothing by itself."""
    made = _pledge_for(token)
    if made.status != "made":
        return redirect("money", token=pledge_token(made))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _confirmed(request, made, "code", code=form.cleaned_data["code"])
        except BirgeError as error:
            refuse_in_form(form, error)
    contact = contact_of(made)
    context = {"form": form, "token": token, "contact": contact.value if contact else ""}
    return render(request, "pledging/code.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@page_refusals
def pledge_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show one button to who opens the link in the message, so that a mail scanner confirms nothing."""
    made = pledge_by_token(token, Purpose.CONFIRM)
    if made.status != "made":
        return redirect("money", token=pledge_token(made))
    if request.method == "POST":
        try:
            return _confirmed(request, made, "link", token=token)
        except BirgeError as error:
            messages.error(request, str(error))
    context = {
        "pledge": made,
        "title": made.project.title(language()),
        "token": token,
        "counts": pledge_counts(made),
        "similar": similar_before(made),
    }
    return render(request, "pledging/confirm.html", context)


@require_POST
@page_refusals
def pledge_code_again(request: HttpRequest, token: str) -> HttpResponse:
    """Send another code."""
    made = _pledge_for(token)
    try:
        confirmation_resend(pledge=made)
        messages.success(request, _("Sent. It can take a minute."))
    except BirgeError as error:
        messages.error(request, str(error))
    return redirect("pledge_code", token=token)


def _pledge_for(token: str) -> Pledge:
    return pledge_by_token(token)


def _confirmed(request: HttpRequest, made: Pledge, how: str, *, code: str = "", token: str = "") -> HttpResponse:
    confirmed = pledge_confirm_and_match(pledge=made, how=how, code=code, token=token)
    messages.success(request, _("Thank you! Your promise stands."))
    return redirect(reverse("money", args=[pledge_token(confirmed)]))
