"""What does not fit our record is put aside for people. One officer says what to do about it, another agrees."""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from birge.organisations.models import Organisation
from birge.organisations.permissions import Action, require

from .models import Decision, QuarantineReason, StripeAccount, StripeAttempt, StripeQuarantine

logger = logging.getLogger(__name__)


def quarantine(
    *,
    account: StripeAccount,
    object_id: str,
    reason: QuarantineReason,
    detail: str = "",
    attempt: StripeAttempt | None = None,
) -> StripeQuarantine:
    """Put something at Stripe aside, once for each reason; the log says so too."""
    found, new = StripeQuarantine.objects.get_or_create(
        account=account,
        object_id=object_id[:100],
        reason=reason,
        defaults={"detail": detail[:300], "attempt": attempt},
    )
    if new:
        logger.warning("stripe %s: %s quarantined (%s) %s", account.label, object_id, reason.value, detail)
    return found


def quarantined(custodian: Organisation) -> QuerySet[StripeQuarantine]:
    """Return what nobody has explained yet, or no second officer has agreed to, oldest first."""
    waiting = StripeQuarantine.objects.filter(account__custodian=custodian, agreed_by=None)
    return waiting.select_related("account", "attempt__project", "explained_by").order_by("id")


@transaction.atomic
def quarantine_explain(
    *, item: StripeQuarantine, actor: User, explanation: str, decision: str = Decision.LEAVE
) -> StripeQuarantine:
    """Say, as the custodian's officer, what it is and what is to be done. Another officer must agree.

    A new explanation takes the place of the old one. Raises NotAllowed, InvalidInput (`reason`, `decision`), RuleNotMet
    (`decided`).
    """
    require(actor, Action.CORRECTION_ASK, item.account.custodian)
    if not explanation.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    if decision not in Decision.values:
        raise InvalidInput(_("Please choose what is to be done."), field="decision")
    locked = _lock(item)
    locked.explanation, locked.explained_by, locked.explained_at = explanation.strip()[:300], actor, clock.now()
    locked.decision = decision
    locked.save(update_fields=["decision", "explanation", "explained_by", "explained_at"])
    audit_record(
        actor=actor, action="stripe_explain", obj=locked, organisation=item.account.custodian, object=locked.object_id
    )
    return locked


@transaction.atomic
def quarantine_agree(*, item: StripeQuarantine, actor: User, proof: FactorProof | None) -> StripeQuarantine:
    """Agree, as another officer with a second factor, that it is explained; what was decided is done at once.

    Raises NotAllowed (also `same_person`), SecondFactorRequired, RuleNotMet (`decided`, `not_explained`, and where
    Stripe does not say what was decided, see `booking_after_all`), ProviderUnknown.
    """
    from .booking_after_all import decision_carry_out

    require(actor, Action.CORRECTION_APPROVE, item.account.custodian)
    method = factor_require(proof, actor).method
    locked = _lock(item)
    if locked.explained_by_id is None:
        raise RuleNotMet(_("Nobody has explained this yet."), code="not_explained")
    if locked.explained_by_id == actor.pk:
        raise NotAllowed(_("Who explained it cannot agree."), code="same_person")
    decision_carry_out(locked)
    locked.agreed_by, locked.agreed_at, locked.factor_method = actor, clock.now(), method
    locked.save(update_fields=["agreed_by", "agreed_at", "factor_method"])
    audit_record(
        actor=actor,
        action="stripe_agree",
        obj=locked,
        organisation=item.account.custodian,
        object=locked.object_id,
        factor=method,
        decision=locked.decision,
    )
    return locked


def _lock(item: StripeQuarantine) -> StripeQuarantine:
    locked = (
        StripeQuarantine.objects.select_for_update(of=("self",), no_key=True)
        .select_related("account__custodian")
        .get(pk=item.pk)
    )
    if locked.agreed_by_id is not None:
        raise RuleNotMet(_("This is decided already."), code="decided")
    return locked
