"""Projects as cards in a list: few queries whatever the number of cards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from birge.documents.models import Document
from funds.ledger.balances import balances_by_purpose
from funds.settlement.selectors import ProjectMoney, projects_money
from projects.works.models import Project
from projects.works.states import ProjectStatus

from .facts import say
from .words import STATUS_TONE, language, place_line

PROMISES = ("promised", "pool", "reserved")  # accounts of the pledge book that hold what is still to come


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
    promised_minor: int
    promised_label: str
    deadline: dt.date | None


def cards(projects: Iterable[Project]) -> list[Card]:
    """Return the cards in the order given. `projects` should come with village and picture selected."""
    listed = list(projects)
    money, promised = projects_money(listed), promised_minor(listed)
    return [_card(project, money[project.public_id], promised.get(project.public_id, 0)) for project in listed]


def promised_minor(projects: list[Project]) -> dict[str, int]:
    """Return what is promised and still to be paid, donors and village together, by project; in two queries."""
    found: dict[str, int] = {}
    for row in balances_by_purpose([project.public_id for project in projects], PROMISES):
        found[row.purpose_ref] = found.get(row.purpose_ref, 0) + row.amount
    return found


def _card(project: Project, money: ProjectMoney, promised: int) -> Card:
    received, goal = say(money.received_minor, project.currency), say(money.goal_minor, project.currency)
    said = language()
    return Card(
        public_id=project.public_id,
        title=project.title(said),
        place_line=place_line(project.village),
        status_label=str(ProjectStatus(project.status).label),
        status_tone=STATUS_TONE[project.status],
        category_label=project.get_category_display(),
        picture=project.picture,
        received_minor=money.received_minor,
        goal_minor=money.goal_minor,
        currency=project.currency,
        received_label=_("%(received)s received of %(goal)s") % {"received": received, "goal": goal},
        promised_minor=promised,
        promised_label=_("%(promised)s more is promised") % {"promised": say(promised, project.currency)},
        deadline=project.deadline if project.status == ProjectStatus.OPEN else None,
    )
