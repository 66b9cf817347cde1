"""The one next step of a project, for this person: what to do, or who is expected to do what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import gettext as _

from birge.i18n.dates import day_text
from birge.organisations.permissions import ALLOWED, Action
from frontend.presenters.words import language
from funds.releases.models import Release, ReleaseStatus, Side
from funds.releases.selectors import release_missing
from funds.settlement.services import project_shortfall
from projects.works.models import Milestone, MilestoneStatus, Project
from projects.works.selectors import Missing, project_missing, project_missing_to_open
from projects.works.states import ProjectStatus

from .facts import Facts

PARTS = {
    "title": "village_words",
    "summary": "village_words",
    "budget": "village_costs",
    "shares": "village_shares",
    "milestones": "village_stages",
    "keeper": "village_keeper",
    "permits": "village_people",
}


@dataclass(frozen=True)
class Step:
    """What comes next. Without a button it is somebody else's turn. `post`: the button does it, else it is a link."""

    code: str
    title: str
    text: str = ""
    url: str = ""
    button: str = ""
    post: bool = False
    tone: str = ""
    since: dt.datetime | None = None

    @property
    def mine(self) -> bool:
        """Say whether this person can do it."""
        return bool(self.button)


def next_step(project: Project, facts: Facts, roles: frozenset[str], *, exact: bool = True) -> Step:
    """Return the next step. `roles` are the person's offices there.

    `exact` asks the services what is still missing: right for one project, too slow for a list.
    """
    status = ProjectStatus(project.status)
    if status == ProjectStatus.DRAFT:
        return _writing(project, exact)
    if status == ProjectStatus.ADOPTED:
        return _opening(project, roles, exact)
    if status == ProjectStatus.FUNDED:
        step = Step(
            "start",
            _("Start the work"),
            _("All the money is there. From now on stages are paid."),
            _url("village_start", project),
            _("Start the work"),
            post=True,
        )
        return _for(step, roles, Action.PROJECT_START)
    if status in (ProjectStatus.UNDER_WAY, ProjectStatus.COMPLETED):
        return _building(project, facts, roles, exact)
    if exact and project_shortfall(project) is not None:
        step = Step(
            "decide",
            _("Not all the money came: decide how to go on"),
            _("Raise it longer, or give it up. If nobody decides, the money goes back."),
            _url("village_decide", project),
            _("Look and decide"),
            tone="warn",
        )
        return _for(step, roles, Action.PROJECT_OPEN)
    return _waiting(project, status)


def _url(name: str, project: Project, *more: object) -> str:
    return reverse(name, args=[project.public_id, *more])


def _for(step: Step, roles: frozenset[str], action: Action) -> Step:
    """Return the step, or whose turn it is where this person lacks the office for it."""
    needed = ALLOWED[action]
    if roles & {str(role) for role in needed}:
        return step
    names = ", ".join(str(role.label) for role in sorted(needed, key=str))
    return replace(step, button="", url="", text=_("This is for: %(who)s.") % {"who": names}, tone="wait")


def _writing(project: Project, exact: bool) -> Step:
    if not exact:
        text = _("It is a draft. Only you see it.")
        return Step("write", _("Go on writing"), text, _url("village_project", project), _("Go on"))
    missing = project_missing(project)
    if missing:
        return _part(project, missing)
    return Step(
        "submit",
        _("Hand it in to the council"),
        _("Everything is written. After this the plan can be changed only if the council gives it back."),
        _url("village_submit", project),
        _("Hand it in"),
        post=True,
    )


def _part(project: Project, missing: Sequence[Missing]) -> Step:
    first = missing[0]
    title = {
        "title": _("Say what it is"),
        "summary": _("Say what it is for"),
        "budget": _("Write what it costs"),
        "quotes": _("Attach the quotes"),
        "shares": _("Say who brings how much"),
        "shares_sum": _("Bring shares and costs together"),
        "milestones": _("Divide it into stages"),
        "milestones_sum": _("Bring stages and money together"),
        "keeper": _("Say who looks after it later"),
        "permits": _("Write which permits there are"),
    }.get(first.code, first.text)
    text = first.text if title != first.text else ""
    name = "village_quotes" if first.code == "quotes" else PARTS.get(first.field, "village_words")
    return Step(first.code, title, text, _url(name, project), _("Write it now"))


def _opening(project: Project, roles: frozenset[str], exact: bool) -> Step:
    missing = project_missing_to_open(project) if exact else []
    if missing:
        return _part(project, missing)
    step = Step(
        "open",
        _("Open it, so that people can promise"),
        _("You name who holds the money and who signs from outside."),
        _url("village_open", project),
        _("Open it"),
    )
    return _for(step, roles, Action.PROJECT_OPEN)


def _waiting(project: Project, status: ProjectStatus) -> Step:
    said = language()
    until = day_text(project.deadline, said) if project.deadline else ""
    grace = day_text(project.grace_until, said) if project.grace_until else ""
    holder = project.custodian.name(said) if project.custodian else ""
    steps = {
        ProjectStatus.SUBMITTED: (
            _("The council has it"),
            _("A deputy adopts it, or gives it back with a reason. Nothing to do for you now."),
            "wait",
        ),
        ProjectStatus.OPEN: (
            _("People can promise until %(day)s") % {"day": until},
            _("Pass the page on, answer questions, publish news."),
            "",
        ),
        ProjectStatus.PLEDGED_IN_FULL: (
            _("Everything is promised: pay the village’s share"),
            _("Pay it to %(holder)s by %(day)s. Donors are asked to pay too.") % {"holder": holder, "day": grace},
            "",
        ),
        ProjectStatus.SUSPENDED: (_("It is stopped for now"), _("The custodian says when it goes on."), "bad"),
        ProjectStatus.CLOSED: (_("It is finished and closed"), "", "off"),
        ProjectStatus.DECLINED: (_("The council declined it"), "", "off"),
        ProjectStatus.EXPIRED: (_("It did not come together in time"), _("Money already paid goes back."), "off"),
        ProjectStatus.CANCELLED: (_("It was cancelled"), "", "off"),
    }
    title, text, tone = steps[status]
    return Step(f"wait_{status.value}", title, text, tone=tone)


def _building(project: Project, facts: Facts, roles: frozenset[str], exact: bool) -> Step:
    stages = facts.stages[project.pk]
    for stage in stages:
        release = facts.release_of(stage)
        if release is not None and release.status in (ReleaseStatus.ASKED, ReleaseStatus.SIGNED):
            return _signing(project, stage, release, roles)
    done = project.status == ProjectStatus.COMPLETED
    for stage in stages:
        last_of_several = len(stages) > 1 and stage is stages[-1]
        if stage.tranche_minor and facts.release_of(stage) is None and (done or not last_of_several):
            return _asking(project, stage, facts, roles, exact)
        if stage.status == MilestoneStatus.PLANNED:
            return _report(project, stage, roles)
        if stage.status == MilestoneStatus.REPORTED:
            title = _("The outside signatory looks at “%(stage)s”") % {"stage": stage.text}
            return Step(
                "accept", title, _("You reported it as done. Photos help them."), tone="wait", since=stage.reported_at
            )
    if not done:
        step = Step(
            "complete",
            _("Say that all is built"),
            _("Every stage was accepted."),
            _url("village_complete", project),
            _("It is complete"),
            post=True,
        )
        return _for(step, roles, Action.PROJECT_COMPLETE)
    if facts.receipts_rest(project) > 0:
        return _receipts(project, roles)
    return Step("done", _("It is built"), _("In a year somebody from outside looks at the upkeep."), tone="off")


def _signing(project: Project, stage: Milestone, release: Release, roles: frozenset[str]) -> Step:
    title = _("Money for “%(stage)s”") % {"stage": stage.text}
    if release.status == ReleaseStatus.SIGNED:
        return Step(
            "pay", title, _("Signed from both sides. The custodian pays it out."), tone="wait", since=release.asked_at
        )
    signed = {signature.side for signature in release.signatures.all()}
    if Side.VILLAGE in signed:
        text = _("You have signed. Now the outside signatory signs.")
        return Step("sign_outside", title, text, tone="wait", since=release.asked_at)
    step = Step(
        "sign",
        title,
        _("Look at it and sign, or say why not."),
        _url("village_release", project, release.public_id),
        _("Look and sign"),
        since=release.asked_at,
    )
    return _for(step, roles, Action.RELEASE_SIGN_VILLAGE)


def _asking(project: Project, stage: Milestone, facts: Facts, roles: frozenset[str], exact: bool) -> Step:
    if exact:
        stage.project = project
        for missing in release_missing(stage):
            if missing.code == "photos":
                url = f"{_url('village_news', project)}?stage={stage.position - 1}"
                return Step("photos", missing.text, "", url, _("Publish photos"))
            if missing.code == "receipts":
                return _receipts(project, roles, rest=facts.receipts_rest(project))
            return Step(f"ask_{missing.code}", missing.text, tone="wait")
    step = Step(
        "ask",
        _("Ask for the money of “%(stage)s”") % {"stage": stage.text},
        _("The head and the outside signatory sign, then the custodian pays."),
        _url("village_ask", project, stage.position),
        _("Ask for it"),
    )
    return _for(step, roles, Action.RELEASE_ASK)


def _report(project: Project, stage: Milestone, roles: frozenset[str]) -> Step:
    step = Step(
        "report",
        _("Build “%(stage)s”, then report it") % {"stage": stage.text},
        _("Publish a photo first: the outside signatory looks at it."),
        _url("village_report", project, stage.position),
        _("It is done: report it"),
        post=True,
    )
    return _for(step, roles, Action.MILESTONE_REPORT)


def _receipts(project: Project, roles: frozenset[str], rest: int = 1) -> Step:
    if rest <= 0:
        text = _("You have shown them all. The next money can be asked for when they are accepted.")
        return Step("receipts_check", _("The outside signatory checks your receipts"), text, tone="wait")
    step = Step(
        "receipts",
        _("Show the receipts"),
        _("Part of the money paid out is not shown by receipts yet."),
        _url("village_receipts", project),
        _("Show a receipt"),
    )
    return _for(step, roles, Action.RECEIPT_SUBMIT)
