"""So much a month: started when signed in; paused, changed and ended in one tap, signed in or by the signed link."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from birge.accounts.models import User
from birge.errors import BirgeError, Conflict
from frontend.access import page_refusals, signed_in
from frontend.deeds import refuse
from frontend.forms.pools.paying import MonthlyForm
from frontend.presenters.pools.gifts import standing_page
from frontend.presenters.words import language
from frontend.views.saved_cards import monthly_card_page
from funds.pools.models import Pool, StandingPromise
from funds.pools.selectors import standing_of
from funds.pools.services import standing_change, standing_end, standing_pause, standing_resume, standing_start
from funds.pools.tokens import standing_by_token

from .finding import pool_shown

CARD_VERBS = frozenset({"card", "nocard"})
VERBS = frozenset({"start", "pause", "resume", "change", "end"}) | CARD_VERBS


@require_GET
@page_refusals
def standing_link(request: HttpRequest, token: str) -> HttpResponse:
    """Lead from the short address in a message to the page in the giver's own language."""
    with translation.override(standing_by_token(token).language):
        return redirect(reverse("pool_standing", args=[token]))


@never_cache
@require_GET
@page_refusals
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show a monthly promise to whoever holds its link."""
    found = standing_by_token(token)
    return render(request, "pools/monthly.html", standing_page(found, found.pool, by_link=token))


@never_cache
@require_POST
@page_refusals
def by_link_do(request: HttpRequest, token: str, verb: str) -> HttpResponse:
    """Pause, go on, change or end it by the link."""
    found = standing_by_token(token)
    if verb not in VERBS - {"start"}:
        raise Http404
    back = reverse("pool_standing", args=[token])
    return _do(request, verb, found.pool, found, back, actor=None, token=token)


@login_required
@never_cache
@require_GET
@page_refusals
def monthly(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one's own monthly promise, or the form to start one."""
    pool = pool_shown(public_id)
    return render(request, "pools/monthly.html", standing_page(standing_of(signed_in(request), pool), pool))


@login_required
@never_cache
@require_POST
@page_refusals
def monthly_do(request: HttpRequest, public_id: str, verb: str) -> HttpResponse:
    """Start, pause, go on, change or end one's own."""
    if verb not in VERBS:
        raise Http404
    pool, user = pool_shown(public_id), signed_in(request)
    found = standing_of(user, pool)
    back = reverse("pool_monthly", args=[public_id])
    if found is None and verb != "start":
        messages.info(request, _("You have no monthly promise here."))
        return redirect(back)
    return _do(request, verb, pool, found, back, actor=user, token="")


def _do(
    request: HttpRequest,
    verb: str,
    pool: Pool,
    found: StandingPromise | None,
    back: str,
    *,
    actor: User | None,
    token: str,
) -> HttpResponse:
    """Do it and lead back; what was typed wrongly stays on the page, with the reason beside it."""
    if verb in CARD_VERBS and found is not None:
        return monthly_card_page(request, found, verb, back, actor=actor, token=token)
    if verb not in ("start", "change"):
        simple: dict[str, tuple[Callable[..., object], str]] = {
            "pause": (standing_pause, _("It rests now. We do not remind you.")),
            "resume": (standing_resume, _("We remind you again.")),
            "end": (standing_end, _("Ended. We remind you no more.")),
        }
        act, thanks = simple[verb]
        try:
            act(standing=found, actor=actor, token=token)
            messages.success(request, thanks)
        except BirgeError as error:
            messages.error(request, str(error))
        return redirect(back)
    form = MonthlyForm(request.POST, currency=pool.currency)
    if form.is_valid():
        try:
            _keep(verb, pool, found, form, actor, token)
            messages.success(request, _("Saved. We remind you on that day."))
            return redirect(back)
        except BirgeError as error:
            refuse(form, error)
    context = standing_page(found, pool, by_link=token) | {"form": form}
    return render(request, "pools/monthly.html", context, status=422)


def _keep(
    verb: str, pool: Pool, found: StandingPromise | None, form: MonthlyForm, actor: User | None, token: str
) -> None:
    said = {"amount_minor": form.cleaned_data["amount"].minor, "day": form.cleaned_data["day"]}
    if verb == "change" and found is not None:
        standing_change(standing=found, actor=actor, token=token, **said)
        return
    if actor is None:
        raise Http404
    if found is not None and (found.amount_minor, found.day) == (said["amount_minor"], said["day"]):
        return  # a second tap
    if found is not None:
        raise Conflict(_("You have promised this pool something each month already. You can change it."))
    standing_start(pool=pool, actor=actor, language=language(), **said)
