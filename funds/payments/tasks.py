"""Background work: looking into what a provider told us."""

from __future__ import annotations

from django_tasks import task

from .models import StripeEvent, StripeRefundOrder
from .providers.stripe.refunding import order_send
from .providers.stripe.saving import card_forget, cards_to_forget
from .providers.stripe.webhooks import event_process


@task()
def stripe_event_process(event_pk: int) -> None:
    """Look into the event with this id, if that was not done yet."""
    waiting = StripeEvent.objects.select_related("account__custodian").filter(pk=event_pk, processed_at=None)
    for event in waiting:
        event_process(event)


@task()
def stripe_order_send(order_pk: int) -> None:
    """Have Stripe do the order with this id, if it was not done yet. The sweep asks again what is not answered."""
    for order in StripeRefundOrder.objects.filter(pk=order_pk, status="ordered"):
        order_send(order)


@task()
def stripe_card_forget(card_pk: int) -> None:
    """Delete this ended card at Stripe, unless that was done."""
    for card in cards_to_forget().filter(pk=card_pk):
        card_forget(card)
