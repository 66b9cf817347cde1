"""One person asks for a change of office; see `deciding` for the other."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.documents.models import Document
from birge.errors import Conflict, InvalidInput, NotAllowed

from ..models import ROLES_OF, OfficeRequest, Organisation, RequestKind, RequestStatus, Role
from ..permissions import Action, is_platform_administrator, may
from .rules import MOST_SEATS, ONE_SEAT, papers_check, reason_clean, sides_check
from .seats import SEATING, founding, seat_check, seat_holders
from .telling import tell
from .verifying import organisation_lock


@transaction.atomic
def office_request(
    *,
    kind: RequestKind | str,
    organisation: Organisation,
    role: Role | str = "",
    person: User,
    actor: User,
    reason: str,
    papers: Document | None = None,
    seat: int = 1,
    acting: bool = False,
    ends: dt.date | None = None,
) -> OfficeRequest:
    """Ask that `person` gets an office, hands it over to `person`, leaves it, or is freed of a lost second factor.

    Officers of the organisation may ask, and a platform administrator where nobody there can; the first signatories
    are asked for by whoever applied; a lost phone also by the person. Who sits on the seat and who is to sit there are
    told. A lost factor needs no role. An acting holder needs `ends`, their last day.

    Raises NotAllowed, InvalidInput (by field), RuleNotMet (`two_sides`, `not_held`, `seat_free`, …), Conflict
    (`seat_held`, `held_already`, `already_asked`).
    """
    if kind not in RequestKind.values:
        raise InvalidInput(_("Please choose what should change."), field="kind")
    wanted = RequestKind(kind)
    _asker_check(wanted, organisation, person, actor)
    asked = OfficeRequest(
        kind=wanted,
        organisation=organisation_lock(organisation),
        person=person,
        reason=reason_clean(reason),
        papers=papers,
        asked_by=actor,
    )
    papers_check(papers, actor, organisation)
    if wanted != RequestKind.LOST_FACTOR:
        _seat_describe(asked, role, seat)
    if wanted in SEATING:
        _term_describe(asked, acting=acting, ends=ends)
        sides_check(person, Role(asked.role))
    seat_check(asked)
    _once(asked)
    asked.save()
    _record_and_tell(asked)
    return asked


def _record_and_tell(asked: OfficeRequest) -> None:
    audit_record(
        actor=asked.asked_by,
        action="office_request",
        obj=asked,
        organisation=asked.organisation,
        reason=asked.reason,
        kind=asked.kind,
        role=asked.role,
        seat=asked.seat,
        person=asked.person.public_id,
    )
    others = [one for one in [asked.person, *seat_holders(asked)] if one.pk != asked.asked_by_id]
    tell(
        others,
        "office_asked",
        asked.organisation,
        role=asked.role,
        until=asked.ends,
        kind=asked.kind,
        person=str(asked.person),
        asked_by=str(asked.asked_by),
        reason=asked.reason,
    )


def _asker_check(kind: RequestKind, organisation: Organisation, person: User, actor: User) -> None:
    if may(actor, Action.OFFICE_REQUEST, organisation) or is_platform_administrator(actor):
        return
    if actor.is_active and kind == RequestKind.LOST_FACTOR and actor.pk == person.pk:
        return
    applied = actor.is_active and organisation.created_by_id == actor.pk
    if applied and kind == RequestKind.FIRST_SIGNATORIES and founding(organisation):
        return
    raise NotAllowed


def _seat_describe(asked: OfficeRequest, role: Role | str, seat: int) -> None:
    if role not in ROLES_OF[asked.organisation.kind]:
        raise InvalidInput(_("This organisation has no such office."), field="role")
    if role == Role.MEMBER and asked.kind in SEATING:
        raise InvalidInput(_("Members are admitted by the chair."), field="role")
    most = 1 if role in ONE_SEAT else MOST_SEATS
    if role != Role.MEMBER and not 1 <= seat <= most:
        raise InvalidInput(_("There is no such seat: at most %(most)s.") % {"most": most}, field="seat")
    asked.role, asked.seat = Role(role), seat


def _term_describe(asked: OfficeRequest, *, acting: bool, ends: dt.date | None) -> None:
    if acting and ends is None:
        raise InvalidInput(_("Please say until when this person stands in."), field="ends")
    if ends is not None and ends < clock.today():
        raise InvalidInput(_("The last day has already passed."), field="ends")
    asked.acting, asked.ends = acting, ends


def _once(asked: OfficeRequest) -> None:
    same = OfficeRequest.objects.filter(
        organisation=asked.organisation,
        kind=asked.kind,
        role=asked.role,
        seat=asked.seat,
        acting=asked.acting,
        person=asked.person,
        status=RequestStatus.ASKED,
    )
    if same.exists():
        raise Conflict(_("This was asked already and waits for a decision."), code="already_asked")
