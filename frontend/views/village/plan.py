"""The plan in figures, a page each: costs, quotes, shares, stages."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from birge.documents.models import DocumentKind, Visibility
from birge.documents.services import document_store
from birge.errors import BirgeError, NotAllowed
from frontend.access import desk_page, signed_in
from frontend.forms.village.plan import (
    SharesForm,
    cost_data,
    cost_rows,
    stage_data,
    stage_refusal,
    stage_rows,
)
from frontend.forms.village.rows import Rows, with_one_more
from frontend.forms.village.suggestions import usual_lines
from frontend.forms.village.writing import QuoteForm
from frontend.presenters.village.plan import costs_minor, costs_page, quotes_page, shares_page, stages_page
from projects.works.models import Project
from projects.works.selectors import project_money_minor
from projects.works.services import budget_lines_set, milestones_set, quote_attach, shares_set
from projects.works.states import WORDS_CAN_CHANGE

from .common import form_page, my_project, still, tried


@require_http_methods(["GET", "POST"])
@desk_page
def costs(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask what is bought, line by line."""
    project = my_project(request, public_id)
    if project.status not in WORDS_CAN_CHANGE:
        return redirect("village_quotes", public_id=project.public_id)
    rows = cost_rows(project, _rows_sent(request), usual_lines(project.category))
    if request.method == "POST" and "more" not in request.POST and rows.is_valid():
        actor = signed_in(request)

        def save() -> None:
            budget_lines_set(project=project, actor=actor, lines=cost_data(project, rows))

        if _saved(rows, save):
            messages.success(request, _("Saved."))
            return redirect("village_quotes", public_id=project.public_id)
    quiet = "more" in request.POST
    shown = {"quiet": quiet, "template": "village/costs.html", **costs_page(project)}
    return form_page(request, project, rows, **shown)


@require_http_methods(["GET", "POST"])
@desk_page
def stages(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask for the stages of the work and the money tied to each."""
    project = still(my_project(request, public_id), WORDS_CAN_CHANGE)
    rows = stage_rows(project, _rows_sent(request))
    if request.method == "POST" and "more" not in request.POST and rows.is_valid():
        actor = signed_in(request)
        rows.refused = stage_refusal(project, rows, project_money_minor(project))

        def save() -> None:
            milestones_set(project=project, actor=actor, milestones=stage_data(rows))

        if not rows.refused and _saved(rows, save):
            return _back(request, project)
    quiet = "more" in request.POST
    return form_page(request, project, rows, quiet=quiet, template="village/stages.html", **stages_page(project))


def _rows_sent(request: HttpRequest) -> object:
    if request.method != "POST":
        return None
    return with_one_more(request.POST) if "more" in request.POST else request.POST


def _saved(rows: Rows, save: Callable[[], None]) -> bool:
    try:
        save()
    except NotAllowed:
        raise
    except BirgeError as error:
        rows.refuse(error)
        return False
    return True


@require_http_methods(["GET", "POST"])
@desk_page
def shares(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who brings how much. The four sums must make the costs."""
    project = still(my_project(request, public_id), WORDS_CAN_CHANGE)
    total = costs_minor(project)
    if not total:
        messages.warning(request, _("Please write the costs first: the shares are parts of them."))
        return redirect("village_costs", public_id=project.public_id)
    form = SharesForm(request.POST or None, project=project, costs_minor=total)
    if request.method == "POST" and form.is_valid():
        actor = signed_in(request)
        if tried(request, form, lambda: shares_set(project=project, actor=actor, shares=form.service_data())):
            return _back(request, project)
    return form_page(request, project, form, template="village/shares.html", **shares_page(project, form))


@require_GET
@desk_page
def quotes(request: HttpRequest, public_id: str) -> HttpResponse:
    """Every line with its quote, or without."""
    project = my_project(request, public_id)
    return form_page(request, project, None, template="village/quotes.html", **quotes_page(project))


@require_http_methods(["GET", "POST"])
@desk_page
def quote(request: HttpRequest, public_id: str, position: int) -> HttpResponse:
    """Attach the paper behind the price of one line."""
    project = my_project(request, public_id)
    line = project.budget_lines.filter(position=position).first()
    if line is None:
        raise Http404
    line.project = project
    form = QuoteForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        actor = signed_in(request)

        def keep() -> None:
            paper = document_store(
                file=form.cleaned_data["paper"],
                kind=DocumentKind.QUOTE,
                title=line.text[:160],
                actor=actor,
                organisation=project.administration,
                visibility=Visibility.PUBLIC,
            )
            quote_attach(line=line, actor=actor, document=paper)

        if tried(request, form, keep):
            messages.success(request, _("Saved."))
            return redirect("village_quotes", public_id=project.public_id)
    return form_page(
        request, project, form, heading=_("Quote for: %(line)s") % {"line": line.text}, button=_("Send it")
    )


def _back(request: HttpRequest, project: Project) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect("village_project", public_id=project.public_id)
