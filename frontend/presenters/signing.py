"""What an outside signatory sees: tranches to sign, stages to look at, receipts to check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge.accounts.models import User
from birge.organisations.selectors import officers
from funds.releases.models import Expense, ExpenseStatus, Release, ReleaseStatus, Side
from funds.releases.selectors import (
    advance_rest_minor,
    expenses_for_signer,
    held_minor,
    releases_for_signer,
)
from projects.works.models import Milestone, MilestoneStatus, Project
from projects.works.services.signatories import SIGNING_ROLES
from projects.works.states import OPENED, ProjectStatus

from .custodian.subjects import project_fact, release_facts
from .facts import Fact, Link, day, entry_fact, facts, paper_fact, say, signed
from .projects import updates
from .rows import Row
from .tasks import Task
from .words import STATUS_TONE, language


def projects_signed_for(user: User) -> QuerySet[Project]:
    """Return the projects that this person signs for, or stands in."""
    mine = Project.objects.filter(Q(outside_signatory=user) | Q(outside_substitute=user), status__in=sorted(OPENED))
    return mine.select_related("administration", "custodian", "signatory_organisation").order_by("-id")


def releases_unsigned(user: User) -> QuerySet[Release]:
    """Return the tranches that still lack the outside signature, oldest first."""
    return releases_for_signer(user).exclude(signatures__side=Side.OUTSIDE)


def stages_reported(user: User) -> QuerySet[Milestone]:
    """Return the stages that the village reported and nobody from outside has seen yet, oldest first."""
    reported = Milestone.objects.filter(
        project__in=projects_signed_for(user).values("pk"),
        project__status=ProjectStatus.UNDER_WAY,
        status=MilestoneStatus.REPORTED,
    )
    return reported.select_related("project").order_by("reported_at")


def release_row(release: Release) -> Row:
    """Return a tranche as a line."""
    return Row(
        title=f"{release.project.title(language())}: {release.milestone.text}",
        text=day(release.asked_at),
        url=reverse("signing_release", args=[release.public_id]),
        amount=say(release.amount_minor, release.currency),
        tag=str(ReleaseStatus(release.status).label),
        tone="wait" if release.status in (ReleaseStatus.ASKED, ReleaseStatus.SIGNED) else "",
    )


def stage_row(stage: Milestone) -> Row:
    """Return a reported stage as a line."""
    return Row(
        title=f"{stage.project.title(language())}: {stage.text}",
        text=_("reported on %(day)s") % {"day": day(stage.reported_at)},
        url=reverse("signing_stage", args=[stage.project.public_id, stage.position]),
    )


def expense_row(expense: Expense) -> Row:
    """Return a receipt as a line."""
    status = ExpenseStatus(expense.status)
    return Row(
        title=f"{expense.supplier}: {expense.budget_line.text}",
        text=f"{expense.project.title(language())} · {day(expense.spent_on)}",
        url=reverse("signing_receipt", args=[expense.public_id]),
        amount=say(expense.amount_minor, expense.currency),
        tag=str(status.label),
        tone={"submitted": "wait", "refused": "bad"}.get(expense.status, ""),
    )


def project_row(project: Project) -> Row:
    """Return a project that one signs for as a line."""
    status = ProjectStatus(project.status)
    return Row(
        title=project.title(language()),
        text=project.administration.name(language()),
        url=reverse("signing_project", args=[project.public_id]),
        tag=str(status.label),
        tone=STATUS_TONE[status],
    )


def signing_context(user: User) -> dict[str, Any]:
    """Return the list of everything that waits for this signatory."""
    return {
        "releases": [release_row(each) for each in releases_unsigned(user)],
        "stages": [stage_row(each) for each in stages_reported(user)],
        "receipts": [expense_row(each) for each in expenses_for_signer(user)],
        "projects": [project_row(each) for each in projects_signed_for(user)],
    }


def release_context(release: Release) -> dict[str, Any]:
    """Return what one reads before signing: the tranche, what the village has shown, and what is held."""
    project = release.project
    receipts = Expense.objects.filter(project=project).select_related("project", "budget_line").order_by("-id")
    notes = {
        ReleaseStatus.ASKED: ("", ""),
        ReleaseStatus.SIGNED: (_("Both sides have signed. The custodian pays it out."), ""),
        ReleaseStatus.PAID: (_("It is paid and in the books."), ""),
        ReleaseStatus.REFUSED: (_("Refused: %(reason)s") % {"reason": release.refused_reason}, "bad"),
    }
    note, tone = notes[ReleaseStatus(release.status)]
    return {
        "title": _("Money for a stage"),
        "facts": [
            *release_facts(release),
            Fact(_("Held for the project"), say(held_minor(project), project.currency)),
            Fact(_("Receipts missing so far"), say(advance_rest_minor(project), project.currency)),
        ],
        "note": note,
        "note_tone": tone,
        "back": back(),
        "page": {"updates": updates(project), "no_updates_line": _("No news and no photos yet.")},
        "receipts": [expense_row(each) for each in receipts],
    }


def stage_context(stage: Milestone) -> dict[str, Any]:
    """Return what one looks at before accepting a stage: the news and photos of this stage first."""
    shown = [
        each for each in updates(stage.project) if each["milestone"] is not None and each["milestone"].pk == stage.pk
    ]
    accepted = stage.status == MilestoneStatus.ACCEPTED
    return {
        "title": stage.text,
        "facts": facts(
            project_fact(stage.project),
            Fact(_("How far"), str(MilestoneStatus(stage.status).label)),
            Fact(_("Planned by"), day(stage.due_on)),
            Fact(_("Money of this stage"), say(stage.tranche_minor, stage.project.currency)),
            Fact(_("Reported by"), signed(stage.reported_by, stage.reported_at) if stage.reported_by else ""),
            Fact(_("Accepted by"), signed(stage.accepted_by, stage.accepted_at) if stage.accepted_by else ""),
        ),
        "note": "" if shown or accepted else _("There is no photo of this stage yet. Ask the village for one first."),
        "note_tone": "warn",
        "back": back(),
        "page": {"updates": shown, "no_updates_line": _("No news of this stage yet.")},
        "ask_url": reverse("project", args=[stage.project.public_id]) + "#questions",
    }


def expense_context(expense: Expense) -> dict[str, Any]:
    """Return a receipt with its paper and the line of the budget that it is for."""
    line, status = expense.budget_line, ExpenseStatus(expense.status)
    note, tone = "", ""
    if status == ExpenseStatus.REFUSED:
        note, tone = _("Refused: %(reason)s") % {"reason": expense.refused_reason}, "bad"
    elif status == ExpenseStatus.ACCEPTED:
        note = _("Accepted. It is in the books.")
    return {
        "title": _("Receipt"),
        "facts": facts(
            Fact(_("How much"), say(expense.amount_minor, expense.currency), css="big"),
            Fact(_("Who was paid"), expense.supplier),
            Fact(_("Number"), expense.number, css="mono"),
            Fact(_("Day"), day(expense.spent_on)),
            project_fact(expense.project),
            Fact(_("For this line of the budget"), f"{line.text}, {say(line.total_minor, expense.currency)}"),
            Fact(_("For this stage"), expense.release.milestone.text),
            Fact(_("Shown by"), signed(expense.submitted_by, expense.submitted_at)),
            paper_fact(_("The receipt"), expense.receipt),
            *entry_fact(expense.entry_id),
        ),
        "note": note,
        "note_tone": tone,
        "back": back(),
        "receipt": expense.receipt,
    }


def project_context(project: Project) -> dict[str, Any]:
    """Return a project that one signs for: its people, and its tranches and receipts so far."""
    releases = Release.objects.filter(project=project).select_related("project", "milestone").order_by("-id")
    receipts = Expense.objects.filter(project=project).select_related("project", "budget_line").order_by("-id")
    return {
        "title": project.title(language()),
        "facts": facts(
            Fact(_("How far"), str(ProjectStatus(project.status).label), reverse("project", args=[project.public_id])),
            Fact(_("Held now"), say(held_minor(project), project.currency), css="big"),
            Fact(_("Signs from outside"), str(project.outside_signatory or "")),
            Fact(_("Stands in"), str(project.outside_substitute or "")),
        ),
        "back": back(),
        "releases": [release_row(each) for each in releases],
        "receipts": [expense_row(each) for each in receipts],
    }


def could_sign(project: Project) -> list[tuple[str, str]]:
    """Return the people of the association who could sign instead, as (public id, name)."""
    if project.signatory_organisation is None:
        return []
    return [(each.public_id, str(each)) for each in officers(project.signatory_organisation, SIGNING_ROLES)]


def back() -> Link:
    """Return the way back to the list."""
    return Link(reverse("signing"), _("What waits for my signature"))


def signing_tasks(user: User) -> Iterator[Task]:
    """Return what waits for this outside signatory."""
    for release in releases_unsigned(user):
        yield Task(
            title=_("Sign %(amount)s") % {"amount": say(release.amount_minor, release.currency)},
            text=f"{release.project.title(language())}: {release.milestone.text}",
            url=reverse("signing_release", args=[release.public_id]),
            waiting_since=release.asked_at,
        )
    for stage in stages_reported(user):
        yield Task(
            title=_("Is it done? %(stage)s") % {"stage": stage.text},
            text=stage.project.title(language()),
            url=reverse("signing_stage", args=[stage.project.public_id, stage.position]),
            waiting_since=stage.reported_at,
        )
    receipts = list(expenses_for_signer(user))
    if receipts:
        yield Task(
            title=ngettext("%(n)s receipt to check", "%(n)s receipts to check", len(receipts)) % {"n": len(receipts)},
            text=_("One by one, each against its line of the budget."),
            url=reverse("signing"),
            waiting_since=receipts[0].submitted_at,
        )
