"""One project's page, put together from what projects know and what funds know. Formats; decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge import clock
from birge.organisations.models import OrganisationKind
from funds.pledges.models import RelatedKind
from funds.releases.models import Expense, ExpenseStatus, Release, ReleaseStatus
from funds.settlement.selectors import PartyProgress, Progress, project_progress
from funds.watch.selectors import related_kinds
from projects.questions.models import Question
from projects.updates.models import Update
from projects.works.models import BudgetLine, Milestone, MilestoneStatus, Party, Project, Transition
from projects.works.states import ProjectStatus

from .associations import association_link
from .facts import Link, day, say
from .matching import matching_block
from .returns import project_returns
from .rows import Row
from .words import STATUS_TONE, language, place_line, status_note

TAKES_QUESTIONS = frozenset(set(ProjectStatus) - {ProjectStatus.DRAFT, ProjectStatus.SUBMITTED})
MOST_UPDATES = 20
MOST_RECEIPTS = 50
GROUPS_RUNNING = frozenset({ProjectStatus.FUNDED, ProjectStatus.UNDER_WAY, ProjectStatus.SUSPENDED})


@dataclass(frozen=True)
class PartyLine:
    """One party's share. Received money and promises have a bar each, so that nobody takes one for the other."""

    label: str
    goal_minor: int
    received_minor: int
    promised_minor: int
    received_label: str
    promised_label: str
    note: str
    is_money: bool


@dataclass(frozen=True)
class Stage:
    """One stage of the work with the money tied to it."""

    text: str
    tone: str
    status_label: str
    due_on: Any
    tranche_minor: int
    release_line: str
    overdue: bool


def project_page(project: Project) -> dict[str, Any]:
    """Return everything the project's page shows."""
    said = language()
    progress = project_progress(project)
    note, tone = status_note(project)
    return {
        "public_id": project.public_id,
        "title": project.title(said),
        "summary": project.summary(said),
        "language_borrowed": project.language_borrowed(said),
        "currency": project.currency,
        "status_label": ProjectStatus(project.status).label,
        "status_tone": STATUS_TONE[project.status],
        "status_note": note,
        "status_note_tone": tone,
        "category_label": project.get_category_display(),
        "place_line": place_line(project.village),
        "picture": project.picture,
        "parties": [party_line(party, project.currency) for party in progress.parties],
        "matching": matching_block(project, progress.rest_minor(Party.DONORS)),
        "if_it_fails": if_it_fails(project),
        "related_note": related_note(project),
        "can_give": project.status == ProjectStatus.OPEN and progress.rest_minor(Party.DONORS) > 0,
        "can_ask": project.status in TAKES_QUESTIONS,
        "held_minor": progress.held_minor,
        "returns": project_returns(project),
        "taken_back": taken_back_lines(project, progress),
        "released_minor": progress.released_minor,
        "spent_minor": progress.spent_minor,
        "undocumented_minor": progress.released_minor - progress.spent_minor,
        "stages": stages(project),
        "updates": updates(project),
        "no_updates_line": _("No news yet."),
        "questions": questions(project),
        "budget": budget(project),
        "receipts": receipts(project),
        "total_minor": sum(line.total_minor for line in project.budget_lines.all()),
        "history": history(project),
        **people(project),
    }


def taken_back_lines(project: Project, progress: Progress) -> list[str]:
    """Say what givers' banks took back after it was spent, and what they have not decided on."""
    lines = []
    if progress.shortfall_minor > 0:
        text = _(
            "%(amount)s was taken back by the bank of a giver, or sent back, after it was spent. "
            "Nothing more is paid out until the custodian has covered it."
        )
        lines.append(text % {"amount": say(progress.shortfall_minor, project.currency)})
    if progress.disputed_minor > 0:
        text = _("The bank of a giver disputes %(amount)s. It has not decided yet.")
        lines.append(text % {"amount": say(progress.disputed_minor, project.currency)})
    return lines


def party_line(party: PartyProgress, currency: str) -> PartyLine:
    """Put one party's figures into words."""
    goal = say(party.goal_minor, currency)
    received, promised = say(party.received_minor, currency), say(party.promised_minor, currency)
    note = ""
    if party.party == Party.IN_KIND:
        note = _("Work and things, valued; not money.")
    return PartyLine(
        label=party.label,
        goal_minor=party.goal_minor,
        received_minor=party.received_minor,
        promised_minor=party.promised_minor,
        received_label=_("%(received)s received of %(goal)s") % {"received": received, "goal": goal},
        promised_label=_("%(promised)s more is promised") % {"promised": promised},
        note=note,
        is_money=party.party != Party.IN_KIND,
    )


def related_note(project: Project) -> str:
    """Say that related parties gave too: the kinds only, so that nobody can be told from it."""
    kinds = [str(RelatedKind(kind).label) for kind in related_kinds(project)]
    if not kinds:
        return ""
    said = _("Some who promised earn from it or decide on it (%(kinds)s). Nothing is added to their promises.")
    return said % {"kinds": "; ".join(kinds)}


def if_it_fails(project: Project) -> str:
    """Say in one sentence what happens to the money if it fails; nothing where that is decided already."""
    status = ProjectStatus(project.status)
    if status in (ProjectStatus.OPEN, ProjectStatus.PLEDGED_IN_FULL) and project.deadline:
        return _("If it does not come together by %(day)s, promises end and money already paid goes back.") % {
            "day": day(project.deadline)
        }
    if status in GROUPS_RUNNING:
        return _("If it is given up, what is still held goes back to those who paid, in proportion.")
    return ""


def signed_line(project: Project) -> str:
    """Say from which two sides money that left was signed."""
    sides = {
        "village": project.administration.name(language()),
        "outside": project.signatory_organisation.name(language()) if project.signatory_organisation else "",
    }
    return _("signed for %(village)s and for %(outside)s") % sides


def stages(project: Project) -> list[Stage]:
    """Return the stages in order, each with where its money is."""
    releases = {release.milestone_id: release for release in Release.objects.filter(project=project).order_by("id")}
    return [_stage(stage, releases.get(stage.pk), project) for stage in project.milestones.all()]


def _stage(stage: Milestone, release: Release | None, project: Project) -> Stage:
    accepted = stage.status == MilestoneStatus.ACCEPTED
    overdue = bool(stage.due_on and not accepted and stage.due_on < clock.today())
    running = project.status in (ProjectStatus.FUNDED, ProjectStatus.UNDER_WAY)
    line = ""
    if release is not None:
        asked = _("%(amount)s asked for, not paid yet")
        words = {
            ReleaseStatus.PAID: _("%(amount)s paid out, %(signed)s"),
            ReleaseStatus.ASKED: asked,
            ReleaseStatus.SIGNED: asked,
        }
        amount = say(release.amount_minor, release.currency)
        line = words.get(ReleaseStatus(release.status), "") % {"amount": amount, "signed": signed_line(project)}
    tone = "done" if accepted else ("now" if release is not None or stage.status == MilestoneStatus.REPORTED else "")
    return Stage(
        text=stage.text,
        tone=tone,
        status_label=str(MilestoneStatus(stage.status).label),
        due_on=stage.due_on,
        tranche_minor=stage.tranche_minor,
        release_line=line,
        overdue=overdue and running,
    )


def updates(project: Project) -> list[dict[str, Any]]:
    """Return the newest news with their photos."""
    found = Update.objects.filter(project=project).select_related("milestone").prefetch_related("photos__document")
    return [
        {
            "created_at": update.created_at,
            "office_line": project.administration.name(language()),
            "milestone": update.milestone,
            "text": update.text,
            "photos": list(update.photos.all()),
            "photo_alt": _("Photo of the site"),
        }
        for update in found.order_by("-created_at", "-id")[:MOST_UPDATES]
    ]


def questions(project: Project) -> list[dict[str, Any]]:
    """Return questions with their answers, or how long they have been waiting."""
    listed = []
    for question in Question.objects.filter(project=project, hidden_reason="").order_by("-asked_at", "-id"):
        days = (clock.now() - question.asked_at).days
        waited = ngettext("no answer for %(count)s day", "no answer for %(count)s days", days) % {"count": days}
        listed.append(
            {
                "text": question.text,
                "asker_line": question.asker_name or _("A reader"),
                "asked_at": question.asked_at,
                "answer": question.answer,
                "answer_line": project.administration.name(language()),
                "waiting_line": waited if days > 0 else _("asked today, no answer yet"),
            }
        )
    return listed


def budget(project: Project) -> list[dict[str, Any]]:
    """Return the lines of the budget with their sums in words."""
    return [
        {"text": line.text, "quote": line.quote, "total_minor": line.total_minor, "sum_line": _sum_line(line, project)}
        for line in project.budget_lines.select_related("quote")
    ]


def _sum_line(line: BudgetLine, project: Project) -> str:
    quantity = f"{line.quantity.normalize():f}".replace(".", "," if language() != "en" else ".")
    return f"{quantity} {line.unit} × {say(line.unit_price_minor, project.currency)}"


def history(project: Project) -> list[dict[str, Any]]:
    """Return each change of state: when, by which office, and why."""
    found: list[Transition] = list(project.transitions.order_by("-id"))
    return [
        {
            "label": ProjectStatus(step.to_status).label,
            "at": step.at,
            "by": _office(step.actor_office),
            "reason": step.reason if step.actor_id is not None else _(step.reason) if step.reason else "",
        }
        for step in found
    ]


def _office(kind: str) -> str:
    if not kind:
        return _("the system, by its rule")
    return str(OrganisationKind(kind).label) if kind in OrganisationKind.values else kind


def receipts(project: Project) -> list[Row]:
    """Return the receipts shown so far: for which line of the budget, when, how much. Who was paid is not told."""
    found = Expense.objects.filter(project=project).exclude(status=ExpenseStatus.REFUSED)
    rows = []
    for expense in found.select_related("budget_line", "receipt").order_by("-spent_on", "-id")[:MOST_RECEIPTS]:
        waits = expense.status == ExpenseStatus.SUBMITTED
        link = reverse("entry", args=[expense.entry_id]) if expense.entry_id else ""
        rows.append(
            Row(
                title=expense.budget_line.text,
                text=_("No. %(number)s, %(day)s") % {"number": expense.number, "day": day(expense.spent_on)},
                url=link,
                amount=say(expense.amount_minor, expense.currency),
                tag=_("not checked yet") if waits else "",
                tone="wait",
            )
        )
    return rows


def people(project: Project) -> dict[str, Any]:
    """Return who answers for what, by office."""
    said = language()
    outside = association_link(project.signatory_organisation)
    return {
        "administration_name": project.administration.name(said),
        "custodian_name": project.custodian.name(said) if project.custodian else _("not named yet"),
        "custodian_url": reverse("custodian_public", args=[project.custodian.public_id]) if project.custodian else "",
        "resolution": project.resolution,
        "resolution_line": _("No. %(number)s") % {"number": project.resolution_number},
        "signers": [Link("", project.administration.name(said)), outside] if outside else [],
        "keeper_line": ", ".join(part for part in (project.keeper_name, project.keeper_role) if part),
        "people_asked": project.people_asked,
    }
