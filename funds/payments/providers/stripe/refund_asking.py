"""Officers give a card's payment back, or a part of it: one asks, another agrees, and Stripe is asked by the worker."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from birge.money import Money
from birge.organisations.models import Organisation
from birge.organisations.permissions import Action, require
from funds.ledger.posting import command_finish, command_open

from ...models import Payment
from .models import StripeAttempt
from .models_after import RefundOrderStatus, StripeRefundOrder
from .refunding import attempt_of, refundable_check
from .settling import attempt_lock

_RELATED = ("attempt__account__custodian", "attempt__project", "attempt__payment", "asked_by", "agreed_by")


def refund_orders(custodian: Organisation) -> QuerySet[StripeRefundOrder]:
    """Return what this custodian's officers asked, and what failed projects ordered, to give back by card."""
    return StripeRefundOrder.objects.filter(attempt__account__custodian=custodian).select_related(*_RELATED)


@transaction.atomic
def card_refund_ask(
    *, payment: Payment, amount: Money, reason: str, actor: User, idempotency: tuple[str, str]
) -> StripeRefundOrder:
    """Ask, as the custodian's officer, that so much of a card's payment go back to its card.

    Raises NotAllowed, InvalidInput (`reason`, `amount`), RuleNotMet (`not_at_stripe`, `too_much`, `disputed`; `ended`
    where the project gives everything back anyway).
    """
    require(actor, Action.REFUND_PAY, payment.custodian)
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    request = {"payment": payment.public_id, "amount": [amount.minor, amount.currency], "reason": reason.strip()}
    attempt = attempt_of(payment)
    locked = attempt_lock(attempt)
    opened = command_open(scope=idempotency[0], key=idempotency[1], request={"verb": "card_refund_ask", **request})
    if opened.replayed:
        return StripeRefundOrder.objects.get(public_id=opened.command.result_ref)
    if Payment.objects.filter(pk=payment.pk, refund__isnull=False).exists():
        raise RuleNotMet(_("This project gives all money back. Please look at the refunds."), code="ended")
    refundable_check(locked, amount)
    order = StripeRefundOrder(
        attempt=locked, amount_minor=amount.minor, reason=reason.strip()[:300], status=RefundOrderStatus.ASKED
    )
    order.asked_by, order.key = actor, f"officer:{order.command_id}"
    order.save()
    audit_record(actor=actor, action="card_refund_ask", obj=order, organisation=payment.custodian, reason=order.reason)
    command_finish(opened.command, order.public_id)
    return order


@transaction.atomic
def card_refund_agree(*, order: StripeRefundOrder, actor: User, proof: FactorProof | None) -> StripeRefundOrder:
    """Agree as another officer, with a second factor; Stripe is asked once this is committed.

    Agreeing once more returns it as it is. Raises NotAllowed (also `same_person`), SecondFactorRequired, RuleNotMet
    (`decided`, and as asking does).
    """
    custodian = order.attempt.account.custodian
    require(actor, Action.REFUND_CONFIRM, custodian)
    if actor.pk == order.asked_by_id:
        raise NotAllowed(_("Who asked cannot approve."), code="same_person")
    method = factor_require(proof, actor).method
    attempt, locked = _lock(order)
    if locked.agreed_by_id == actor.pk and locked.status != RefundOrderStatus.TURNED_DOWN:
        return locked
    _asked_check(locked)
    refundable_check(attempt, Money(locked.amount_minor, attempt.currency), besides=locked)
    locked.status, locked.factor_method = RefundOrderStatus.ORDERED, method
    locked.agreed_by, locked.agreed_at, locked.ordered_at = actor, clock.now(), clock.now()
    locked.save()
    audit_record(actor=actor, action="card_refund_agree", obj=locked, organisation=custodian, factor=method)
    transaction.on_commit(partial(_enqueue, locked.pk), robust=True)
    return locked


@transaction.atomic
def card_refund_turn_down(*, order: StripeRefundOrder, actor: User, reason: str) -> StripeRefundOrder:
    """Say no, as another officer, with a reason: nothing goes back. Raises NotAllowed, InvalidInput, RuleNotMet."""
    custodian = order.attempt.account.custodian
    require(actor, Action.REFUND_CONFIRM, custodian)
    if actor.pk == order.asked_by_id:
        raise NotAllowed(_("Who asked cannot decide."), code="same_person")
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    _attempt, locked = _lock(order)
    _asked_check(locked)
    locked.status, locked.refused_reason = RefundOrderStatus.TURNED_DOWN, reason.strip()[:300]
    locked.agreed_by, locked.agreed_at = actor, clock.now()
    locked.save()
    audit_record(
        actor=actor, action="card_refund_refuse", obj=locked, organisation=custodian, reason=locked.refused_reason
    )
    return locked


def _lock(order: StripeRefundOrder) -> tuple[StripeAttempt, StripeRefundOrder]:
    """Return the attempt, locked, and its order as it is now: orders change under their attempt's lock only."""
    attempt = attempt_lock(order.attempt)
    return attempt, StripeRefundOrder.objects.select_related(*_RELATED).get(pk=order.pk)


def _asked_check(order: StripeRefundOrder) -> None:
    if order.status != RefundOrderStatus.ASKED:
        raise RuleNotMet(_("This is decided already."), code="decided")


def _enqueue(order_pk: int) -> None:
    from ...tasks import stripe_order_send

    stripe_order_send.enqueue(order_pk)
