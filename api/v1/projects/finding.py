"""Parts of a project, by their position: they have no identifier of their own."""

from __future__ import annotations

from django.utils.translation import gettext as _

from birge.errors import InvalidInput, NotFound
from projects.works.models import BudgetLine, Milestone, Project


def milestone_at(project: Project, position: int) -> Milestone:
    """Return the milestone that an address names. Raises NotFound."""
    found = project.milestones.filter(position=position).first()
    if found is None:
        raise NotFound
    return found


def milestone_named(project: Project, position: int) -> Milestone:
    """Return the milestone that a body names in `milestone`. Raises InvalidInput there."""
    found = project.milestones.filter(position=position).first()
    if found is None:
        raise InvalidInput(_("The project has no such milestone."), field="milestone", code="unknown")
    return found


def line_at(project: Project, position: int) -> BudgetLine:
    """Return the budget line that an address names. Raises NotFound."""
    found = project.budget_lines.filter(position=position).first()
    if found is None:
        raise NotFound
    return found


def line_named(project: Project, position: int) -> BudgetLine:
    """Return the budget line that a body names in `budget_line`. Raises InvalidInput there."""
    found = project.budget_lines.filter(position=position).first()
    if found is None:
        raise InvalidInput(_("The project has no such budget line."), field="budget_line", code="unknown")
    return found
