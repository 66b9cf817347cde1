"""A project begins to raise money: from this moment the village's share is promised."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from birge.accounts.models import User
from birge.organisations.models import Organisation
from birge.organisations.permissions import Action, require
from funds.ledger.posting import command_finish, command_open
from funds.matching.services import village_promise
from projects.works.models import Project
from projects.works.services import project_open

from .advancing import project_advance, project_lock


@transaction.atomic
def project_open_with_money(
    *,
    project: Project,
    actor: User,
    deadline: dt.date,
    custodian: Organisation,
    outside_signatory: User,
    outside_substitute: User,
    signatory_organisation: Organisation,
) -> Project:
    """Open an adopted project (see `project_open` for its rules) and book the village's share as promised.

    Asked again, it returns the project as it is.
    """
    require(actor, Action.PROJECT_OPEN, project.administration)
    opened = command_open(
        scope=f"project:{project.public_id}",
        key="open",
        request={"deadline": deadline.isoformat(), "custodian": custodian.public_id},
    )
    project = project_lock(project)
    if opened.replayed:
        return project
    project = project_open(
        project=project,
        actor=actor,
        deadline=deadline,
        custodian=custodian,
        outside_signatory=outside_signatory,
        outside_substitute=outside_substitute,
        signatory_organisation=signatory_organisation,
    )
    village_promise(project=project, command=opened.command)
    command_finish(opened.command, project.public_id)
    return project_advance(project)
