"""Reading offices: who holds what today."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from birge import clock
from birge.accounts.models import User

from .models import Organisation, OrganisationKind, OrganisationStatus, Role, Term, TermStatus


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
