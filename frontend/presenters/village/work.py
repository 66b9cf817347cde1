"""The page on which a village works on one project: the next step, its parts, its stages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge.accounts.models import User
from birge.organisations.models import Organisation
from birge.organisations.permissions import ALLOWED, Action
from frontend.presenters.facts import say
from frontend.presenters.words import STATUS_TONE, language, place_line, status_note
from funds.releases.models import ReleaseStatus
from funds.releases.selectors import RELEASES_IN
from funds.settlement.selectors import project_progress
from projects.works.models import Milestone, MilestoneStatus, Party, Project
from projects.works.selectors import Missing, project_missing, project_missing_to_open
from projects.works.services.writing import STILL_ON_PAPER
from projects.works.states import ALLOWED as MOVES
from projects.works.states import NOT_PUBLIC, ProjectStatus

from .facts import Facts
from .steps import next_step

_S = ProjectStatus


@dataclass(frozen=True)
class Part:
    """One part of the plan: what it says in a line, whether it is complete, where to change it."""

    title: str
    text: str
    tone: str
    url: str = ""
    optional: bool = False


@dataclass(frozen=True)
class StageRow:
    """One stage with what can be done about it."""

    text: str
    tone: str
    line: str
    amount: str
    due_on: dt.date | None
    url: str = ""
    link: str = ""


def work_page(project: Project, user: User, roles: frozenset[str]) -> dict[str, Any]:
    """Return everything the page shows."""
    said, facts = language(), Facts([project])
    note, tone = status_note(project)
    status = ProjectStatus(project.status)
    waiting, _oldest = facts.questions(project)
    money = project_progress(project) if status not in STILL_ON_PAPER else None
    return {
        "project": project,
        "title": project.title(said) or _("Without a title"),
        "place": place_line(project.village),
        "status_label": status.label,
        "status_tone": STATUS_TONE[status],
        "note": note,
        "note_tone": tone,
        "returned": _returned(project),
        "step": next_step(project, facts, roles),
        "parts": parts(project) if status in STILL_ON_PAPER else [],
        "stages": [stage_row(project, stage, facts, roles) for stage in facts.stages[project.pk]] if money else [],
        "money": _money(project, money) if money else [],
        "changes": facts.changes[project.pk] if roles & _roles(Action.RELEASE_SIGN_VILLAGE) else [],
        "is_public": status not in NOT_PUBLIC,
        "takes_news": status not in NOT_PUBLIC and status != _S.DECLINED,
        "questions_line": _questions_line(waiting),
        "receipts": any(each.status == ReleaseStatus.PAID for each in facts.releases[project.pk]),
        "news_late_days": facts.news_late_days(project),
        "can_cancel": _S.CANCELLED in MOVES[status] and bool(roles & _roles(Action.PROJECT_CANCEL_ASK)),
    }


def _roles(action: Action) -> frozenset[str]:
    return frozenset(str(role.value) for role in ALLOWED[action])


def _questions_line(waiting: int) -> str:
    if not waiting:
        return _("Questions and answers")
    return ngettext("%(count)s question waits", "%(count)s questions wait", waiting) % {"count": waiting}


def _returned(project: Project) -> str:
    """Return why the council gave the draft back, if that was the last thing that happened."""
    last = project.transitions.order_by("-id").first()
    given_back = last is not None and last.from_status == _S.SUBMITTED and last.to_status == _S.DRAFT
    return last.reason if given_back and last is not None else ""


def parts(project: Project) -> list[Part]:
    """Return the parts of the plan in the order in which one writes them."""
    missing = {each.field: each for each in [*project_missing_to_open(project), *project_missing(project)]}
    draft = project.status == _S.DRAFT
    lines = list(project.budget_lines.all())
    total = sum(line.total_minor for line in lines)
    without = sum(1 for line in lines if line.quote_id is None)
    stages = project.milestones.count()
    shares = ", ".join(
        f"{Party(share.party).label} {say(share.amount_minor, project.currency)}" for share in project.shares.all()
    )
    # Quotes and permits are wanted before opening, not before handing in: they have lines of their own.
    missing_costs = missing.get("budget") if missing.get("budget") and missing["budget"].code == "budget" else None
    upkeep = project.upkeep_yearly_minor
    keeper = _("%(name)s, %(sum)s a year") % {
        "name": project.keeper_name, "sum": say(upkeep or 0, project.currency)
    }  # fmt: skip
    quotes = _("%(count)s still without a quote") % {"count": without} if without else _("a quote for every line")
    rows = [
        ("village_words", _("Words"), missing.get("title") or missing.get("summary"), project.title(language()), draft),
        ("village_costs", _("Costs"), missing_costs, say(total, project.currency), draft),
        ("village_shares", _("Who brings how much"), missing.get("shares"), shares, draft),
        ("village_stages", _("Stages"), missing.get("milestones"), _stages_line(stages), draft),
        ("village_keeper", _("Who looks after it later"), missing.get("keeper"), keeper, True),
    ]
    listed = [_part(project, name, title, gap, text, can) for name, title, gap, text, can in rows]
    if lines:
        tone = "now" if without else "done"
        listed.insert(2, Part(_("Quotes"), quotes, tone, reverse("village_quotes", args=[project.public_id])))
    permits = missing.get("permits")
    asked = _("People were asked.") if project.people_asked else _("People were not asked.")
    listed.append(_part(project, "village_people", _("People asked, permits"), permits, asked, True))
    picture = _("There is one.") if project.picture else _("None yet. A photo of the place wins people.")
    tone = "done" if project.picture else ""
    url = reverse("village_picture", args=[project.public_id])
    listed.append(Part(_("Picture"), picture, tone, url, optional=True))
    return listed


def _stages_line(count: int) -> str:
    return ngettext("%(count)s stage", "%(count)s stages", count) % {"count": count}


def _part(project: Project, name: str, title: str, gap: Missing | None, text: str, can_change: bool) -> Part:
    url = reverse(name, args=[project.public_id]) if can_change else ""
    return Part(title, gap.text if gap else text, "now" if gap else "done", url)


def stage_row(project: Project, stage: Milestone, facts: Facts, roles: frozenset[str]) -> StageRow:
    """Return one stage: how far its work and its money are."""
    release = facts.release_of(stage)
    line, url, link = str(MilestoneStatus(stage.status).label), "", ""
    if release is not None:
        line = _("%(stage)s. Money: %(release)s") % {"stage": line, "release": ReleaseStatus(release.status).label}
        url = reverse("village_release", args=[project.public_id, release.public_id])
        link = _("Look at it")
    elif project.status in RELEASES_IN and stage.tranche_minor and roles & _roles(Action.RELEASE_ASK):
        url, link = reverse("village_ask", args=[project.public_id, stage.position]), _("Ask for the money")
    accepted = stage.status == MilestoneStatus.ACCEPTED
    begun = release is not None or stage.status == MilestoneStatus.REPORTED
    return StageRow(
        text=stage.text,
        tone="done" if accepted else ("now" if begun else ""),
        line=line,
        amount=say(stage.tranche_minor, project.currency),
        due_on=stage.due_on,
        url=url,
        link=link,
    )


def _money(project: Project, progress: Any) -> list[tuple[str, str]]:
    """Return the figures a village asks for: what came from whom, what is held, what is shown by receipts."""
    rows = [
        (
            each.label,
            _("%(received)s of %(goal)s")
            % {"received": say(each.received_minor, project.currency), "goal": say(each.goal_minor, project.currency)},
        )
        for each in progress.parties
        if each.party != Party.IN_KIND
    ]
    return [
        *rows,
        (_("Held now"), say(progress.held_minor, project.currency)),
        (_("Paid out"), say(progress.released_minor, project.currency)),
        (_("Shown by receipts"), say(progress.spent_minor, project.currency)),
    ]


def opening_page(
    project: Project, *, deadline: dt.date, custodian: Organisation, signatory_organisation: Organisation
) -> dict[str, Any]:
    """Return what was chosen on the first page of opening, to be read once more before it counts."""
    said = language()
    return {
        "deadline": deadline,
        "custodian_name": custodian.name(said),
        "association_name": signatory_organisation.name(said),
        "shares": [
            (Party(share.party).label, say(share.amount_minor, project.currency)) for share in project.shares.all()
        ],
    }


def ending_page(project: Project) -> dict[str, Any]:
    """Return what becomes of the money if the project ends now."""
    opened = project.status not in STILL_ON_PAPER
    progress = project_progress(project) if opened else None
    return {
        "was_public": project.status not in NOT_PUBLIC,
        "opened": opened,
        "held": say(progress.held_minor, project.currency) if progress and progress.held_minor else "",
        "undocumented": say(progress.released_minor - progress.spent_minor, project.currency)
        if progress and progress.released_minor > progress.spent_minor
        else "",
        "custodian_name": project.custodian.name(language()) if project.custodian else "",
    }
