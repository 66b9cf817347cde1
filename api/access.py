"""Finding things for somebody. What is not theirs looks like what does not exist."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request

from birge.accounts.devices import device_of
from birge.accounts.models import User
from birge.addresses import client_address
from birge.documents.models import Document
from birge.documents.selectors import document_open_for
from birge.errors import InvalidInput, NotFound
from birge.organisations.models import Organisation, OrganisationKind, OrganisationStatus
from birge.organisations.permissions import Action, may
from birge.organisations.selectors import organisations_of
from birge.places.models import Place
from funds.pledges.models import Pledge
from funds.watch.origins import Origin
from projects.works.models import Project
from projects.works.selectors import projects_public

PROJECT_PARTS = ("village__parent", "administration", "custodian", "signatory_organisation", "picture", "resolution")


def requester(request: Request) -> User | None:
    """Return who asks, or None for a guest."""
    return request.user if isinstance(request.user, User) else None


def device(request: Request) -> str:
    """Return which device this is, as a deed about cash wants to know it; empty where a token is all there is."""
    return device_of(request._request)


def origin_of(request: Request) -> Origin:
    """Return from where somebody asks; never stored as it is."""
    return Origin(client_address(request.META), str(request.headers.get("user-agent", ""))[:300])


def project_for(user: User | None, public_id: str) -> Project:
    """Return a project that this person may see: a public one, or one they work on. Raises NotFound."""
    public = projects_public().filter(public_id=public_id).select_related(*PROJECT_PARTS).first()
    if public is not None:
        return public
    hidden = Project.objects.filter(public_id=public_id).select_related(*PROJECT_PARTS).first()
    if hidden is None or user is None or not _works_on(user, hidden):
        raise NotFound
    return hidden


def _works_on(user: User, project: Project) -> bool:
    actions = (Action.PROJECT_WRITE, Action.PROJECT_ADOPT)  # the village administration, and its council
    return user.is_staff or any(may(user, action, project.administration) for action in actions)


def projects_worked_on(user: User) -> QuerySet[Project]:
    """Return the projects of the village administrations in which this person holds an office, or of their council's.

    Exactly those that `project_for` would show them, but for what only administrators see beside.
    """
    administrations = organisations_of(user).filter(kind=OrganisationKind.VILLAGE_ADMINISTRATION)
    councils = organisations_of(user).filter(kind=OrganisationKind.LOCAL_COUNCIL, status=OrganisationStatus.VERIFIED)
    theirs = Q(administration__in=administrations) | Q(administration__place__in=councils.values("place"))
    return Project.objects.filter(theirs, administration__status=OrganisationStatus.VERIFIED)


def project_named(user: User | None, public_id: str) -> Project:
    """Return the project that a body names in `project`. Raises InvalidInput there."""
    try:
        return project_for(user, public_id)
    except NotFound:
        raise _unknown("project", _("We do not know this project.")) from None


def pledge_named(user: User, public_id: str) -> Pledge:
    """Return a pledge that this custodian's officer may see. Raises InvalidInput in `pledge`."""
    pledge = pledges_held(user).filter(public_id=public_id).first()
    if pledge is None:
        raise _unknown("pledge", _("We do not know this pledge."))
    return pledge


def pledges_held(user: User) -> QuerySet[Pledge]:
    """Return the pledges kept by the custodians whose officer this person is."""
    return Pledge.objects.filter(custodian__in=custodians_of(user)).select_related("project", "custodian")


def pledge_for_officer(user: User, public_id: str) -> Pledge:
    """Return a pledge for an officer of its custodian. Raises NotFound."""
    pledge = pledges_held(user).filter(public_id=public_id).first()
    if pledge is None:
        raise NotFound
    return pledge


def custodians_of(user: User) -> QuerySet[Organisation]:
    """Return the verified custodians whose officer this person is: their books are open to them."""
    return organisations_of(user).filter(kind=OrganisationKind.CUSTODIAN, status=OrganisationStatus.VERIFIED)


def document_named(user: User, public_id: str | None, field: str) -> Document | None:
    """Return the document that a body names in `field`, or None if it names none. Raises InvalidInput there."""
    if public_id is None:
        return None
    document = Document.objects.filter(public_id=public_id).first()
    if document is None or not document_open_for(user, document):
        raise _unknown(field, _("We do not know this document."))
    return document


def document_needed(user: User, public_id: str, field: str) -> Document:
    """Return the document that a body names in a field that must not be missing. Raises InvalidInput there."""
    document = document_named(user, public_id, field)
    if document is None:
        raise _unknown(field, _("We do not know this document."))
    return document


def organisation_named(public_id: str, field: str) -> Organisation:
    """Return the verified organisation that a body names in `field`. Raises InvalidInput there."""
    found = Organisation.objects.filter(public_id=public_id, status=OrganisationStatus.VERIFIED).first()
    if found is None:
        raise _unknown(field, _("We do not know this organisation."))
    return found


def person_named(public_id: str, field: str) -> User:
    """Return the person that a body names in `field`; whether they hold the needed office is for the service to say.

    Raises InvalidInput there.
    """
    found = User.objects.filter(public_id=public_id, is_active=True).first()
    if found is None:
        raise _unknown(field, _("We do not know this person."))
    return found


def place_named(public_id: str, field: str) -> Place:
    """Return the place that a body names in `field`. Raises InvalidInput there."""
    found = Place.objects.filter(public_id=public_id).first()
    if found is None:
        raise _unknown(field, _("We do not know this place."))
    return found


def inside(place_path: str, public_id: str) -> Q:
    """Return the condition that the place at `place_path` is, or lies in, the one with this identifier."""
    steps = [place_path + "__parent" * depth for depth in range(5)]
    condition = Q()
    for step in steps:
        condition |= Q(**{f"{step}__public_id": public_id})
    return condition


def _unknown(field: str, message: str) -> InvalidInput:
    return InvalidInput(message, field=field, code="unknown")
