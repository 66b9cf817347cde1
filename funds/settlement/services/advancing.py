"""What a change in promises or money does to the project. Each function expects the project's row to be locked."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from birge import clock
from funds.matching.services import match_prolong
from funds.payments.models import PaymentMethod
from funds.payments.selectors import payment_methods_for
from funds.pledges.models import Pledge
from funds.pledges.notices import pledge_notice
from funds.pledges.selectors import pledges_open
from funds.pledges.services import pledges_mark_due, pledges_unmark_due
from projects.works.models import Project
from projects.works.services import (
    project_fund,
    project_lock,
    project_mark_pledged,
    project_unfund,
    project_unmark_pledged,
)
from projects.works.states import ProjectStatus

from ..facts import condition_facts, money_whole, plan_facts, promises_whole
from .charging import charge_on_due

__all__ = ["due_notice", "project_advance", "project_lock", "project_retreat"]


def project_advance(project: Project) -> Project:
    """Move a locked project on as far as promises and money carry it; ask for money that became due."""
    facts = plan_facts(project)
    if project.status == ProjectStatus.OPEN and promises_whole(project, facts):
        project = project_mark_pledged(project=project, facts=facts)
    until = clock.today() + dt.timedelta(days=settings.GRACE_DAYS)
    for pledge in pledges_mark_due(pledges=pledges_open(project), facts=condition_facts(project), until=until):
        match_prolong(pledge_ref=pledge.public_id, until=pledge.horizon)
        if charge_on_due(pledge) is None:
            due_notice(pledge)
    if project.status == ProjectStatus.PLEDGED_IN_FULL and money_whole(project, facts):
        project = project_fund(project=project, facts=facts)
    return project


def project_retreat(project: Project) -> Project:
    """Move a locked project back if money or a promise of its plan fell away; what was due waits again."""
    facts = plan_facts(project)
    if project.status == ProjectStatus.FUNDED and not money_whole(project, facts):
        project = project_unfund(project=project, facts=facts)
    if project.status == ProjectStatus.PLEDGED_IN_FULL and not promises_whole(project, facts):
        project = project_unmark_pledged(project=project, facts=facts)
    pledges_unmark_due(pledges=pledges_open(project), facts=condition_facts(project))
    return project


def due_notice(pledge: Pledge) -> None:
    """Ask the donor to pay now, with the ways that work from their country."""
    methods = payment_methods_for(pledge.custodian, pledge.country, clock.today(), cards_in=pledge.currency)
    ways = [_way_text(method) for method in methods if method.works]
    pledge_notice(pledge, "pledge_due", ways=ways)


def _way_text(method: PaymentMethod) -> str:
    details = "; ".join(str(value) for value in method.details.values())
    return f"{method.get_kind_display()}: {details}" if details else method.get_kind_display()
