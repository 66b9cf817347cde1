"""A draft goes before the local council, and what the council makes of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.documents.models import Document, DocumentKind
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from birge.organisations.permissions import Action, require
from birge.organisations.selectors import council_of

from ..models import Project
from ..selectors import project_missing
from ..states import ProjectStatus
from .transitions import project_lock, project_move, reason_clean, transition_check


@transaction.atomic
def project_submit(*, project: Project, actor: User) -> Project:
    """Hand a draft to the council. Raises NotAllowed, RuleNotMet (`missing`, with `missing` = codes; `transition`)."""
    require(actor, Action.PROJECT_SUBMIT, project.administration)
    project = project_lock(project)
    transition_check(project, ProjectStatus.SUBMITTED)
    missing = project_missing(project)
    if missing:
        text = " ".join(each.text for each in missing)
        raise RuleNotMet(
            _("Still missing: %(what)s") % {"what": text}, code="missing", missing=[each.code for each in missing]
        )
    project = project_move(project, ProjectStatus.SUBMITTED, actor=actor, office=project.administration)
    audit_record(actor=actor, action=Action.PROJECT_SUBMIT, obj=project, organisation=project.administration)
    return project


@transaction.atomic
def project_return(*, project: Project, actor: User, reason: str) -> Project:
    """Give a project back to be corrected. Raises NotAllowed, InvalidInput (`reason`), RuleNotMet (`transition`)."""
    return _decide(project, actor, Action.PROJECT_RETURN, ProjectStatus.DRAFT, reason_clean(reason))


@transaction.atomic
def project_decline(*, project: Project, actor: User, reason: str) -> Project:
    """Refuse a project; the reason is public. Raises NotAllowed, InvalidInput (`reason`), RuleNotMet."""
    return _decide(project, actor, Action.PROJECT_DECLINE, ProjectStatus.DECLINED, reason_clean(reason))


@transaction.atomic
def project_adopt(*, project: Project, actor: User, resolution: Document | None, number: str, date: dt.date) -> Project:
    """Adopt a project by a kenesh resolution: the paper, its number and its day.

    Raises NotAllowed (no seat in the council; `same_person` who handed it in), InvalidInput with its field.
    """
    require(actor, Action.PROJECT_ADOPT, project.administration)
    if resolution is None or resolution.kind != DocumentKind.RESOLUTION:
        raise InvalidInput(_("Please attach the council's decision."), field="resolution")
    if not number.strip():
        raise InvalidInput(_("Please write the number of the decision."), field="number")
    if date > clock.today():
        raise InvalidInput(_("This day has not come yet."), field="date")
    changes = {"resolution": resolution, "resolution_number": number.strip()[:60], "resolution_date": date}
    return _decide(project, actor, Action.PROJECT_ADOPT, ProjectStatus.ADOPTED, "", **changes)


def _decide(project: Project, actor: User, action: Action, to: ProjectStatus, reason: str, **changes: Any) -> Project:
    require(actor, action, project.administration)
    project = project_lock(project)
    transition_check(project, to)
    handed_in = project.transitions.filter(to_status=ProjectStatus.SUBMITTED).order_by("-id").first()
    if handed_in is not None and handed_in.actor_id == actor.pk:
        raise NotAllowed(_("Who handed it in cannot decide on it."), code="same_person")
    council = council_of(project.administration)
    project = project_move(project, to, actor=actor, office=council, reason=reason, **changes)
    audit_record(actor=actor, action=action, obj=project, organisation=council, reason=reason)
    return project
