"""The one place where a project's status changes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.errors import InvalidInput, RuleNotMet
from birge.organisations.models import Organisation

from ..facts import PlanFacts
from ..models import Project, Transition
from ..states import ALLOWED, ProjectStatus


def project_lock(project: Project) -> Project:
    """Return the project as it is now, locked until the transaction ends.

    The lock does not hinder rows that only point to the project from being written.
    """
    return (
        Project.objects.select_for_update(of=("self",), no_key=True)
        .select_related("custodian", "administration", "resolution", "village")
        .get(pk=project.pk)
    )


def project_move(
    project: Project,
    to: ProjectStatus,
    *,
    actor: User | None = None,
    office: Organisation | None = None,
    reason: str = "",
    facts: PlanFacts | None = None,
    **changes: Any,
) -> Project:
    """Change the status of a locked project, together with `changes` to its fields, and write its history.

    `office` is the organisation the actor acted for. Raises RuleNotMet (`transition`) for a step that the table does
    not know.
    """
    transition_check(project, to)
    before = project.status
    project.status = to
    for field, value in changes.items():
        setattr(project, field, value)
    project.save(update_fields=["status", *changes])
    Transition.objects.create(
        project=project,
        from_status=before,
        to_status=to,
        at=clock.now(),
        actor=actor,
        actor_office=office.kind if office is not None else "",
        reason=reason.strip(),
        facts=facts.as_json() if facts is not None else {},
    )
    return project


def transition_check(project: Project, to: ProjectStatus) -> None:
    """Raise RuleNotMet (`transition`) for a step that the table does not know."""
    before = ProjectStatus(project.status)
    if to not in ALLOWED[before]:
        raise RuleNotMet(
            _("A project that is “%(before)s” cannot become “%(after)s”.")
            % {"before": before.label, "after": to.label},
            code="transition",
            from_status=before.value,
            to_status=to.value,
        )


def reason_clean(reason: str) -> str:
    """Return the reason without blanks around it. Raises InvalidInput (`reason`) if there is none."""
    cleaned = reason.strip()
    if not cleaned:
        raise InvalidInput(_("Please say why."), field="reason")
    return cleaned
