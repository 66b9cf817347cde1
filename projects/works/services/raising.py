"""Money is raised for a project. Whatever depends on money gets `PlanFacts`, which are checked and kept."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from birge.organisations.models import Organisation, OrganisationKind, OrganisationStatus
from birge.organisations.permissions import Action, require

from ..facts import PlanFacts
from ..models import Project
from ..selectors import project_missing_to_open
from ..states import ALLOWED, ProjectStatus, Why
from .signatories import signatory_check
from .transitions import project_lock, project_move, reason_clean, transition_check

LONGEST_DAYS = 366


@transaction.atomic
def project_open(
    *,
    project: Project,
    actor: User,
    deadline: dt.date,
    custodian: Organisation,
    outside_signatory: User,
    outside_substitute: User,
    signatory_organisation: Organisation,
) -> Project:
    """Begin to raise money. Called by `funds.settlement`, which books the village's promise with it.

    `deadline` is the last day (UTC), at most a year ahead. The signatories are two different persons with an office
    in a verified migrant association and none in the village administration or at the custodian.
    Raises NotAllowed, InvalidInput with its field, RuleNotMet (`missing`, `transition`).
    """
    require(actor, Action.PROJECT_OPEN, project.administration)
    project = project_lock(project)
    transition_check(project, ProjectStatus.OPEN)
    missing = project_missing_to_open(project)
    if missing:
        text = " ".join(each.text for each in missing)
        raise RuleNotMet(
            _("Still missing: %(what)s") % {"what": text}, code="missing", missing=[each.code for each in missing]
        )
    _deadline_check(deadline)
    if custodian.kind != OrganisationKind.CUSTODIAN or custodian.status != OrganisationStatus.VERIFIED:
        raise InvalidInput(_("Please choose a verified custodian."), field="custodian")
    for person, field in ((outside_signatory, "outside_signatory"), (outside_substitute, "outside_substitute")):
        signatory_check(project, custodian, signatory_organisation, person, field)
    if outside_signatory.pk == outside_substitute.pk:
        raise InvalidInput(_("The substitute must be another person."), field="outside_substitute")
    project = project_move(
        project,
        ProjectStatus.OPEN,
        actor=actor,
        office=project.administration,
        deadline=deadline,
        custodian=custodian,
        outside_signatory=outside_signatory,
        outside_substitute=outside_substitute,
        signatory_organisation=signatory_organisation,
        opened_at=clock.now(),
    )
    audit_record(actor=actor, action=Action.PROJECT_OPEN, obj=project, organisation=project.administration)
    return project


@transaction.atomic
def project_mark_pledged(*, project: Project, facts: PlanFacts) -> Project:
    """Every share is promised: collecting begins, with days of grace. Raises RuleNotMet (`not_whole`)."""
    project = project_lock(project)
    if not _whole(project, facts):
        raise RuleNotMet(_("Not every share of the plan is promised."), code="not_whole")
    grace = clock.today() + dt.timedelta(days=settings.GRACE_DAYS)
    return project_move(project, ProjectStatus.PLEDGED_IN_FULL, reason=Why.ALL_PROMISED, facts=facts, grace_until=grace)


@transaction.atomic
def project_unmark_pledged(*, project: Project, facts: PlanFacts) -> Project:
    """Go back to raising because a promise fell away. Raises RuleNotMet (`whole`) if none did."""
    project = project_lock(project)
    if _whole(project, facts):
        raise RuleNotMet(_("Every share of the plan is promised."), code="whole")
    return project_move(project, ProjectStatus.OPEN, reason=Why.FELL_AWAY, facts=facts, grace_until=None)


@transaction.atomic
def project_fund(*, project: Project, facts: PlanFacts) -> Project:
    """All money of the plan is held. Raises RuleNotMet (`not_whole`)."""
    project = project_lock(project)
    if facts.held_minor < facts.plan_minor or facts.plan_minor <= 0:
        raise RuleNotMet(_("Not all money of the plan has come."), code="not_whole")
    return project_move(project, ProjectStatus.FUNDED, reason=Why.ALL_HELD, facts=facts)


@transaction.atomic
def project_unfund(*, project: Project, facts: PlanFacts) -> Project:
    """Go back to collecting because a payment was put right. Raises RuleNotMet (`whole`) if none lacks."""
    project = project_lock(project)
    if facts.held_minor >= facts.plan_minor:
        raise RuleNotMet(_("All money of the plan is there."), code="whole")
    grace = clock.today() + dt.timedelta(days=settings.GRACE_DAYS)
    return project_move(project, ProjectStatus.PLEDGED_IN_FULL, reason=Why.PUT_RIGHT, facts=facts, grace_until=grace)


@transaction.atomic
def project_expire(*, project: Project, facts: PlanFacts) -> Project:
    """End a project that did not come together in time. Raises RuleNotMet (`in_time`) before its last day is over."""
    project = project_lock(project)
    today = clock.today()
    last = project.deadline if project.status == ProjectStatus.OPEN else project.grace_until
    if last is not None and last >= today:
        raise RuleNotMet(_("There is still time."), code="in_time")
    return project_move(project, ProjectStatus.EXPIRED, reason=Why.OUT_OF_TIME, facts=facts)


@transaction.atomic
def project_cancel(*, project: Project, actor: User, reason: str, facts: PlanFacts) -> Project:
    """Give a project up, with a reason that everyone reads. Raises NotAllowed, InvalidInput (`reason`), RuleNotMet."""
    require(actor, Action.PROJECT_CANCEL_ASK, project.administration)
    why = reason_clean(reason)
    project = project_lock(project)
    project = project_move(
        project, ProjectStatus.CANCELLED, actor=actor, office=project.administration, reason=why, facts=facts
    )
    audit_record(actor=actor, action="project_cancel", obj=project, organisation=project.administration, reason=why)
    return project


@transaction.atomic
def project_suspend(*, project: Project, actor: User, reason: str) -> Project:
    """Stop everything for now: no money leaves. By the custodian's officer or the platform's administrator."""
    holder = _holder(project)
    require(actor, Action.PROJECT_SUSPEND, holder)
    why = reason_clean(reason)
    project = project_lock(project)
    project = project_move(project, ProjectStatus.SUSPENDED, actor=actor, office=holder, reason=why)
    audit_record(actor=actor, action=Action.PROJECT_SUSPEND, obj=project, organisation=holder, reason=why)
    return project


@transaction.atomic
def project_resume(*, project: Project, actor: User, reason: str) -> Project:
    """Go on where it stopped; the days that it stood still are added to its deadlines."""
    holder = _holder(project)
    require(actor, Action.PROJECT_SUSPEND, holder)
    why = reason_clean(reason)
    project = project_lock(project)
    stopped = project.transitions.filter(to_status=ProjectStatus.SUSPENDED).order_by("-id").first()
    if project.status != ProjectStatus.SUSPENDED or stopped is None:
        raise RuleNotMet(_("This project is not stopped."), code="transition")
    before = ProjectStatus(stopped.from_status)
    if before not in ALLOWED[ProjectStatus.SUSPENDED]:
        raise RuleNotMet(_("This project is not stopped."), code="transition")
    still = clock.today() - stopped.at.astimezone(dt.UTC).date()
    changes = {name: getattr(project, name) + still for name in ("deadline", "grace_until") if getattr(project, name)}
    project = project_move(project, before, actor=actor, office=holder, reason=why, **changes)
    audit_record(actor=actor, action="project_resume", obj=project, organisation=holder, reason=why)
    return project


def _holder(project: Project) -> Organisation:
    if project.custodian is None:
        raise NotAllowed(_("No custodian holds money for this project yet."))
    return project.custodian


def _whole(project: Project, facts: PlanFacts) -> bool:
    return all(facts.shares.get(share.party, 0) >= share.amount_minor for share in project.shares.all())


def _deadline_check(deadline: dt.date) -> None:
    today = clock.today()
    if deadline <= today:
        raise InvalidInput(_("The last day must lie ahead."), field="deadline")
    if deadline > today + dt.timedelta(days=LONGEST_DAYS):
        raise InvalidInput(_("The last day is at most a year ahead."), field="deadline")
