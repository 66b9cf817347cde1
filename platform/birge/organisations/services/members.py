"""Members of a migrant association. They need no second factor and sign nothing."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import Conflict, InvalidInput, NotAllowed

from ..models import ROLES_OF, Office, Organisation, Role, Term
from ..permissions import Action, require
from ..selectors import holds_office
from .telling import tell
from .verifying import organisation_lock


@transaction.atomic
def member_admit(*, organisation: Organisation, person: User, actor: User) -> Term:
    """Admit a member, as the association's chair; there are as many seats as members.

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
    audit_record(actor=actor, action="member_admit", obj=term, organisation=locked, person=person.public_id)
    tell([person], "member_admitted", locked, admitted_by=str(actor))
    return term
