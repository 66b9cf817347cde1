"""Members of a migrant association. They vote and may propose; they need no second factor and sign nothing."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet

from ..models import ROLES_OF, JoinRequest, Office, Organisation, Role, Term
from ..permissions import Action, require
from ..selectors import holds_office, officers, terms_today
from .rules import reason_clean
from .telling import tell
from .verifying import organisation_lock


@transaction.atomic
def member_admit(*, organisation: Organisation, person: User, actor: User) -> Term:
    """Admit a member, as the association's chair; there are as many seats as members. If they had asked, it is decided.

    Raises NotAllowed (also `same_person`), InvalidInput (`person`), Conflict (`held_already`).
    """
    require(actor, Action.MEMBER_ADMIT, organisation)
    if Role.MEMBER not in ROLES_OF[organisation.kind]:
        raise InvalidInput(_("This organisation has no members."), field="organisation")
    if person.pk == actor.pk:
        raise NotAllowed(_("Nobody decides about themselves."), code="same_person")
    if not person.is_active:
        raise InvalidInput(_("This person has no account any more."), field="person")
    locked = organisation_lock(organisation)
    if holds_office(person, locked, [Role.MEMBER]):
        raise Conflict(_("This person is a member already."), code="held_already", field="person")
    last = Office.objects.filter(organisation=locked, role=Role.MEMBER).aggregate(last=Max("seat"))["last"] or 0
    office = Office.objects.create(organisation=locked, role=Role.MEMBER, seat=last + 1)
    term = Term.objects.create(office=office, user=person, starts=clock.today(), requested_by=actor, granted_by=actor)
    asked = JoinRequest.objects.filter(organisation=locked, person=person, status=JoinRequest.Status.ASKED)
    asked.update(status=JoinRequest.Status.APPROVED, decided_by=actor, decided_at=clock.now())
    audit_record(actor=actor, action="member_admit", obj=term, organisation=locked, person=person.public_id)
    tell([person], "member_admitted", locked, admitted_by=str(actor))
    return term


@transaction.atomic
def member_leave(*, organisation: Organisation, person: User) -> Term:
    """Leave, as a member; the chair is told. What they decided stays. Raises RuleNotMet (`not_held`)."""
    locked = organisation_lock(organisation)
    term = _member_end(locked, person, actor=person, reason="")
    tell(officers(locked, [Role.CHAIR]), "member_left", locked, person=str(person))
    return term


@transaction.atomic
def member_remove(*, organisation: Organisation, person: User, actor: User, reason: str) -> Term:
    """End a membership, as the association's chair, with a reason; the person is told.

    Raises NotAllowed (also `same_person`), InvalidInput (`reason`), RuleNotMet (`not_held`).
    """
    require(actor, Action.MEMBER_ADMIT, organisation)
    if person.pk == actor.pk:
        raise NotAllowed(_("Nobody decides about themselves."), code="same_person")
    why = reason_clean(reason)
    locked = organisation_lock(organisation)
    term = _member_end(locked, person, actor=actor, reason=why)
    tell([person], "member_removed", locked, reason=why)
    return term


def _member_end(organisation: Organisation, person: User, *, actor: User, reason: str) -> Term:
    held = terms_today().filter(user=person, office__organisation=organisation, office__role=Role.MEMBER)
    term = held.select_related("user", "office").first()
    if term is None:
        raise RuleNotMet(_("This person is no member."), code="not_held", field="person")
    term.end(clock.today())
    action = "member_leave" if actor.pk == person.pk else "member_remove"
    audit_record(
        actor=actor, action=action, obj=term, organisation=organisation, reason=reason, person=person.public_id
    )
    return term
