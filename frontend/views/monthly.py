"""So much a month for a project: promised by anyone, then started, paused, changed and stopped behind the link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from birge import clock
from birge.errors import BirgeError
from frontend.access import page_actor, page_refusals, project_visible
from frontend.deeds import refuse
from frontend.forms.monthly import MonthlyNewForm, MonthlySumForm
from frontend.presenters.facts import say
from frontend.presenters.saved_cards import project_card_part
from frontend.presenters.words import language
from frontend.views.cards import REMEMBERED
from frontend.views.pledging import contact_read
from funds.payments.providers.base import StepKind
from funds.pledges.models import MonthlyPledge
from funds.pledges.models_monthly import MonthlyStatus
from funds.pledges.services.monthly import (
    monthly_by_token,
    monthly_change,
    monthly_make,
    monthly_pause,
    monthly_resume,
    monthly_start,
)
from funds.settlement.services import monthly_card_save, monthly_card_stop, monthly_end_and_forget
from projects.works.states import ProjectStatus

SIMPLE: dict[str, Callable[..., object]] = {
    "start": monthly_start,
    "pause": monthly_pause,
    "resume": monthly_resume,
    "end": monthly_end_and_forget,
    "nocard": monthly_card_stop,
}


@never_cache
@require_http_methods(["GET", "POST"])
@page_refusals
def monthly_new(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the form; then write it down and send the link that starts it. The link is never shown here."""
    project = project_visible(request, public_id)
    if project.status != ProjectStatus.OPEN or project.custodian is None:
        messages.warning(request, _("This project does not take promises now."))
        return redirect("project", public_id=project.public_id)
    shown: dict[str, Any] = {"project": project, "title": project.title(language())}
    start = {"day": min(28, clock.today().day)}
    form = MonthlyNewForm(request.POST or None, currency=project.currency, initial=start)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            monthly_make(
                project=project,
                amount=data["amount"],
                day=data["day"],
                contact=contact_read(data["contact"]),
                country=data["country"],
                language=language(),
                terms_version=settings.TERMS_VERSION,
                idempotency=("guest:page", data["key"]),
                actor=page_actor(request),
            )
            return render(request, "money/monthly_sent.html", shown)
        except BirgeError as error:
            refuse(form, error)
    status = 422 if request.method == "POST" else 200
    return render(request, "money/monthly_new.html", shown | {"form": form}, status=status)


@require_GET
@page_refusals
def monthly_link(request: HttpRequest, token: str) -> HttpResponse:
    """Lead from the short address in a message to the page in the donor's own language."""
    with translation.override(monthly_by_token(token).language):
        return redirect(reverse("monthly", args=[token]))


@never_cache
@require_GET
@page_refusals
def monthly(request: HttpRequest, token: str) -> HttpResponse:
    """Show a monthly promise with its buttons. Looking changes nothing."""
    found = monthly_by_token(token)
    return render(request, "money/monthly.html", _page(found, token))


@never_cache
@require_POST
@page_refusals
def monthly_do(request: HttpRequest, token: str, verb: str) -> HttpResponse:
    """Start, pause, go on, change or stop it; save a card for it, or take it out again: one tap each."""
    found = monthly_by_token(token)
    if verb == "change":
        return _change(request, found, token)
    try:
        if verb == "card":
            step = monthly_card_save(token=token, agreed=request.POST.get("agreed") == "yes")
            if step.kind is StepKind.REDIRECT:
                request.session[REMEMBERED] = token
                back = reverse("monthly", args=[token])
                shown = {"url": step.url, "amount": found.amount, "back": back, "saving": True}
                return render(request, "money/card.html", shown)
            messages.success(request, _("Your card is saved."))
        elif verb in SIMPLE:
            SIMPLE[verb](token=token)
            messages.success(request, _said(verb))
        else:
            raise Http404
    except BirgeError as error:
        messages.error(request, str(error))
    return redirect("monthly", token=token)


def _change(request: HttpRequest, found: MonthlyPledge, token: str) -> HttpResponse:
    form = MonthlySumForm(request.POST, currency=found.currency)
    if form.is_valid():
        try:
            monthly_change(token=token, amount_minor=form.cleaned_data["amount"].minor, day=form.cleaned_data["day"])
            messages.success(request, _("Saved."))
            return redirect("monthly", token=token)
        except BirgeError as error:
            refuse(form, error)
    return render(request, "money/monthly.html", _page(found, token) | {"form": form}, status=422)


def _said(verb: str) -> str:
    return {
        "start": _("Thank you. It has begun."),
        "pause": _("It rests now. We ask for nothing."),
        "resume": _("It goes on."),
        "end": _("Ended. We ask for nothing more."),
        "nocard": _("Nothing is taken from your card. We have forgotten it."),
    }[verb]


def _page(found: MonthlyPledge, token: str) -> dict[str, Any]:
    lines = {
        MonthlyStatus.MADE: _("It has not begun yet."),
        MonthlyStatus.ACTIVE: _("On day %(day)s of each month we ask you for it.") % {"day": found.day},
        MonthlyStatus.PAUSED: _("It rests. We ask for nothing until you go on."),
        MonthlyStatus.ENDED: _("This promise has ended. Thank you for what you gave."),
    }
    status = MonthlyStatus(found.status)
    live = status in (MonthlyStatus.ACTIVE, MonthlyStatus.PAUSED)
    return {
        "monthly": found,
        "project": found.project,
        "title": found.project.title(language()),
        "amount": say(found.amount_minor, found.currency),
        "now_line": lines[status],
        "status": status.value,
        "live": live,
        "token": token,
        "form": MonthlySumForm(currency=found.currency, initial={"day": found.day}),
        **(project_card_part(found, token) if live else {}),
    }
