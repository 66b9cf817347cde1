"""Finding things for a custodian's officer. The books of another custodian do not exist for them."""

from __future__ import annotations

from typing import Protocol, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.errors import NotAllowed, NotFound
from birge.organisations.models import Organisation, OrganisationKind, OrganisationStatus
from birge.organisations.selectors import organisations_of
from frontend.access import signed_in

M = TypeVar("M", bound=Model)


class Held(Protocol):
    """Something that belongs to one custodian."""

    custodian: Organisation


def custodians_of(user: User) -> QuerySet[Organisation]:
    """Return the custodians in which this person holds an office."""
    return organisations_of(user).filter(kind=OrganisationKind.CUSTODIAN).order_by("pk")


def custodian_for(request: HttpRequest, public_id: str) -> Organisation:
    """Return a custodian whose officer this person is. Raises NotFound, and NotAllowed while it may not act."""
    found = custodians_of(signed_in(request)).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return acting(found)


def mine(request: HttpRequest, found: QuerySet[M], public_id: str, path: str = "custodian") -> M:
    """Return the thing with this id if it belongs (by `path`) to a custodian of this person. Raises NotFound."""
    theirs = found.filter(**{"public_id": public_id, f"{path}__in": custodians_of(signed_in(request))})
    thing = theirs.first()
    if thing is None:
        raise NotFound
    return thing


def acting(custodian: Organisation) -> Organisation:
    """Return the custodian, or say that it may do nothing now. Raises NotAllowed."""
    if custodian.status != OrganisationStatus.VERIFIED:
        raise NotAllowed(_("Your organisation is not verified, so it cannot do anything here yet."))
    return custodian
