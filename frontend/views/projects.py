"""The list of projects, one project, and questions to its village."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Case, IntegerField, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from birge.errors import BirgeError
from frontend.access import page_actor, project_visible
from frontend.forms.pledging import QuestionForm
from frontend.forms.projects import GROUPS, FilterForm
from frontend.presenters.cards import cards
from frontend.presenters.projects import project_page
from frontend.presenters.words import language
from frontend.refusals import refuse_in_form
from projects.questions.services import question_ask
from projects.works.models import Project
from projects.works.selectors import projects_public
from projects.works.states import ProjectStatus

PAGE_SIZE = 24
# Where help is wanted now stands first, then what is being built, then what is done, then the rest.
PLACE = Case(
    When(status=ProjectStatus.OPEN, then=0),
    When(status__in=GROUPS["building"], then=1),
    When(status__in=GROUPS["done"], then=2),
    default=3,
    output_field=IntegerField(),
)


@require_GET
def project_list(request: HttpRequest) -> HttpResponse:
    """List all public projects, those that raise money first, with filters that work without a script."""
    form = FilterForm(request.GET or None)
    found: QuerySet[Project] = projects_public().select_related("village__parent__parent__parent", "picture")
    if form.is_valid():
        found = form.narrow(found)
    found = found.annotate(place=PLACE).order_by("place", "-id")
    after = request.GET.get("after", "")
    last = projects_public().annotate(place=PLACE).filter(public_id=after).first() if after else None
    if last is not None:
        found = found.filter(Q(place__gt=last.place) | Q(place=last.place, id__lt=last.pk))
    listed = list(found[: PAGE_SIZE + 1])
    context = {
        "form": form,
        "cards": cards(listed[:PAGE_SIZE]),
        "cursor": last is not None,
        "next_cursor": listed[PAGE_SIZE - 1].public_id if len(listed) > PAGE_SIZE else "",
    }
    return render(request, "projects/list.html", context)


@require_GET
def project(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one project."""
    return _project(request, project_visible(request, public_id), QuestionForm())


@require_POST
def question(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask the village something, in public, with or without an account."""
    asked = project_visible(request, public_id)
    form = QuestionForm(request.POST)
    if form.is_valid():
        try:
            question_ask(
                project=asked,
                text=form.cleaned_data["text"],
                asker_name=form.cleaned_data["asker_name"],
                language=language(),
                actor=page_actor(request),
            )
            messages.success(request, _("Your question is public now. The answer will stand below it."))
            return redirect("project", public_id=asked.public_id)
        except BirgeError as error:
            refuse_in_form(form, error)
    return _project(request, asked, form, status=422)


def _project(request: HttpRequest, shown: Project, form: QuestionForm, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"page": project_page(shown), "project": shown, "question_form": form}
    return render(request, "projects/detail.html", context, status=status)
