"""Reading offices: who holds what today."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from birge import clock
from birge.accounts.models import User

from .models import (
    JoinRequest,
    OfficeRequest,
    Organisation,
    OrganisationKind,
    OrganisationStatus,
    RequestStatus,
    Role,
    Term,
    TermsOfReference,
    TermStatus,
)

# Who signs or moves money: the village's officers, who signs for an association, the custodian's officers.
MONEY_ROLES = frozenset({
    Role.HEAD, Role.FINANCE_OFFICER, Role.FOCAL_POINT,
    Role.CHAIR, Role.TREASURER, Role.SIGNATORY,
    Role.DONOR_MANAGER, Role.CUSTODIAN_OFFICER,
})  # fmt: skip
# Who signs for a pool, and who belongs to whoever owns one.
SIGNING = frozenset({Role.CHAIR, Role.TREASURER, Role.SIGNATORY, Role.DONOR_MANAGER})
BELONGING = SIGNING | {Role.MEMBER}


def terms_today() -> QuerySet[Term]:
    """Return the terms that count today (UTC)."""
    day = clock.today()
    return Term.objects.filter(status=TermStatus.ACTIVE, starts__lte=day, user__is_active=True).filter(
        Q(ends__isnull=True) | Q(ends__gte=day)
    )


def holds_office(user: User | None, organisation: Organisation, roles: Iterable[Role | str]) -> bool:
    """Say whether the person holds one of these offices of the organisation today, as holder or acting."""
    if user is None or not user.is_active:
        return False
    return terms_today().filter(user=user, office__organisation=organisation, office__role__in=list(roles)).exists()


def officers(organisation: Organisation, roles: Iterable[Role | str] = ()) -> QuerySet[User]:
    """Return who holds an office there today; of these roles only, if given."""
    terms = terms_today().filter(office__organisation=organisation)
    wanted = list(roles)
    if wanted:
        terms = terms.filter(office__role__in=wanted)
    return User.objects.filter(pk__in=terms.values("user")).order_by("pk")


def offices_of(user: User) -> QuerySet[Term]:
    """Return the person's terms of today with office and organisation."""
    return terms_today().filter(user=user).select_related("office__organisation").order_by("pk")


def terms_of(user: User) -> QuerySet[Term]:
    """Return every term the person has or had, newest first, with office and organisation."""
    return Term.objects.filter(user=user).select_related("office__organisation").order_by("-starts", "-pk")


def holds_money_office(user: User) -> bool:
    """Say whether the person needs a second factor: they sign or move money, or administer the platform."""
    return user.is_staff or terms_today().filter(user=user, office__role__in=MONEY_ROLES).exists()


def requests_waiting(organisation: Organisation | None = None) -> QuerySet[OfficeRequest]:
    """Return the requests that wait for an administrator, oldest first; of one organisation, if given."""
    waiting = OfficeRequest.objects.filter(status=RequestStatus.ASKED)
    if organisation is not None:
        waiting = waiting.filter(organisation=organisation)
    return waiting.select_related("organisation", "person", "asked_by", "papers").order_by("pk")


def organisations_waiting() -> QuerySet[Organisation]:
    """Return the organisations whose papers wait for an administrator, oldest first."""
    waiting = Organisation.objects.filter(status=OrganisationStatus.SUBMITTED)
    return waiting.select_related("place", "papers", "created_by").order_by("pk")


def organisations_of(user: User) -> QuerySet[Organisation]:
    """Return the organisations the person holds an office in today."""
    return Organisation.objects.filter(pk__in=terms_today().filter(user=user).values("office__organisation"))


def organisations_verified(kind: str = "") -> QuerySet[Organisation]:
    """Return the organisations anyone may see."""
    found = Organisation.objects.filter(status=OrganisationStatus.VERIFIED)
    return found.filter(kind=kind) if kind else found


def council_of(administration: Organisation) -> Organisation | None:
    """Return the local council of the same ayil aimak or town, if it is verified."""
    return organisations_verified(OrganisationKind.LOCAL_COUNCIL).filter(place=administration.place).first()


def signers(organisation: Organisation) -> QuerySet[User]:
    """Return who signs today for the pools of an association or a matching donor, each person once."""
    return officers(organisation, SIGNING)


def members(organisation: Organisation) -> QuerySet[User]:
    """Return everyone who belongs to it today, those who sign among them, each person once."""
    return officers(organisation, BELONGING)


def belongs(user: User | None, organisation: Organisation) -> bool:
    """Say whether the person is a member or signs for it today."""
    return holds_office(user, organisation, BELONGING)


def terms_now(organisation: Organisation) -> TermsOfReference | None:
    """Return the terms of reference in force: the newest that were agreed to."""
    return terms_agreed(organisation).first()


def terms_agreed(organisation: Organisation) -> QuerySet[TermsOfReference]:
    """Return all that were ever in force, newest first."""
    agreed = TermsOfReference.objects.filter(organisation=organisation, status=RequestStatus.APPROVED)
    return agreed.select_related("organisation", "paper").order_by("-version")


def terms_agreements(terms: TermsOfReference) -> int:
    """Return how many have agreed to a text, of those who sign today."""
    return terms.agreements.filter(person__in=signers(terms.organisation)).count()


def terms_asked(organisation: Organisation) -> TermsOfReference | None:
    """Return the text that waits for another person's yes; there is one at most."""
    asked = TermsOfReference.objects.filter(organisation=organisation, status=RequestStatus.ASKED)
    return asked.select_related("organisation", "paper", "asked_by").first()


def joins_waiting(organisation: Organisation) -> QuerySet[JoinRequest]:
    """Return who asks to become a member, oldest first."""
    waiting = JoinRequest.objects.filter(organisation=organisation, status=JoinRequest.Status.ASKED)
    return waiting.select_related("person", "organisation").order_by("pk")


def join_last(organisation: Organisation, person: User) -> JoinRequest | None:
    """Return the newest request of this person to join, whatever became of it."""
    return JoinRequest.objects.filter(organisation=organisation, person=person).order_by("-pk").first()
