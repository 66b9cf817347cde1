"""The work itself: it begins, its stages are reported and seen, it is done."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import NotAllowed, RuleNotMet
from birge.organisations.permissions import Action, require

from ..models import Milestone, MilestoneStatus, Project
from ..selectors import is_outside_signer, milestones_all_accepted
from ..states import ProjectStatus
from .transitions import project_lock, project_move, reason_clean, transition_check

UPKEEP_DAYS = 365  # a project is closed by a report on its upkeep a year after it was completed


@transaction.atomic
def project_start(*, project: Project, actor: User) -> Project:
    """Begin the work, once all money is there. Raises NotAllowed, RuleNotMet (`transition`)."""
    require(actor, Action.PROJECT_START, project.administration)
    project = project_lock(project)
    project = project_move(project, ProjectStatus.UNDER_WAY, actor=actor, office=project.administration)
    audit_record(actor=actor, action=Action.PROJECT_START, obj=project, organisation=project.administration)
    return project


@transaction.atomic
def milestone_report(*, milestone: Milestone, actor: User) -> Milestone:
    """Say that a stage is done. Raises NotAllowed, RuleNotMet (`not_under_way`, `transition`, `order`)."""
    require(actor, Action.MILESTONE_REPORT, milestone.project.administration)
    project = project_lock(milestone.project)
    stage = _stage_of(project, milestone)
    if stage.status != MilestoneStatus.PLANNED:
        raise RuleNotMet(_("This stage is reported already."), code="transition")
    earlier = project.milestones.filter(position__lt=stage.position, status=MilestoneStatus.PLANNED)
    if earlier.exists():
        raise RuleNotMet(_("Please report the earlier stages first."), code="order")
    stage.status, stage.reported_at, stage.reported_by = MilestoneStatus.REPORTED, clock.now(), actor
    stage.save(update_fields=["status", "reported_at", "reported_by"])
    audit_record(
        actor=actor,
        action=Action.MILESTONE_REPORT,
        obj=project,
        organisation=project.administration,
        milestone=stage.position,
    )
    return stage


@transaction.atomic
def milestone_accept(*, milestone: Milestone, actor: User) -> Milestone:
    """Say, as the outside signatory or their substitute, that a reported stage is really done.

    Raises NotAllowed (also `same_person`), RuleNotMet (`not_under_way`, `transition`).
    """
    project = project_lock(milestone.project)
    if not is_outside_signer(actor, project):
        raise NotAllowed
    stage = _stage_of(project, milestone)
    if stage.status != MilestoneStatus.REPORTED:
        raise RuleNotMet(_("Only a reported stage can be accepted, and once."), code="transition")
    if stage.reported_by_id == actor.pk:
        raise NotAllowed(_("Who reported it cannot accept it."), code="same_person")
    stage.status, stage.accepted_at, stage.accepted_by = MilestoneStatus.ACCEPTED, clock.now(), actor
    stage.save(update_fields=["status", "accepted_at", "accepted_by"])
    audit_record(
        actor=actor,
        action="milestone_accept",
        obj=project,
        organisation=project.signatory_organisation,
        milestone=stage.position,
    )
    return stage


@transaction.atomic
def project_complete(*, project: Project, actor: User) -> Project:
    """Say that all is built. Raises NotAllowed, RuleNotMet (`transition`, `stages`) until every stage was accepted."""
    require(actor, Action.PROJECT_COMPLETE, project.administration)
    project = project_lock(project)
    transition_check(project, ProjectStatus.COMPLETED)
    if not milestones_all_accepted(project):
        raise RuleNotMet(_("Not every stage has been accepted yet."), code="stages")
    project = project_move(project, ProjectStatus.COMPLETED, actor=actor, office=project.administration)
    audit_record(actor=actor, action=Action.PROJECT_COMPLETE, obj=project, organisation=project.administration)
    return project


@transaction.atomic
def project_close(*, project: Project, actor: User, reason: str) -> Project:
    """Close a completed project with a report on its upkeep, by the outside signatory, a year later at the earliest.

    `reason` is the report. Raises NotAllowed, InvalidInput (`reason`), RuleNotMet (`transition`, `too_early`).
    """
    project = project_lock(project)
    if not is_outside_signer(actor, project):
        raise NotAllowed
    report = reason_clean(reason)
    transition_check(project, ProjectStatus.CLOSED)
    done = project.transitions.filter(to_status=ProjectStatus.COMPLETED).order_by("-id").first()
    if done is None or clock.now() - done.at < dt.timedelta(days=UPKEEP_DAYS):
        raise RuleNotMet(_("A project is closed a year after it was completed, not earlier."), code="too_early")
    office = project.signatory_organisation
    project = project_move(project, ProjectStatus.CLOSED, actor=actor, office=office, reason=report)
    audit_record(actor=actor, action="project_close", obj=project, organisation=office, reason=report)
    return project


def _stage_of(project: Project, milestone: Milestone) -> Milestone:
    """Return the stage as it is under the project's lock. Raises RuleNotMet (`not_under_way`)."""
    if project.status != ProjectStatus.UNDER_WAY:
        raise RuleNotMet(_("Stages are reported and accepted while the work is under way."), code="not_under_way")
    return Milestone.objects.select_related("project").get(pk=milestone.pk)
