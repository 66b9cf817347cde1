"""What waits for somebody, as the desk shows it: one sentence and one link each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge.accounts.models import User
from birge.organisations.models import OrganisationKind
from birge.organisations.permissions import ALLOWED, Action
from birge.organisations.selectors import offices_of
from frontend.presenters.village.facts import Facts
from frontend.presenters.village.steps import next_step
from frontend.presenters.words import language
from projects.works.models import Project, SignatoryChange
from projects.works.states import ProjectStatus

OVER = (ProjectStatus.CLOSED, ProjectStatus.DECLINED, ProjectStatus.EXPIRED, ProjectStatus.CANCELLED)


@dataclass(frozen=True)
class Task:
    """Something that waits for this person. `tone` is a tag's: empty, `wait` or `bad`."""

    title: str
    text: str
    url: str
    tone: str = ""
    waiting_since: dt.datetime | None = None
    organisation_name: str = ""


def village_tasks(user: User) -> list[Task]:
    """Return what waits for an officer of a village administration, first where somebody waits for them."""
    roles: dict[int, set[str]] = {}
    for term in offices_of(user):
        if term.office.organisation.kind == OrganisationKind.VILLAGE_ADMINISTRATION:
            roles.setdefault(term.office.organisation_id, set()).add(term.office.role)
    if not roles:
        return []
    found = Project.objects.filter(administration__in=list(roles)).exclude(status__in=OVER)
    projects = list(found.select_related("administration", "custodian").order_by("-id"))
    facts = Facts(projects)
    tasks: list[Task] = []
    for project in projects:
        tasks += _of_project(project, facts, frozenset(roles[project.administration_id]))
    return sorted(tasks, key=lambda task: task.waiting_since is None)


def _of_project(project: Project, facts: Facts, roles: frozenset[str]) -> list[Task]:
    said = language()
    title, name = project.title(said), project.administration.name(said)
    page = reverse("village_project", args=[project.public_id])
    tasks = []
    step = next_step(project, facts, roles)
    if step.mine:
        # A step that a button takes is taken on the project's page, where one sees what it is about.
        url = page if step.post or project.status == ProjectStatus.DRAFT else step.url
        tasks.append(Task(step.title, title, url, "", step.since, name))
    for change in facts.changes[project.pk] if roles & _signing() else []:
        tasks.append(_signer_task(project, change, title, name))
    count, oldest = facts.questions(project)
    if count:
        text = ngettext("%(count)s question waits", "%(count)s questions wait", count) % {"count": count}
        url = reverse("village_questions", args=[project.public_id])
        tasks.append(Task(text, title, url, "wait", oldest, name))
    if days := facts.news_late_days(project):
        text = ngettext("No news for %(count)s day", "No news for %(count)s days", days) % {"count": days}
        tasks.append(Task(text, title, reverse("village_news", args=[project.public_id]), "bad", None, name))
    if roles & _clerks():
        tasks += _receipt_tasks(project, facts, step.code, title, name)
    return tasks


def _receipt_tasks(project: Project, facts: Facts, code: str, title: str, name: str) -> list[Task]:
    if code == "receipts" or facts.receipts_rest(project) <= 0:
        return []
    url = reverse("village_receipts", args=[project.public_id])
    refused = facts.receipts_refused(project)
    if refused:
        text = ngettext("%(count)s receipt came back", "%(count)s receipts came back", refused) % {"count": refused}
        return [Task(text, title, url, "bad", None, name)]
    return [Task(_("Receipts are still to be shown"), title, url, "wait", None, name)]


def _signer_task(project: Project, change: SignatoryChange, title: str, name: str) -> Task:
    text = _("The association names another person who signs")
    url = reverse("village_signer", args=[project.public_id, change.public_id])
    return Task(text, title, url, "wait", change.asked_at, name)


def _signing() -> frozenset[str]:
    return frozenset(str(role.value) for role in ALLOWED[Action.RELEASE_SIGN_VILLAGE])


def _clerks() -> frozenset[str]:
    return frozenset(str(role.value) for role in ALLOWED[Action.RECEIPT_SUBMIT])
