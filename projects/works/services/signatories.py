"""Who signs from outside the village, and how that changes: one side asks, the other agrees."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet
from birge.organisations.models import Organisation, OrganisationKind, OrganisationStatus, Role
from birge.organisations.permissions import Action, require
from birge.organisations.selectors import holds_office

from ..models import Project, SignatoryChange
from ..states import OPENED, ProjectStatus
from .transitions import project_lock, reason_clean

SIGNING_ROLES = (Role.SIGNATORY, Role.CHAIR, Role.TREASURER)
OVER = frozenset({ProjectStatus.CLOSED, ProjectStatus.EXPIRED})


def signatory_check(
    project: Project, custodian: Organisation, association: Organisation, person: User, field: str
) -> None:
    """Raise InvalidInput (`field`) unless this person may sign for the project from outside.

    They hold a signing office in a verified migrant association, and none in the village administration or at the
    custodian: whoever stands on two sides would sign twice.
    """
    if association.kind != OrganisationKind.MIGRANT_ASSOCIATION or association.status != OrganisationStatus.VERIFIED:
        raise InvalidInput(_("Please choose a verified migrant association."), field="signatory_organisation")
    if not holds_office(person, association, SIGNING_ROLES):
        raise InvalidInput(_("This person is no signatory, chair or treasurer of the association."), field=field)
    for other in (project.administration, custodian):
        if holds_office(person, other, list(Role)):
            raise InvalidInput(
                _("This person also works for %(name)s. The outside signatory must stand outside.")
                % {"name": other.name_ru},
                field=field,
            )


@transaction.atomic
def signatory_change_ask(
    *, project: Project, actor: User, person: User, reason: str, substitute: bool = False
) -> SignatoryChange:
    """Ask, for the association, that another of its people signs. The village's head decides.

    Raises NotAllowed, InvalidInput (`reason`, `person`), RuleNotMet (`over`), Conflict (`asked_already`).
    """
    why = reason_clean(reason)
    project = project_lock(project)
    association = project.signatory_organisation
    if association is None or not holds_office(actor, association, SIGNING_ROLES):
        raise NotAllowed
    _person_check(project, association, person, substitute=substitute)
    if project.signatory_changes.filter(substitute=substitute, status=SignatoryChange.Status.ASKED).exists():
        raise Conflict(_("This was asked already and waits for the village's head."), code="asked_already")
    change = SignatoryChange.objects.create(
        project=project, substitute=substitute, person=person, reason=why[:300], asked_by=actor
    )
    audit_record(actor=actor, action="signatory_change_ask", obj=change, organisation=association, reason=why)
    return change


@transaction.atomic
def signatory_change_approve(*, change: SignatoryChange, actor: User, proof: FactorProof | None) -> SignatoryChange:
    """Agree, as the village's head and with a second factor: from now on the new person signs.

    Raises NotAllowed (also `same_person`), SecondFactorRequired, RuleNotMet (`decided`), InvalidInput (`person`).
    """
    require(actor, Action.RELEASE_SIGN_VILLAGE, change.project.administration)
    method = factor_require(proof, actor).method
    project = project_lock(change.project)
    change = _asked(change)
    if actor.pk in (change.asked_by_id, change.person_id):
        raise NotAllowed(_("Who asked cannot approve."), code="same_person")
    association = project.signatory_organisation
    if association is None:
        raise RuleNotMet(code="decided")
    _person_check(project, association, change.person, substitute=change.substitute)
    if change.substitute:
        project.outside_substitute = change.person
    else:
        project.outside_signatory = change.person
    project.save(update_fields=["outside_substitute", "outside_signatory"])
    return _decide(change, SignatoryChange.Status.APPROVED, actor, "", method)


@transaction.atomic
def signatory_change_refuse(*, change: SignatoryChange, actor: User, reason: str) -> SignatoryChange:
    """Refuse, as the village's head, with a reason. Raises NotAllowed, InvalidInput (`reason`), RuleNotMet."""
    require(actor, Action.RELEASE_SIGN_VILLAGE, change.project.administration)
    why = reason_clean(reason)
    project_lock(change.project)
    return _decide(_asked(change), SignatoryChange.Status.REFUSED, actor, why, "")


def _person_check(project: Project, association: Organisation, person: User, *, substitute: bool) -> None:
    if project.status not in OPENED or project.status in OVER or project.custodian is None:
        raise RuleNotMet(_("Nobody signs for this project any more."), code="over")
    signatory_check(project, project.custodian, association, person, "person")
    other = project.outside_signatory_id if substitute else project.outside_substitute_id
    if person.pk == other:
        raise InvalidInput(_("The substitute must be another person."), field="person")


def _asked(change: SignatoryChange) -> SignatoryChange:
    fresh = SignatoryChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if fresh.status != SignatoryChange.Status.ASKED:
        raise RuleNotMet(_("This is decided already."), code="decided")
    return fresh


def _decide(
    change: SignatoryChange, status: SignatoryChange.Status, actor: User, reason: str, method: str
) -> SignatoryChange:
    change.status, change.decided_by, change.decided_at = status, actor, clock.now()
    change.decision_reason, change.factor_method = reason[:300], method
    change.save()
    audit_record(
        actor=actor,
        action=f"signatory_change_{status}",
        obj=change,
        organisation=change.project.administration,
        reason=reason,
        factor=method,
    )
    return change
