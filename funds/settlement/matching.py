"""What the rules of pools look at: the project's plan as it stands, and whose promise it is."""

from __future__ import annotations

import datetime as dt

from birge.places.models import PlaceKind
from birge.places.selectors import place_ancestors
from birge_engine.matching import ProjectFacts
from funds.matching.donors import identity_of
from funds.matching.rule_selectors import matched_minor
from funds.matching.services import Giver
from funds.payments.selectors import village_paid_minor
from funds.pledges.contacts import contact_of
from funds.pledges.models import Party, Pledge
from funds.pledges.selectors import gave_before, promised_minor
from funds.pledges.states import IN_LEDGER
from funds.watch.selectors import joined, one_donor
from projects.works.models import Project

OBLASTS = frozenset({PlaceKind.OBLAST, PlaceKind.CITY_REPUBLICAN})


def match_facts(project: Project) -> ProjectFacts:
    """Return what rules may look at (minor units; places by SOATE). Exact under the project's lock.

    `rest` is what the plan's matching share still lacks: no rule gives to a plan without one, nor more than it asks.
    """
    shares = {share.party: share.amount_minor for share in project.shares.all()}
    promised = promised_minor(project, Party.MATCHING) + matched_minor(project)
    ancestors = [project.village, *place_ancestors(project.village)]
    return ProjectFacts(
        id=project.public_id,
        category=project.category,
        oblast=next((place.soate for place in ancestors if place.kind in OBLASTS), ""),
        village=project.village.soate,
        shares=shares,
        rest=max(0, shares.get(Party.MATCHING, 0) - promised),
        village_paid=village_paid_minor(project),
    )


def matched_at_all(pledge: Pledge) -> bool:
    """Say whether rules look at this promise: a person's own, not a pool's, a matching donor's or a related one's."""
    return pledge.party == Party.DONORS and not pledge.pool_ref and not pledge.related


def giver_of(pledge: Pledge, *, at: dt.datetime, amount: int | None = None, confirmed: bool = False) -> Giver:
    """Return a promise as rules see it; `amount` (minor units) where it is not all of it."""
    identity = pledge_identity(pledge)
    before = promised_minor(pledge.project, Party.DONORS)
    if pledge.status in IN_LEDGER:
        before -= pledge.plan_amount_minor if pledge.collected_minor is None else pledge.collected_minor
    return Giver(
        identity=identity,
        amount=pledge.plan_amount_minor if amount is None else amount,
        at=at,
        group=pledge.group,
        given=before,
        first_time=not gave_before(pledge) and not joined_before(pledge),
        confirmed=confirmed,
        pledge_ref=pledge.public_id,
    )


def pledge_identity(pledge: Pledge) -> str:
    """Return what makes this promise the same donor's as others: also what two officers said is one donor."""
    return one_donor(own_identity(pledge))


def own_identity(pledge: Pledge) -> str:
    """Return what makes this promise the same donor's as others by contact and account alone."""
    contact = contact_of(pledge)
    account = pledge.donor.public_id if pledge.donor is not None else ""
    return identity_of(contact.value if contact else "", account, pledge.group)


def joined_before(pledge: Pledge) -> bool:
    """Say whether this donor is one with others who gave: then this is not the first time, but for who leads."""
    own = own_identity(pledge)
    return joined(own) and one_donor(own) != own
