"""Projects as cards in a list: few queries whatever the number of cards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from birge.documents.models import Document
from birge.money import Money, format_money
from funds.settlement.selectors import projects_money
from projects.works.models import Project
from projects.works.states import ProjectStatus

from .words import STATUS_TONE, language, place_line


@dataclass(frozen=True)
class Card:
    """What one card shows. Amounts in minor units of `currency`."""

    public_id: str
    title: str
    place_line: str
    status_label: str
    status_tone: str
    category_label: str
    picture: Document | None
    received_minor: int
    goal_minor: int
    currency: str
    received_label: str
    deadline: dt.date | None


def cards(projects: Iterable[Project]) -> list[Card]:
    """Return the cards in the order given. `projects` should come with village and picture selected."""
    listed = list(projects)
    money = projects_money(listed)
    return [_card(project, money[project.public_id].received_minor, money[project.public_id].goal_minor)
            for project in listed]  # fmt: skip


def _card(project: Project, received: int, goal: int) -> Card:
    said = language()
    return Card(
        public_id=project.public_id,
        title=project.title(said),
        place_line=place_line(project.village),
        status_label=str(ProjectStatus(project.status).label),
        status_tone=STATUS_TONE[project.status],
        category_label=project.get_category_display(),
        picture=project.picture,
        received_minor=received,
        goal_minor=goal,
        currency=project.currency,
        received_label=_("%(received)s received of %(goal)s")
        % {
            "received": format_money(Money(received, project.currency), said),
            "goal": format_money(Money(goal, project.currency), said),
        },
        deadline=project.deadline if project.status == ProjectStatus.OPEN else None,
    )
