"""Everything was promised, but not everything was paid: the head decides how to go on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from birge.accounts.models import User
from birge.organisations.permissions import ALLOWED, Action
from frontend.access import desk_page, signed_in
from frontend.forms.village.deciding import ExtendForm
from frontend.presenters.facts import day, say
from funds.settlement.services import Shortfall, project_extend_and_tell, project_shortfall

from .common import form_page, my_project, roles_in, tried


@require_GET
def decide_link(request: HttpRequest, public_id: str) -> HttpResponse:
    """Lead from the short address in a message to the page in the reader's own language."""
    user = request.user
    said = user.language if isinstance(user, User) else translation.get_language()
    with translation.override(said):
        return redirect(reverse("village_decide", args=[public_id]))


@require_http_methods(["GET", "POST"])
@desk_page
def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show what came and what lacks; raise longer here, or go on to giving it up."""
    project, actor = my_project(request, public_id), signed_in(request)
    short = project_shortfall(project)
    if short is None and request.method == "GET":
        messages.info(request, _("There is nothing to decide now."))
        return redirect("village_project", public_id=project.public_id)
    most = short.most_days if short is not None else 1
    form = ExtendForm(request.POST or None, most_days=most)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data

        def run() -> None:
            project_extend_and_tell(
                project=project,
                actor=actor,
                days=said["days"],
                reason=said["reason"],
                idempotency=(f"page:{actor.public_id}", said["key"]),
            )

        if tried(request, form, run):
            messages.success(request, _("There is more time now. We have written to everyone who promised or paid."))
            return redirect("village_project", public_id=project.public_id)
    needed = {str(role) for role in ALLOWED[Action.PROJECT_OPEN]}
    mine = bool(roles_in(actor, project.administration) & needed)
    return form_page(request, project, form, template="village/decide.html", mine=mine, **_facts(short))


def _facts(short: Shortfall | None) -> dict[str, Any]:
    if short is None:
        return {}
    return {
        "came": say(short.came_minor, short.currency),
        "lacks": say(short.lacks_minor, short.currency),
        "unpaid": short.unpaid,
        "cards_failed": short.cards_failed,
        "until": day(short.until),
        "can_extend": short.can_extend,
    }
