"""A second person says that the money is there, or that it is not."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.devices import device_keep
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.accounts.sameness import another_person_check
from birge.audit.services import audit_record
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from birge.organisations.permissions import Action, require
from funds.ledger.posting import command_finish, command_open

from ..facts import FactKind, PaymentFact, ended_report, fact_report
from ..models import ALLOWED, ConfirmedHow, Payment, PaymentKind, PaymentStatus


@transaction.atomic
def payment_confirm(*, payment: Payment, actor: User, proof: FactorProof | None, device: str = "") -> Payment:
    """Confirm as a second officer, with a fresh second factor; the money is booked in the same transaction.

    Confirming once more returns the payment as it is. Raises NotAllowed (no office; `same_person`, who recorded it;
    for cash also `same_contact`, `same_device`; `by_the_pool` for a treasurer's cash), SecondFactorRequired,
    RuleNotMet if it was refused.
    """
    _require(actor, payment)
    if payment.recorded_by_id == actor.pk:
        raise NotAllowed(_("Who recorded it cannot confirm it."), code="same_person")
    if payment.kind == PaymentKind.CASH and payment.recorded_by is not None:
        another_person_check(first=payment.recorded_by, second=actor, device=device)
        device_keep(user=actor, device=device)
    checked = factor_require(proof, actor)
    return _confirm(payment, ConfirmedHow.SECOND_OFFICER, actor, checked.method)


@transaction.atomic
def payment_confirm_by_payer(*, payment: Payment) -> Payment:
    """Confirm in the payer's name. `funds.settlement` checks the payer's signed link before it calls this."""
    return _confirm(payment, ConfirmedHow.PAYER, None, "")


@transaction.atomic
def payment_confirm_by_pool(*, payment: Payment, actor: User, factor_method: str) -> Payment:
    """Confirm a treasurer's cash as another who signs for the pool. `funds.settlement` checks who that is."""
    return _confirm(payment, ConfirmedHow.SECOND_OFFICER, actor, factor_method)


@transaction.atomic
def payment_refuse(*, payment: Payment, actor: User, reason: str) -> Payment:
    """Say that this money did not come; nothing was booked. Needs a reason; a second officer, or who recorded it."""
    _require(actor, payment)
    refused = _refuse(payment, reason, actor)
    audit_record(actor=actor, action="payment_refuse", obj=refused, organisation=payment.custodian, reason=reason)
    return refused


@transaction.atomic
def payment_refuse_by_payer(*, payment: Payment, reason: str) -> Payment:
    """Say, in the payer's name, that they never paid this. The signed link is checked by `funds.settlement`."""
    return _refuse(payment, reason, None)


@transaction.atomic
def payment_refuse_by_pool(*, payment: Payment, actor: User, reason: str) -> Payment:
    """Say that this cash was not given to the treasurer. `funds.settlement` checks who says so."""
    return _refuse(payment, reason, actor)


def payment_lock(payment: Payment) -> Payment:
    """Return the payment as it is now, locked until the transaction ends (before project and pledge)."""
    return (
        Payment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("project", "custodian", "evidence")
        .get(pk=payment.pk)
    )


def transition_check(payment: Payment, to: PaymentStatus) -> None:
    """Raise RuleNotMet (`transition`) for a step that the table does not know."""
    before = PaymentStatus(payment.status)
    if to not in ALLOWED[before]:
        raise RuleNotMet(
            _("A payment that is “%(before)s” cannot become “%(after)s”.")
            % {"before": before.label, "after": to.label},
            code="transition",
            from_status=before.value,
            to_status=to.value,
        )


def _require(actor: User, payment: Payment) -> None:
    if payment.kind == PaymentKind.POOL_CASH:
        raise NotAllowed(_("The payer, or another who signs for the pool, decides on this."), code="by_the_pool")
    village = payment.kind == PaymentKind.VILLAGE
    require(actor, Action.VILLAGE_PAYMENT_CONFIRM if village else Action.PAYMENT_CONFIRM, payment.custodian)


def _confirm(payment: Payment, how: ConfirmedHow, by: User | None, factor_method: str) -> Payment:
    opened = command_open(scope=f"payment:{payment.public_id}", key="confirm", request={"payment": payment.public_id})
    locked = payment_lock(payment)
    if opened.replayed:
        return locked
    transition_check(locked, PaymentStatus.CONFIRMED)
    locked.entry_id = fact_report(PaymentFact(payment=locked, kind=FactKind.ARRIVED, command=opened.command))
    locked.status = PaymentStatus.CONFIRMED
    locked.confirmed_how, locked.confirmed_by, locked.factor_method = how, by, factor_method
    locked.decided_at = clock.now()
    locked.save()
    command_finish(opened.command, locked.public_id)
    audit_record(
        actor=by,
        action=Action.PAYMENT_CONFIRM,
        obj=locked,
        organisation=locked.custodian,
        how=how.value,
        factor=factor_method,
    )
    return locked


def _refuse(payment: Payment, reason: str, by: User | None) -> Payment:
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    locked = payment_lock(payment)
    transition_check(locked, PaymentStatus.REFUSED)
    locked.status, locked.refused_reason = PaymentStatus.REFUSED, reason.strip()
    locked.confirmed_by, locked.decided_at = by, clock.now()
    locked.save()
    ended_report(locked)
    return locked
