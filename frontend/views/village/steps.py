"""The steps of a project's life that the village takes: hand in, open, start, report, complete, cancel."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from birge.organisations.permissions import Action, require
from frontend.access import desk_page, signed_in
from frontend.forms.village.opening import CancelForm, HoldersForm, SignersForm
from frontend.presenters.village.work import ending_page, opening_page
from funds.settlement.services import project_cancel_and_refund, project_open_with_money
from projects.works.models import MilestoneStatus
from projects.works.services import milestone_report, project_complete, project_start, project_submit
from projects.works.services.transitions import transition_check
from projects.works.states import OPENED, ProjectStatus

from .common import form_page, my_project, stage_at, step, tried

_S = ProjectStatus
HANDED_IN = set(_S) - {_S.DRAFT, _S.CANCELLED}
STARTED = {_S.UNDER_WAY, _S.COMPLETED, _S.CLOSED}
COMPLETED = {_S.COMPLETED, _S.CLOSED}


@require_POST
@desk_page
def submit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hand it in to the council."""
    project, actor = my_project(request, public_id), signed_in(request)
    thanks = _("Handed in. A deputy of the council reads it now.")
    return step(
        request, project, lambda: project_submit(project=project, actor=actor), reached=HANDED_IN, thanks=thanks
    )


@require_POST
@desk_page
def start(request: HttpRequest, public_id: str) -> HttpResponse:
    """Begin the work."""
    project, actor = my_project(request, public_id), signed_in(request)
    thanks = _("The work has begun. Now the money of the first stage can be asked for.")
    return step(request, project, lambda: project_start(project=project, actor=actor), reached=STARTED, thanks=thanks)


@require_POST
@desk_page
def complete(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say that all is built."""
    project, actor = my_project(request, public_id), signed_in(request)
    run = lambda: project_complete(project=project, actor=actor)  # noqa: E731 - one call, named
    return step(request, project, run, reached=COMPLETED, thanks=_("It is complete. Well done!"))


@require_POST
@desk_page
def report(request: HttpRequest, public_id: str, position: int) -> HttpResponse:
    """Say that a stage is done."""
    project = my_project(request, public_id)
    stage = stage_at(project, position)
    if stage.status == MilestoneStatus.PLANNED:
        milestone_report(milestone=stage, actor=signed_in(request))
    messages.success(request, _("Reported. The outside signatory looks at it now."))
    return redirect("village_project", public_id=project.public_id)


@require_http_methods(["GET", "POST"])
@desk_page
def open_up(request: HttpRequest, public_id: str) -> HttpResponse:
    """Name who holds the money and who signs; from then on people can promise.

    The first page is sent by GET and changes nothing; the second shows its choices again and opens the project.
    """
    project, actor = my_project(request, public_id), signed_in(request)
    if project.status in OPENED:
        messages.success(request, _("It is open: people can promise."))
        return redirect("village_project", public_id=project.public_id)
    require(actor, Action.PROJECT_OPEN, project.administration)
    chosen = HoldersForm(request.GET if "deadline" in request.GET else None)
    if not chosen.is_bound or not chosen.is_valid():
        return form_page(request, project, chosen, template="village/open.html")
    holders: dict[str, Any] = {
        "deadline": chosen.cleaned_data["deadline"],
        "custodian": chosen.custodians[chosen.cleaned_data["custodian"]],
        "signatory_organisation": chosen.associations[chosen.cleaned_data["association"]],
    }
    form = SignersForm(request.POST or None, association=holders["signatory_organisation"])
    if request.method == "POST" and form.is_valid():

        def run() -> None:
            project_open_with_money(project=project, actor=actor, **holders, **form.service_data())

        if tried(request, form, run):
            messages.success(request, _("It is open: people can promise."))
            return redirect("village_project", public_id=project.public_id)
    shown = opening_page(project, **holders)
    return form_page(request, project, form, template="village/open_signers.html", **shown)


@require_http_methods(["GET", "POST"])
@desk_page
def cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    """End it, with a reason. The page says first what becomes of the money."""
    project, actor = my_project(request, public_id), signed_in(request)
    if project.status == ProjectStatus.CANCELLED:
        messages.success(request, _("The project is cancelled."))
        return redirect("village_project", public_id=project.public_id)
    require(actor, Action.PROJECT_CANCEL_ASK, project.administration)
    transition_check(project, ProjectStatus.CANCELLED)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if tried(request, form, lambda: project_cancel_and_refund(project=project, actor=actor, reason=reason)):
            messages.success(request, _("The project is cancelled."))
            return redirect("village_project", public_id=project.public_id)
    return form_page(request, project, form, template="village/cancel.html", **ending_page(project))
