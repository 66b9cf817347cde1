"""Somebody asks to become a member of a migrant association; its chair decides.

Guarded by the organisation's lock: whoever changes a request to join holds it.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet

from ..models import ROLES_OF, JoinRequest, Organisation, OrganisationStatus, Role
from ..permissions import Action, require
from ..selectors import belongs, officers
from .members import member_admit
from .telling import tell
from .terms import reason_short
from .verifying import organisation_lock

LONGEST_MESSAGE = 300
OFTEN, WITHIN = 3, dt.timedelta(days=7)
_S = JoinRequest.Status


@transaction.atomic
def join_ask(*, organisation: Organisation, person: User, message: str = "") -> JoinRequest:
    """Ask to become a member; the chair is told.

    Raises NotAllowed, InvalidInput (`message`, `organisation`), Conflict (`held_already`, `already_asked`), RuleNotMet
    (`asked_often`).
    """
    if not person.is_active or organisation.status != OrganisationStatus.VERIFIED:
        raise NotAllowed
    if Role.MEMBER not in ROLES_OF[organisation.kind]:
        raise InvalidInput(_("This organisation has no members."), field="organisation")
    said = message.strip()
    if len(said) > LONGEST_MESSAGE:
        raise InvalidInput(_("Please write at most %(most)s characters.") % {"most": LONGEST_MESSAGE}, field="message")
    locked = organisation_lock(organisation)
    if belongs(person, locked):
        raise Conflict(_("You belong to it already."), code="held_already")
    before = JoinRequest.objects.filter(organisation=locked, person=person)
    if before.filter(status=_S.ASKED).exists():
        raise Conflict(_("You have asked already. The chair decides."), code="already_asked")
    if before.filter(asked_at__gt=clock.now() - WITHIN).count() >= OFTEN:
        raise RuleNotMet(_("You have asked several times. Please wait a week."), code="asked_often")
    request = JoinRequest.objects.create(organisation=locked, person=person, message=said)
    audit_record(actor=person, action="join_ask", obj=request, organisation=locked)
    tell(officers(locked, [Role.CHAIR]), "join_asked", locked, person=str(person), message=said)
    return request


@transaction.atomic
def join_approve(*, request: JoinRequest, actor: User) -> JoinRequest:
    """Admit them, as the chair.

    Raises NotAllowed (also `same_person`), RuleNotMet (`transition`), and what `member_admit` raises.
    """
    require(actor, Action.MEMBER_ADMIT, request.organisation)
    locked = _lock(request)
    _still_asked(locked, _S.APPROVED)
    member_admit(organisation=locked.organisation, person=locked.person, actor=actor)  # decides the request, too
    locked.refresh_from_db(fields=["status", "decided_by", "decided_at"])
    return locked


@transaction.atomic
def join_refuse(*, request: JoinRequest, actor: User, reason: str) -> JoinRequest:
    """Say no, and why. Raises NotAllowed (also `same_person`), InvalidInput (`reason`), RuleNotMet (`transition`)."""
    require(actor, Action.MEMBER_ADMIT, request.organisation)
    if actor.pk == request.person_id:
        raise NotAllowed(_("Nobody decides about themselves."), code="same_person")
    why = reason_short(reason)
    locked = _lock(request)
    _still_asked(locked, _S.REFUSED)
    _become(locked, _S.REFUSED, actor=actor, reason=why)
    audit_record(
        actor=actor,
        action="join_refuse",
        obj=locked,
        organisation=locked.organisation,
        reason=why,
        person=locked.person.public_id,
    )
    tell([locked.person], "join_refused", locked.organisation, reason=why)
    return locked


@transaction.atomic
def join_withdraw(*, request: JoinRequest, actor: User) -> JoinRequest:
    """Take it back, as who asked. Raises NotAllowed, RuleNotMet (`transition`)."""
    if actor.pk != request.person_id or not actor.is_active:
        raise NotAllowed
    locked = _lock(request)
    _still_asked(locked, _S.WITHDRAWN)
    _become(locked, _S.WITHDRAWN, actor=None, reason="")
    audit_record(actor=actor, action="join_withdraw", obj=locked, organisation=locked.organisation)
    return locked


def _lock(request: JoinRequest) -> JoinRequest:
    organisation = organisation_lock(request.organisation)
    locked = JoinRequest.objects.select_related("person").get(pk=request.pk)
    locked.organisation = organisation
    return locked


def _still_asked(request: JoinRequest, to: JoinRequest.Status) -> None:
    if request.status != _S.ASKED:
        raise RuleNotMet(
            _("This is decided already."), code="transition", from_status=str(request.status), to_status=to.value
        )


def _become(request: JoinRequest, to: JoinRequest.Status, *, actor: User | None, reason: str) -> None:
    request.status, request.decided_by, request.decided_at, request.reason = to, actor, clock.now(), reason
    request.save(update_fields=["status", "decided_by", "decided_at", "reason"])
