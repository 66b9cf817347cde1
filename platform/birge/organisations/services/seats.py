"""What may happen to a seat. Looked at when it is asked for, and again under lock when it is granted."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.errors import Conflict, RuleNotMet

from ..models import Office, OfficeRequest, Organisation, OrganisationStatus, RequestKind, Term, TermStatus
from ..selectors import offices_of

SEATING = frozenset({RequestKind.FIRST_SIGNATORIES, RequestKind.GRANT, RequestKind.HAND_OVER})
LIVING = frozenset({OrganisationStatus.SUBMITTED, OrganisationStatus.VERIFIED, OrganisationStatus.SUSPENDED})


def seat_check(asked: OfficeRequest) -> None:
    """Raise RuleNotMet or Conflict where what is asked cannot be done today, whoever decides."""
    if asked.organisation.status not in LIVING:
        raise RuleNotMet(_("This organisation was not handed in, or was refused."), code="organisation_not_living")
    if not asked.person.is_active:
        raise RuleNotMet(_("This person has no account any more."), code="person_inactive", field="person")
    if asked.ends is not None and asked.ends < clock.today():
        raise RuleNotMet(_("The last day has already passed."), code="ends_past", field="ends")
    kind = RequestKind(asked.kind)
    if kind == RequestKind.LOST_FACTOR:
        if not offices_of(asked.person).filter(office__organisation=asked.organisation).exists():
            raise RuleNotMet(_("This person holds no office here."), code="not_held", field="person")
    elif kind == RequestKind.END_TERM:
        if not running(terms_of_seat(asked)).filter(user=asked.person).exists():
            raise RuleNotMet(_("This person does not hold this office."), code="not_held", field="person")
    else:
        _seating_check(asked, kind)


def terms_of_seat(asked: OfficeRequest) -> QuerySet[Term]:
    """Return every term of the seat that the request is about."""
    return Term.objects.filter(
        office__organisation=asked.organisation, office__role=asked.role, office__seat=asked.seat
    ).order_by("pk")


def running(terms: QuerySet[Term]) -> QuerySet[Term]:
    """Return those that are neither ended nor run out; one that has yet to begin counts."""
    return terms.filter(Q(ends__isnull=True) | Q(ends__gte=clock.today()), status=TermStatus.ACTIVE)


def seat_give(asked: OfficeRequest, granted_by: User) -> tuple[Term, list[Term]]:
    """Begin the person's term today and end what stood before it; return the new term and the ended ones.

    A new holder also ends the term of who was acting; a new acting holder leaves the holder's alone.
    """
    office, _made = Office.objects.get_or_create(organisation=asked.organisation, role=asked.role, seat=asked.seat)
    before = Term.objects.select_related("user").filter(office=office, status=TermStatus.ACTIVE)
    if asked.acting:
        before = before.filter(acting=True)
    ended = list(before.order_by("pk"))
    for term in ended:
        term.end(clock.today())
    begun = Term.objects.create(
        office=office,
        user=asked.person,
        acting=asked.acting,
        starts=clock.today(),
        ends=asked.ends,
        requested_by=asked.asked_by,
        granted_by=granted_by,
    )
    return begun, ended


def seat_holders(asked: OfficeRequest) -> list[User]:
    """Return who sits there now, as holder or acting."""
    return [term.user for term in running(terms_of_seat(asked)).select_related("user")]


def founding(organisation: Organisation) -> bool:
    """Say whether its first signatories are still being named: nothing but their requests was ever approved."""
    return not organisation.requests.filter(
        status="approved", kind__in=[RequestKind.GRANT, RequestKind.HAND_OVER, RequestKind.END_TERM]
    ).exists()


def _seating_check(asked: OfficeRequest, kind: RequestKind) -> None:
    terms = terms_of_seat(asked)
    same = terms.filter(acting=asked.acting)
    if running(terms).filter(user=asked.person, acting=asked.acting).exists():
        raise Conflict(_("This person holds this office already."), code="held_already", field="person")
    if kind == RequestKind.FIRST_SIGNATORIES and terms.exists():
        raise Conflict(_("This office was held before. Ask for a new holder instead."), code="seat_held", field="role")
    if kind == RequestKind.GRANT and running(same).exists():
        raise Conflict(_("Somebody holds this office. Ask for a hand-over instead."), code="seat_held", field="role")
    if kind == RequestKind.HAND_OVER and not same.filter(status=TermStatus.ACTIVE).exists():
        raise RuleNotMet(_("Nobody holds this office. Ask for a new holder instead."), code="seat_free", field="role")
