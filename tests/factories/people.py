"""People, their offices, organisations and places: made anew for each test."""

from __future__ import annotations

import datetime as dt
import itertools

from allauth.mfa.models import Authenticator

from birge import clock
from birge.accounts.models import User
from birge.organisations.models import Office, Organisation, Role, Term
from birge.places.models import Place

_numbers = itertools.count(1)


def person(*, email: str | None = None, name: str = "", factor_enrolled: bool = False) -> User:
    """Return a new person with an account, with an authenticator if asked."""
    n = next(_numbers)
    user = User.objects.create_user(email or f"person{n}@example.org", "a long password", name=name or f"Person {n}")
    if factor_enrolled:
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "not used here"})
    return user


def officer_of(organisation: Organisation, role: Role, *, seat: int = 1) -> User:
    """Return a new person who holds this office from yesterday on, with a second factor."""
    user = person(factor_enrolled=True)
    office, _made = Office.objects.get_or_create(organisation=organisation, role=role, seat=seat)
    Term.objects.create(office=office, user=user, starts=clock.today() - dt.timedelta(days=1))
    return user


def seated(organisation: Organisation, role: Role, seat: int) -> User:
    """Return who holds this office, a new person if nobody does."""
    term = Term.objects.filter(office__organisation=organisation, office__role=role, office__seat=seat).first()
    return term.user if term is not None else officer_of(organisation, role, seat=seat)


def organisation(kind: str, place: Place | None = None) -> Organisation:
    """Return a new verified organisation."""
    return Organisation.objects.create(
        kind=kind, place=place, name_ru=f"Организация {next(_numbers)}", status="verified", country="KG"
    )


def aimak_and_village() -> tuple[Place, Place]:
    """Return a new ayil aimak and a village in it."""
    n, since = next(_numbers), dt.date(2000, 1, 1)
    aimak = Place.objects.create(kind="ayil_aimak", level=3, name_ru=f"аймак {n}", soate=f"A{n}", valid_from=since)
    lead = Place.objects.create(
        kind="village", level=4, name_ru=f"село {n}", soate=f"V{n}", parent=aimak, valid_from=since
    )
    return aimak, lead
