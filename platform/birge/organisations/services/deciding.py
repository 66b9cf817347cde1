"""An administrator from outside decides what was asked."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.accounts.services import factor_reset
from birge.audit.services import audit_record
from birge.errors import NotAllowed, RuleNotMet

from ..models import REQUEST_ALLOWED, OfficeRequest, RequestKind, RequestStatus, Role, Term
from ..permissions import Action
from ..selectors import officers, organisations_of
from .rules import LONGEST_REASON, decider_require, reason_clean, sides_check
from .seats import SEATING, running, seat_check, seat_give, terms_of_seat
from .telling import tell
from .verifying import organisation_lock


@transaction.atomic
def office_request_approve(
    *, request: OfficeRequest, actor: User, proof: FactorProof | None, reason: str = ""
) -> OfficeRequest:
    """Let it happen, today, with a fresh second factor; the people concerned are told.

    A lost factor: every authenticator, session and token of the person is gone, and a new one counts after 48 hours.

    Raises NotAllowed (`same_person`, `not_outside`), SecondFactorRequired, RuleNotMet and Conflict as
    `office_request` where it cannot be done any more, RuleNotMet (`transition`) if it was decided.
    """
    _other_person(request, actor)
    method = factor_require(proof, actor).method
    locked = _lock(request)
    _may_become(locked, RequestStatus.APPROVED)
    seat_check(locked)
    if locked.kind in SEATING:
        sides_check(locked.person, Role(locked.role))
    _decided(locked, RequestStatus.APPROVED, actor, reason.strip()[:LONGEST_REASON], method)
    if locked.kind in SEATING:
        _seat(locked, actor)
    elif locked.kind == RequestKind.END_TERM:
        _unseat(locked, actor)
    else:
        _free_of_factor(locked, actor)
    return locked


@transaction.atomic
def office_request_refuse(*, request: OfficeRequest, actor: User, reason: str) -> OfficeRequest:
    """Say no, and why. Raises NotAllowed, InvalidInput (`reason`), RuleNotMet (`transition`) if it was decided."""
    _other_person(request, actor)
    why = reason_clean(reason)
    locked = _lock(request)
    _may_become(locked, RequestStatus.REFUSED)
    _decided(locked, RequestStatus.REFUSED, actor, why, "")
    tell(
        [locked.asked_by, locked.person],
        "office_refused",
        locked.organisation,
        role=locked.role,
        kind=locked.kind,
        person=str(locked.person),
        reason=why,
    )
    return locked


def _other_person(request: OfficeRequest, actor: User) -> None:
    decider_require(actor, Action.OFFICE_GRANT, request.organisation)
    if actor.pk == request.asked_by_id:
        raise NotAllowed(_("Who asked cannot decide. Another administrator must."), code="same_person")
    if actor.pk == request.person_id:
        raise NotAllowed(_("Nobody decides about themselves."), code="same_person")


def _lock(request: OfficeRequest) -> OfficeRequest:
    locked = OfficeRequest.objects.select_for_update(of=("self",), no_key=True).get(pk=request.pk)
    # The person's row: two grants at the same moment must not put one person on two sides.
    locked.person = User.objects.select_for_update(no_key=True).get(pk=locked.person_id)
    locked.organisation = organisation_lock(locked.organisation)
    return locked


def _may_become(request: OfficeRequest, to: RequestStatus) -> None:
    before = RequestStatus(request.status)
    if to not in REQUEST_ALLOWED[before]:
        raise RuleNotMet(_("This is decided already."), code="transition", from_status=before.value, to_status=to.value)


def _decided(request: OfficeRequest, to: RequestStatus, actor: User, reason: str, method: str) -> None:
    request.status, request.decided_by, request.decided_at = to, actor, clock.now()
    request.decision_reason, request.factor_method = reason, method
    request.save(update_fields=["status", "decided_by", "decided_at", "decision_reason", "factor_method"])
    audit_record(
        actor=actor,
        action=f"office_request_{'approve' if to == RequestStatus.APPROVED else 'refuse'}",
        obj=request,
        reason=reason,
        kind=request.kind,
        role=request.role,
        seat=request.seat,
        organisation_concerned=request.organisation.public_id,
        person=request.person.public_id,
        asked_by=request.asked_by.public_id,
        factor=method,
    )


def _seat(request: OfficeRequest, actor: User) -> None:
    begun, ended = seat_give(request, actor)
    for term in ended:
        term_ended_record(term, actor)
    audit_record(
        actor=actor,
        action="term_begin",
        obj=begun,
        reason=request.reason,
        person=request.person.public_id,
        acting=begun.acting,
        ends=begun.ends.isoformat() if begun.ends else "",
    )
    tell(
        [request.person],
        "office_granted",
        request.organisation,
        role=request.role,
        until=request.ends,
        acting=request.acting,
    )
    _tell_of_ended(request, [term.user for term in ended if term.user_id != request.person_id])
    _tell_colleagues(request, gone=", ".join(str(term.user) for term in ended), come=str(request.person))


def _unseat(request: OfficeRequest, actor: User) -> None:
    for term in running(terms_of_seat(request)).filter(user=request.person).select_related("user"):
        term.end(clock.today())
        term_ended_record(term, actor)
    _tell_of_ended(request, [request.person])
    _tell_colleagues(request, gone=str(request.person), come="")


def term_ended_record(term: Term, actor: User) -> None:
    """Write down that this term was ended."""
    audit_record(actor=actor, action="term_end", obj=term, person=term.user.public_id, ends=str(term.ends))


def _free_of_factor(request: OfficeRequest, actor: User) -> None:
    trusted = factor_reset(user=request.person, actor=actor, reason=request.reason)
    tell([request.person], "factor_reset", request.organisation, trusted=f"{trusted:%Y-%m-%d %H:%M} UTC")
    # Everyone who signs with this person should know that somebody may soon sign with a new phone.
    for organisation in organisations_of(request.person):
        colleagues = [one for one in officers(organisation) if one.pk != request.person_id]
        tell(colleagues, "factor_reset_colleague", organisation, person=str(request.person))


def _tell_of_ended(request: OfficeRequest, people: list[User]) -> None:
    tell(people, "office_ended", request.organisation, role=request.role, reason=request.reason)


def _tell_colleagues(request: OfficeRequest, *, gone: str, come: str) -> None:
    colleagues = [one for one in officers(request.organisation, _OFFICES) if one.pk != request.person_id]
    tell(colleagues, "office_changed", request.organisation, role=request.role, gone=gone, come=come)


_OFFICES = frozenset(Role) - {Role.MEMBER}
