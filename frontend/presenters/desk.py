"""The desk of one person: what waits, where they hold an office, whether they can sign, what they promised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from birge.accounts.factors import factor_enrolled
from birge.accounts.models import User
from birge.organisations.models import Organisation, OrganisationKind, OrganisationStatus, Role
from birge.organisations.permissions import is_platform_administrator
from birge.organisations.selectors import MONEY_ROLES, offices_of
from funds.pledges.selectors import pledges_of
from funds.pledges.tokens import pledge_token
from funds.pools.models import PoolGift, StandingPromise
from funds.pools.states import GiftStatus, StandingStatus
from funds.pools.tokens import pool_gift_token

from .facts import say
from .returns import year_links
from .tasks import Task, village_tasks
from .tasks_others import tasks_for
from .words import language

MOST_PROMISES = 20
HAVE_POOLS = (OrganisationKind.MIGRANT_ASSOCIATION, OrganisationKind.MATCHING_DONOR)


@dataclass(frozen=True)
class Workplace:
    """An organisation this person acts for, with where to go from here."""

    name: str
    offices: str
    status_line: str
    links: list[tuple[str, str]]


@dataclass(frozen=True)
class Promise:
    """One promise of this person."""

    title: str
    amount: str
    status: str
    url: str


def desk_home(user: User) -> dict[str, Any]:
    """Return what the desk shows: the most pressing thing first, alone."""
    tasks = sorted([*village_tasks(user), *tasks_for(user)], key=_pressing)
    terms = list(offices_of(user))
    signs = any(term.office.role in MONEY_ROLES for term in terms)
    places = _workplaces(user)
    return {
        "first": tasks[0] if tasks else None,
        "others": tasks[1:],
        "offices": bool(terms),
        "places": places,
        "many": len(places) > 1,
        "needs_factor": signs and not factor_enrolled(user),
        "factor_set": factor_enrolled(user),
        "promises": promises(user),
        "years": year_links(user),
        "administers": is_platform_administrator(user),
    }


def _pressing(task: Task) -> bool:
    """Put what waits for nothing but this person before what is only late or long: sorting keeps the rest in order."""
    return bool(task.tone)


def _workplaces(user: User) -> list[Workplace]:
    said = language()
    roles: dict[int, list[str]] = {}
    found: dict[int, Organisation] = {}
    for term in offices_of(user):
        place = term.office.organisation
        role = str(Role(term.office.role).label)
        found[place.pk] = place
        roles.setdefault(place.pk, []).append(_("%(role)s, acting") % {"role": role} if term.acting else role)
    return [
        Workplace(place.name(said), ", ".join(roles[key]), _status_line(place), _links(place))
        for key, place in found.items()
    ]


def _status_line(place: Organisation) -> str:
    status = OrganisationStatus(place.status)
    return "" if status == OrganisationStatus.VERIFIED else str(status.label)


def _links(place: Organisation) -> list[tuple[str, str]]:
    """Return where one works for it, and where its offices and papers are."""
    work = {
        OrganisationKind.VILLAGE_ADMINISTRATION: (reverse("village_projects"), _("Our projects")),
        OrganisationKind.LOCAL_COUNCIL: (reverse("council"), _("Projects before the council")),
        OrganisationKind.MIGRANT_ASSOCIATION: (reverse("signing"), _("What we sign")),
        OrganisationKind.CUSTODIAN: (reverse("custodian", args=[place.public_id]), _("The money we hold")),
    }
    own = (reverse("organisation", args=[place.public_id]), _("Our offices and papers"))
    known = OrganisationKind(place.kind)
    links = [work[known], own] if known in work else [own]
    if known in HAVE_POOLS and place.status == OrganisationStatus.VERIFIED:
        return [(reverse("desk_pools", args=[place.public_id]), _("Our common funds")), *links]
    return links


def promises(user: User) -> list[Promise]:
    """Return what this person promised while signed in, each with the way to its page."""
    said = language()
    return [
        *_monthly(user),
        *_pool_gifts(user),
        *(
            Promise(
                title=pledge.project.title(said),
                amount=say(pledge.amount_minor, pledge.currency),
                status=pledge.get_status_display(),
                url=reverse("money", args=[pledge_token(pledge)]),
            )
            for pledge in pledges_of(user)[:MOST_PROMISES]
        ),
    ]


def _monthly(user: User) -> list[Promise]:
    """Return what this person promised pools each month and has not ended."""
    standing = StandingPromise.objects.filter(giver=user).exclude(status=StandingStatus.ENDED)
    return [
        Promise(
            title=each.pool.name(language()),
            amount=_("%(amount)s every month") % {"amount": say(each.amount_minor, each.pool.currency)},
            status=str(each.get_status_display()),
            url=reverse("pool_monthly", args=[each.pool.public_id]),
        )
        for each in standing.select_related("pool").order_by("id")
    ]


def _pool_gifts(user: User) -> list[Promise]:
    """Return what this person paid into pools, or said they would, each with its page; months stand on their own."""
    gifts = PoolGift.objects.filter(giver__user=user, standing=None).exclude(status=GiftStatus.WITHDRAWN)
    return [
        Promise(
            title=each.pool.name(language()),
            amount=say(each.received_minor or each.amount_minor, each.currency),
            status=str(each.get_status_display()),
            url=reverse("pool_gift", args=[pool_gift_token(each)]),
        )
        for each in gifts.select_related("pool").order_by("-id")[:MOST_PROMISES]
    ]
