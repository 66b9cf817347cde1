"""Finding a pool: everyone sees the money of checked organisations, only its own people see who decides and pays."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.errors import NotAllowed, NotFound
from birge.organisations.models import Organisation, OrganisationStatus
from birge.organisations.permissions import ALLOWED, Action, may
from birge.organisations.selectors import belongs, holds_office
from frontend.access import signed_in
from funds.pools.models import Pool, Proposal

SEEN = (OrganisationStatus.VERIFIED, OrganisationStatus.SUSPENDED)


def pools_shown() -> QuerySet[Pool]:
    """Return the pools that have a page: one whose organisation was stopped keeps it, for its money is still there."""
    return Pool.objects.filter(organisation__status__in=SEEN).select_related("organisation", "custodian")


def pool_shown(public_id: str) -> Pool:
    """Return a pool that anyone may see. Raises NotFound."""
    found = pools_shown().filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def pool_inside(request: HttpRequest, public_id: str) -> Pool:
    """Return a pool of which this person is one of the people. Raises NotFound, NotAllowed while it is stopped."""
    found = Pool.objects.select_related("organisation", "custodian").filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    inside_check(signed_in(request), found.organisation)
    return found


def proposal_inside(request: HttpRequest, public_id: str) -> Proposal:
    """Return a proposal to a pool of this person's. Raises NotFound, NotAllowed while it is stopped."""
    parts = ("pool__organisation", "pool__custodian", "project", "to_pool__organisation", "made_by")
    found = Proposal.objects.select_related(*parts).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    inside_check(signed_in(request), found.pool.organisation)
    return found


def inside_check(user: User, organisation: Organisation) -> None:
    """Raise NotFound for who does not belong, NotAllowed while the organisation may not act."""
    if not belongs(user, organisation):
        raise NotFound
    if not may(user, Action.POOL_READ, organisation):
        raise NotAllowed(_("Your organisation is not verified, so it cannot do anything here yet."))


def holds(user: User, action: Action, organisation: Organisation) -> bool:
    """Say whether their office lets them do this, whether or not they have a second factor yet."""
    return holds_office(user, organisation, ALLOWED[action])
