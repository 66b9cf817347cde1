"""Reading projects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from birge.accounts.models import User

from .models import MONEY_PARTIES, MilestoneStatus, Party, Project
from .states import NOT_PUBLIC, ProjectStatus


@dataclass(frozen=True)
class Missing:
    """Something that the next step still needs. `field` names the form's part where it is put right."""

    code: str
    text: str
    field: str


def projects_public() -> QuerySet[Project]:
    """Return the projects that anyone may see: whatever a council has decided on, and all that follows."""
    return Project.objects.exclude(status__in=sorted(NOT_PUBLIC)).exclude(
        status=ProjectStatus.CANCELLED, resolution=None
    )


def project_money_minor(project: Project) -> int:
    """Return the money of the plan: all shares but work and things."""
    return _sum(project.shares.filter(party__in=MONEY_PARTIES), "amount_minor")


def project_missing(project: Project) -> list[Missing]:
    """Return what a draft still needs before it can be handed in, in the order of the form."""
    missing = []
    if not project.title(project.language):
        missing.append(Missing("title", _("A title."), "title"))
    if not project.summary(project.language):
        missing.append(Missing("summary", _("A few sentences on what it is for."), "summary"))
    costs = _sum(project.budget_lines.all(), "total_minor")
    if not costs:
        missing.append(Missing("budget", _("At least one line of costs."), "budget"))
    shares = _sum(project.shares.all(), "amount_minor")
    if not project.shares.exclude(party=Party.IN_KIND).exists():
        missing.append(Missing("shares", _("Who brings how much."), "shares"))
    elif shares != costs:
        missing.append(Missing("shares_sum", _("The shares must add up to the costs, to the tyiyn."), "shares"))
    tranches = _sum(project.milestones.all(), "tranche_minor")
    if not project.milestones.exists():
        missing.append(Missing("milestones", _("At least one stage."), "milestones"))
    elif tranches != project_money_minor(project):
        text = _("The sums of the stages must add up to the money of the plan.")
        missing.append(Missing("milestones_sum", text, "milestones"))
    if not project.keeper_name or project.upkeep_yearly_minor is None:
        missing.append(Missing("keeper", _("Who looks after it later, and what that costs a year."), "keeper"))
    return missing


def project_missing_to_open(project: Project) -> list[Missing]:
    """Return what an adopted project still needs before people can promise, apart from the names given on opening."""
    missing = []
    if not project.permits:
        missing.append(Missing("permits", _("Which permits there are, or that none is needed."), "permits"))
    if project.budget_lines.filter(quote=None).exists():
        missing.append(Missing("quotes", _("A quote for every line of costs."), "budget"))
    return missing


def milestones_all_accepted(project: Project) -> bool:
    """Say whether every stage was seen and accepted."""
    return project.milestones.exists() and not project.milestones.exclude(status=MilestoneStatus.ACCEPTED).exists()


def is_outside_signer(user: User | None, project: Project) -> bool:
    """Say whether the person is the project's outside signatory or stands in for them."""
    return user is not None and user.is_active and user.pk in (
        project.outside_signatory_id,
        project.outside_substitute_id,
    )  # fmt: skip


def _sum(rows: QuerySet[Any], field: str) -> int:
    return int(rows.aggregate(total=Sum(field))["total"] or 0)
