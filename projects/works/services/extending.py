"""More days for a project that has not come together: by the rule, to decide; or by the village, with its reason."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import InvalidInput, RuleNotMet
from birge.organisations.models import Organisation
from birge.organisations.permissions import Action, require

from ..facts import PlanFacts
from ..models import Project, Transition
from ..states import ProjectStatus, Why
from .transitions import project_lock, reason_clean

RAISING = frozenset({ProjectStatus.OPEN, ProjectStatus.PLEDGED_IN_FULL})


@transaction.atomic
def project_give_time(*, project: Project, facts: PlanFacts) -> bool:
    """Let the village have days to decide, once for each grace: its days are over, and money lacks.

    Called by `funds.settlement`. The last day of raising moves, where it is nearer than settings.DECISION_DAYS.
    """
    locked = project_lock(project)
    if locked.status != ProjectStatus.PLEDGED_IN_FULL or locked.grace_until is None:
        return False
    if locked.grace_until >= clock.today() or decision_given(locked):
        return False
    until = clock.today() + dt.timedelta(days=settings.DECISION_DAYS)
    if locked.deadline is None or locked.deadline < until:
        locked.deadline = until
        locked.save(update_fields=["deadline"])
    _write(locked, reason=Why.TIME_TO_DECIDE, facts=facts)
    return True


@transaction.atomic
def project_extend(*, project: Project, actor: User, days: int, reason: str, facts: PlanFacts) -> Project:
    """Raise (and collect) so many days longer, with a reason that everyone reads. By the village's head.

    Called by `funds.settlement`, which knows whether there is something to decide. Raises NotAllowed, InvalidInput
    (`days`, `reason`), RuleNotMet (`transition`; `extended_often` after settings.EXTEND_MOST_TIMES).
    """
    require(actor, Action.PROJECT_OPEN, project.administration)
    why = reason_clean(reason)
    if not 1 <= days <= settings.EXTEND_MOST_DAYS:
        raise InvalidInput(
            _("Please choose from 1 to %(count)s days.") % {"count": settings.EXTEND_MOST_DAYS}, field="days"
        )
    locked = project_lock(project)
    if locked.status not in RAISING:
        raise RuleNotMet(_("This project does not take pledges now."), code="transition", status=locked.status)
    if extended_times(locked) >= settings.EXTEND_MOST_TIMES:
        raise RuleNotMet(
            _("It was prolonged as often as it may be. Now the money goes back if it does not come together."),
            code="extended_often",
        )
    today, more = clock.today(), dt.timedelta(days=days)
    locked.deadline = max(locked.deadline or today, today) + more
    if locked.grace_until is not None:
        locked.grace_until = max(locked.grace_until, today) + more
    locked.save(update_fields=["deadline", "grace_until"])
    _write(locked, reason=why, facts=facts, actor=actor, office=locked.administration)
    audit_record(
        actor=actor, action="project_extend", obj=locked, organisation=locked.administration, reason=why, days=days
    )
    return locked


def extended_times(project: Project) -> int:
    """Return how often the village has prolonged it."""
    same = project.transitions.filter(from_status__in=RAISING, actor__isnull=False)
    return sum(1 for step in same if step.from_status == step.to_status)


def decision_given(project: Project) -> bool:
    """Say whether the village was given time to decide since the promises last were whole."""
    whole = project.transitions.filter(to_status=ProjectStatus.PLEDGED_IN_FULL).exclude(
        from_status=ProjectStatus.PLEDGED_IN_FULL
    )
    last = whole.order_by("-id").first()
    said = project.transitions.filter(reason=Why.TIME_TO_DECIDE, pk__gt=last.pk if last is not None else 0)
    return said.exists()


def _write(
    project: Project,
    *,
    reason: str,
    facts: PlanFacts,
    actor: User | None = None,
    office: Organisation | None = None,
) -> None:
    Transition.objects.create(
        project=project,
        from_status=project.status,
        to_status=project.status,
        at=clock.now(),
        actor=actor,
        actor_office=office.kind if office is not None else "",
        reason=reason,
        facts=facts.as_json() | {"deadline": project.deadline.isoformat() if project.deadline else ""},
    )
