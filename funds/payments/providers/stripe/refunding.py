"""We ask Stripe to send a gift, or a part of it, back: written down first, asked once, never taken for failed.

An order that is committed is sent by whoever comes first: the call that made it, the worker, or the daily sweep. Each
looks at Stripe for the order's mark before it asks, and asks under the order's own key; so it is sent once.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.errors import InvalidInput, RuleNotMet
from birge.money import Money

from ...models import Payment, PaymentStatus
from ...selectors import sent_back_minor
from .amounts import to_stripe
from .gateway import ProviderRefused, SentBack
from .gateway_after import AfterGateway
from .models import StripeAttempt
from .models_after import DISPUTE_OPEN, LIVE_ORDERS, RefundOrderStatus, StripeDispute, StripeRefundOrder
from .settling import attempt_lock, attempt_settle

FAILED_PROJECT = "project_failed"  # the key of the one order that empties a payment of a project that failed


def refund_order(payment: Payment, amount: Money, key: str) -> StripeRefundOrder:
    """Return the order by which so much of a payment goes back, made and committed if there is none under this key.

    Raises RuleNotMet (`not_at_stripe`, `other_sum` under the same key, `too_much`, `disputed`).
    """
    attempt = attempt_of(payment)
    with transaction.atomic():
        locked = attempt_lock(attempt)
        same = locked.refund_orders.filter(key=key, status__in=LIVE_ORDERS).first()
        if same is not None:
            if same.amount_minor != amount.minor:
                raise RuleNotMet(_("Another sum was ordered before."), code="other_sum")
            return same
        refundable_check(locked, amount)
        return StripeRefundOrder.objects.create(
            attempt=locked, key=key, amount_minor=amount.minor, ordered_at=clock.now()
        )


def order_send(order: StripeRefundOrder) -> StripeRefundOrder:
    """Have an order done by Stripe, and book what became of it. Call it outside of any transaction.

    Called again, by anyone, it finds what was done. Raises ProviderUnknown (nothing is lost: call again) and
    ProviderRefused after a clear no, which ends the order.
    """
    fresh = StripeRefundOrder.objects.select_related("attempt__account__custodian", "attempt__project").get(pk=order.pk)
    if fresh.status == RefundOrderStatus.ORDERED:
        try:
            done = _asked(fresh)
        except ProviderRefused as refusal:
            _note(fresh, RefundOrderStatus.REFUSED, reason=str(refusal.data or refusal)[:300])
            raise
        fresh = _note(fresh, RefundOrderStatus.MADE, refund_id=done.id)
    if fresh.status == RefundOrderStatus.MADE:
        attempt_settle(fresh.attempt)
    return fresh


def orders_waiting(account_pk: int) -> list[StripeRefundOrder]:
    """Return the orders of an account that Stripe has not answered, oldest first."""
    waiting = StripeRefundOrder.objects.filter(attempt__account=account_pk, status=RefundOrderStatus.ORDERED)
    return list(waiting.order_by("id"))


def attempt_of(payment: Payment) -> StripeAttempt:
    """Return by what this payment came. Raises RuleNotMet (`not_at_stripe`)."""
    attempt = StripeAttempt.objects.filter(payment=payment).first()
    if attempt is None:
        raise RuleNotMet(_("This money did not come by card."), code="not_at_stripe")
    return attempt


def refundable_minor(attempt: StripeAttempt, besides: StripeRefundOrder | None = None) -> int:
    """Return how much of an attempt may still go back (minor units): not back, not disputed, not ordered.

    Exact under the attempt's lock. The order `besides` does not count.
    """
    if attempt.payment is None or attempt.payment.status != PaymentStatus.CONFIRMED:
        return 0
    known = set(attempt.refunds.values_list("refund_id", flat=True))
    ordered = attempt.refund_orders.filter(status__in=LIVE_ORDERS).exclude(refund_id__in=known - {""})
    if besides is not None:
        ordered = ordered.exclude(pk=besides.pk)
    return attempt.amount_minor - sent_back_minor(attempt.payment) - sum(ordered.values_list("amount_minor", flat=True))


def refundable_check(attempt: StripeAttempt, amount: Money, besides: StripeRefundOrder | None = None) -> None:
    """Raise InvalidInput (`amount`) or RuleNotMet (`disputed`, `too_much`) unless so much of an attempt may go back."""
    if amount.minor <= 0 or amount.currency != attempt.currency:
        raise InvalidInput(_("Please write how much goes back, in the currency of the gift."), field="amount")
    if StripeDispute.objects.filter(attempt=attempt, status__in=DISPUTE_OPEN).exists():
        text = _("The payer’s bank disputes this payment. Wait for its decision: it gives the money back itself.")
        raise RuleNotMet(text, code="disputed")
    if amount.minor > refundable_minor(attempt, besides):
        raise RuleNotMet(_("So much is not left of this payment."), code="too_much")


def _asked(order: StripeRefundOrder) -> SentBack:
    """Return the refund of an order: the one that bears its mark, else a new one under its key."""
    gateway, command = AfterGateway(order.attempt.account), str(order.command_id)
    found = gateway.refund_find(command=command, intent_id=order.attempt.intent_id)
    if found is not None:
        return found
    amount = to_stripe(Money(order.amount_minor, order.attempt.currency))
    return gateway.refund_create(command=command, intent_id=order.attempt.intent_id, amount=amount)


@transaction.atomic
def _note(
    order: StripeRefundOrder, status: RefundOrderStatus, *, refund_id: str = "", reason: str = ""
) -> StripeRefundOrder:
    """Note what Stripe said to an order that waited for it."""
    attempt_lock(order.attempt)
    fresh = StripeRefundOrder.objects.select_related("attempt__account__custodian", "attempt__project").get(pk=order.pk)
    if fresh.status == RefundOrderStatus.ORDERED:
        fresh.status, fresh.refund_id, fresh.refused_reason = status, refund_id, reason
        fresh.save(update_fields=["status", "refund_id", "refused_reason"])
    return fresh
