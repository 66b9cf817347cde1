"""The desk of a local council's deputies: projects that wait for a decision."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from birge.accounts.models import User
from birge.documents.models import Document, DocumentKind, Visibility
from birge.errors import NotAllowed, NotFound
from birge.organisations.selectors import council_of
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, PaperStore, deeds_page
from frontend.forms.council import AdoptForm, PublicReasonForm
from frontend.forms.parts import PaperForm
from frontend.presenters.council import council_row, councils_of, project_context, projects_before, projects_decided
from frontend.presenters.rows import page_of, rows_of
from projects.works.models import Project
from projects.works.services import project_adopt, project_decline, project_return
from projects.works.states import ProjectStatus


@require_GET
@desk_page
def council(request: HttpRequest) -> HttpResponse:
    """List what waits for the council, and what it decided before."""
    councils = list(councils_of(signed_in(request)))
    if not councils:
        raise NotAllowed(_("You hold no seat in a local council."))
    context = rows_of(projects_before(councils), council_row)
    decided = page_of(projects_decided(councils), request.GET.get("after", ""), council_row)
    return render(request, "council/list.html", {**decided, **context, "done_rows": decided["rows"]})


@desk_page
def council_project(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Show everything about a project; adopt it, give it back, or decline it."""
    project = _project(request, public_id)
    deeds = _council_deeds(project)
    return deeds_page(
        request,
        template="council/project.html",
        context=project_context(project),
        deeds=deeds,
        here=reverse("council_project", args=[public_id]),
        wanted=wanted,
        target=public_id,
    )


def _council_deeds(project: Project) -> list[Deed]:
    """Return what a council can do with a project before it."""
    waits = project.status == ProjectStatus.SUBMITTED
    return [
        Deed(
            name="adopt",
            title=_("The council adopted it"),
            text=_("With this the village’s share is promised by the council, in public."),
            button=_("Adopt"),
            form=AdoptForm,
            run=lambda doing: project_adopt(
                project=project,
                actor=doing.actor,
                resolution=doing.paper,
                number=doing.data["number"],
                date=doing.data["date"],
            ),
            thanks=_("Adopted. The village can open it now."),
            paper=_resolution_of(project),
            offered=waits,
        ),
        Deed(
            name="return",
            title=_("Something has to be changed first"),
            button=_("Give it back"),
            form=PublicReasonForm,
            run=lambda doing: project_return(project=project, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Given back to the village, with your reason."),
            danger=True,
            offered=waits,
            to=lambda _ref: reverse("council"),
        ),
        Deed(
            name="decline",
            title=_("The council does not want it"),
            button=_("Decline"),
            form=PublicReasonForm,
            run=lambda doing: project_decline(project=project, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Declined. Your reason is public."),
            danger=True,
            offered=waits,
        ),
    ]


def _project(request: HttpRequest, public_id: str) -> Project:
    """Return a project of a village of one's own council. What is still a draft is not the council's. Else 404."""
    places = councils_of(signed_in(request)).values("place")
    found = Project.objects.select_related("village__parent", "administration", "custodian", "resolution", "picture")
    project = (
        found.filter(public_id=public_id, administration__place__in=places).exclude(status=ProjectStatus.DRAFT).first()
    )
    if project is None:
        raise NotFound
    return project


def _resolution_of(project: Project) -> PaperStore:
    """Return how the council's decision is stored: public, as the council's own paper."""

    def store(form: PaperForm, actor: User) -> Document | None:
        return form.paper_document(
            kind=DocumentKind.RESOLUTION,
            actor=actor,
            organisation=council_of(project.administration),
            visibility=Visibility.PUBLIC,
        )

    return store
