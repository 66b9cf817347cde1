"""What a local council's deputies see: the projects of their villages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.organisations.models import Organisation, OrganisationKind, OrganisationStatus
from birge.organisations.selectors import organisations_of
from projects.works.models import Project
from projects.works.states import NOT_PUBLIC, ProjectStatus

from .facts import Link, day
from .projects import project_page
from .rows import Row
from .tasks import Task
from .words import STATUS_TONE, language, place_line


def councils_of(user: User) -> QuerySet[Organisation]:
    """Return the verified councils in which this person sits."""
    return organisations_of(user).filter(kind=OrganisationKind.LOCAL_COUNCIL, status=OrganisationStatus.VERIFIED)


def projects_before(councils: Sequence[Organisation]) -> QuerySet[Project]:
    """Return the projects that wait for these councils, oldest first."""
    waiting = Project.objects.filter(
        administration__place__in=[each.place_id for each in councils], status=ProjectStatus.SUBMITTED
    )
    return waiting.select_related("village__parent__parent__parent", "administration").order_by("id")


def projects_decided(councils: Sequence[Organisation]) -> QuerySet[Project]:
    """Return what these councils decided on before."""
    places = [each.place_id for each in councils]
    decided = Project.objects.filter(administration__place__in=places).exclude(status__in=sorted(NOT_PUBLIC))
    return decided.select_related("village__parent__parent__parent", "administration")


def council_row(project: Project) -> Row:
    """Return a project as a line."""
    status = ProjectStatus(project.status)
    return Row(
        title=project.title(language()),
        text=place_line(project.village),
        url=reverse("council_project", args=[project.public_id]),
        tag=str(status.label),
        tone=STATUS_TONE[status],
    )


def project_context(project: Project) -> dict[str, Any]:
    """Return everything a deputy reads before deciding."""
    waits = project.status == ProjectStatus.SUBMITTED
    return {
        "page": project_page(project),
        "title": project.title(language()),
        "permits": project.permits,
        "note": _("Your council decides on this project.") if waits else "",
        "note_tone": "warn",
        "back": Link(reverse("council"), _("Projects before the council")),
    }


def council_tasks(user: User) -> Iterator[Task]:
    """Return each project that waits for a council in which this person sits."""
    councils = list(councils_of(user))
    if not councils:
        return
    names = {each.place_id: each.name(language()) for each in councils}
    waiting = projects_before(councils).annotate(handed_in=Max("transitions__at"))
    for project in waiting:
        yield Task(
            title=_("Decide on “%(title)s”") % {"title": project.title(language())},
            text=_("Handed in on %(day)s.") % {"day": day(project.handed_in)} if project.handed_in else "",
            url=reverse("council_project", args=[project.public_id]),
            waiting_since=project.handed_in,
            organisation_name=names.get(project.administration.place_id, ""),
        )
