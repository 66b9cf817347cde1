"""The figures beside the forms of the plan: what it makes together, what is still to be shared out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from birge.documents.models import Document
from frontend.forms.village.plan import SharesForm
from frontend.presenters.facts import say
from frontend.presenters.words import money_word
from projects.works.models import Party, Project
from projects.works.selectors import project_money_minor
from projects.works.services.writing import STILL_ON_PAPER


@dataclass(frozen=True)
class QuoteLine:
    """One line of the costs with its paper."""

    position: int
    text: str
    total: str
    quote: Document | None


def costs_minor(project: Project) -> int:
    """Return what the lines make together."""
    return sum(line.total_minor for line in project.budget_lines.all())


def costs_page(project: Project) -> dict[str, Any]:
    """Return what stands beside the rows of the costs."""
    total = costs_minor(project)
    return {
        "total": say(total, project.currency) if total else "",
        "unit_of_money": money_word(project.currency),
        "suggested": not total,
    }


def stages_page(project: Project) -> dict[str, Any]:
    """Return what stands beside the rows of the stages."""
    return {
        "money": say(project_money_minor(project), project.currency),
        "unit_of_money": money_word(project.currency),
    }


def shares_page(project: Project, form: SharesForm) -> dict[str, Any]:
    """Return what stands beside the four sums: what is to be reached, and what they make now."""
    planned = sum(share.amount_minor for share in project.shares.all())
    given = form.sum_minor if form.is_bound else planned
    return {
        "costs": say(form.costs_minor, project.currency),
        "given": say(given, project.currency) if given else "",
        "fits": given == form.costs_minor,
        "unit_of_money": money_word(project.currency),
        "has_matching_donors": bool(form.matching_donors),
        "in_kind": Party.IN_KIND,
    }


def quotes_page(project: Project) -> dict[str, Any]:
    """Return every line with its paper."""
    lines = [
        QuoteLine(line.position, line.text, say(line.total_minor, project.currency), line.quote)
        for line in project.budget_lines.select_related("quote")
    ]
    return {
        "lines": lines,
        "missing": sum(1 for line in lines if line.quote is None),
        "total": say(costs_minor(project), project.currency),
        "can_attach": project.status in STILL_ON_PAPER,
        "can_change_lines": project.status == "draft",
    }
