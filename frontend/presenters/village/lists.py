"""The list of an administration's projects, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.organisations.models import Organisation, OrganisationStatus
from birge.organisations.selectors import offices_of
from frontend.presenters.facts import say
from frontend.presenters.words import STATUS_TONE, language
from funds.settlement.selectors import projects_money
from projects.works.models import Project
from projects.works.services.writing import STILL_ON_PAPER
from projects.works.states import ProjectStatus

from .facts import Facts
from .steps import Step, next_step

# What needs somebody comes first, what is over last.
ORDER = [
    ProjectStatus.UNDER_WAY,
    ProjectStatus.FUNDED,
    ProjectStatus.PLEDGED_IN_FULL,
    ProjectStatus.OPEN,
    ProjectStatus.ADOPTED,
    ProjectStatus.DRAFT,
    ProjectStatus.SUBMITTED,
    ProjectStatus.SUSPENDED,
    ProjectStatus.COMPLETED,
]


@dataclass(frozen=True)
class ProjectRow:
    """One project in the list."""

    title: str
    url: str
    village: str
    status_label: str
    status_tone: str
    money_line: str
    step: Step
    questions: int


@dataclass(frozen=True)
class Group:
    """The projects of one administration. `new_url` is empty where it may not write yet."""

    name: str
    new_url: str
    rows: list[ProjectRow]
    unverified: bool


def projects_page(user: User, administrations: Sequence[Organisation]) -> dict[str, Any]:
    """Return the administrations of this person with their projects."""
    found = Project.objects.filter(administration__in=administrations).select_related("village", "custodian")
    projects = sorted(found.order_by("-id"), key=_place)
    facts, money = Facts(projects), projects_money(projects)
    roles: dict[int, set[str]] = {each.pk: set() for each in administrations}
    for term in offices_of(user):
        roles.setdefault(term.office.organisation_id, set()).add(term.office.role)
    rows: dict[int, list[ProjectRow]] = {each.pk: [] for each in administrations}
    for project in projects:
        step = next_step(project, facts, frozenset(roles[project.administration_id]), exact=False)
        figures = money[project.public_id]
        line = _money_line(project, figures.received_minor, figures.goal_minor)
        rows[project.administration_id].append(_row(project, step, line, facts.questions(project)[0]))
    return {"groups": [_group(each, rows[each.pk]) for each in administrations]}


def _place(project: Project) -> int:
    status = ProjectStatus(project.status)
    return ORDER.index(status) if status in ORDER else len(ORDER)


def _money_line(project: Project, received_minor: int, goal_minor: int) -> str:
    if project.status in STILL_ON_PAPER:
        return say(goal_minor, project.currency) if goal_minor else ""
    return _("%(received)s received of %(goal)s") % {
        "received": say(received_minor, project.currency),
        "goal": say(goal_minor, project.currency),
    }


def _row(project: Project, step: Step, money_line: str, questions: int) -> ProjectRow:
    said = language()
    return ProjectRow(
        title=project.title(said) or _("Without a title"),
        url=reverse("village_project", args=[project.public_id]),
        village=project.village.name(said).text,
        status_label=str(ProjectStatus(project.status).label),
        status_tone=STATUS_TONE[project.status],
        money_line=money_line,
        step=step,
        questions=questions,
    )


def _group(administration: Organisation, rows: list[ProjectRow]) -> Group:
    verified = administration.status == OrganisationStatus.VERIFIED
    return Group(
        name=administration.name(language()),
        new_url=reverse("village_project_new", args=[administration.public_id]) if verified else "",
        rows=rows,
        unverified=not verified,
    )
