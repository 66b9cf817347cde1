"""An officer looks after what does not agree. Nothing here changes what the comparison finds, but for old money."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from birge.organisations.permissions import Action, require

from ..models import Difference, DifferenceKind, DifferenceStep, Step


@transaction.atomic
def difference_take(*, difference: Difference, actor: User) -> Difference:
    """Take it over: from now on this officer looks after it. Also from a colleague; the history keeps both.

    Raises NotAllowed, RuleNotMet (`resolved`).
    """
    require(actor, Action.PAYMENT_RECORD, difference.custodian)
    locked = _lock(difference)
    if locked.owner_id == actor.pk:
        return locked
    locked.owner = actor
    locked.save(update_fields=["owner"])
    _step(locked, Step.TAKEN, actor)
    return locked


@transaction.atomic
def difference_note(*, difference: Difference, actor: User, note: str) -> Difference:
    """Write down what was found out. It stays open until it agrees. Raises NotAllowed, InvalidInput (`note`)."""
    require(actor, Action.PAYMENT_RECORD, difference.custodian)
    locked = _lock(difference)
    locked.note = _words(note)
    locked.save(update_fields=["note"])
    _step(locked, Step.NOTED, actor, locked.note)
    return locked


@transaction.atomic
def difference_explain(*, difference: Difference, actor: User, note: str) -> Difference:
    """Say whose money it is that lay in the account before the first statement. Another officer must agree.

    A new explanation takes the place of the old one. Raises NotAllowed, InvalidInput (`note`), RuleNotMet (`resolved`,
    `not_opening`: everything else is over by itself once it agrees).
    """
    require(actor, Action.CORRECTION_ASK, difference.custodian)
    locked = _opening(difference)
    locked.note, locked.explained_by = _words(note), actor
    locked.save(update_fields=["note", "explained_by"])
    _step(locked, Step.EXPLAINED, actor, locked.note)
    return locked


@transaction.atomic
def difference_agree(*, difference: Difference, actor: User, proof: FactorProof | None) -> Difference:
    """Agree, as another officer with a second factor, that this money from before is none of ours.

    Raises NotAllowed (also `same_person`), SecondFactorRequired, RuleNotMet (`resolved`, `not_opening`,
    `not_explained`).
    """
    require(actor, Action.CORRECTION_APPROVE, difference.custodian)
    method = factor_require(proof, actor).method
    locked = _opening(difference)
    if locked.explained_by_id is None:
        raise RuleNotMet(_("Nobody has explained this yet."), code="not_explained")
    if locked.explained_by_id == actor.pk:
        raise NotAllowed(_("Who explained it cannot agree."), code="same_person")
    locked.agreed_by, locked.resolved_at = actor, clock.now()
    locked.save(update_fields=["agreed_by", "resolved_at"])
    _step(locked, Step.AGREED, actor)
    audit_record(
        actor=actor,
        action="difference_agree",
        obj=locked,
        organisation=locked.custodian,
        factor=method,
        amount_minor=locked.amount_minor,
        currency=locked.currency,
    )
    return locked


def _lock(difference: Difference) -> Difference:
    locked = (
        Difference.objects.select_for_update(of=("self",), no_key=True)
        .select_related("custodian")
        .get(pk=difference.pk)
    )
    if locked.resolved_at is not None:
        raise RuleNotMet(_("This agrees already."), code="resolved")
    return locked


def _opening(difference: Difference) -> Difference:
    locked = _lock(difference)
    if locked.kind != DifferenceKind.OPENING:
        raise RuleNotMet(
            _("Words do not put this right: it is over once our books and the bank agree."), code="not_opening"
        )
    return locked


def _words(note: str) -> str:
    if not note.strip():
        raise InvalidInput(_("Please write what you found out."), field="note")
    return note.strip()[:300]


def _step(difference: Difference, step: Step, actor: User, note: str = "") -> None:
    DifferenceStep.objects.create(
        difference=difference, step=step, at=clock.now(), actor=actor, note=note, amount_minor=difference.amount_minor
    )
