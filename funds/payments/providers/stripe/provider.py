"""Cards, at Stripe, with the custodian as the one who is paid. Offered only with an account and its keys."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from birge.money import Money
from birge.organisations.models import Organisation

from ...models import Payment, PaymentKind
from ...selectors import payment_methods_for
from ..base import NextStep, PaymentRequest, Provider, RefundStep
from .accounts import account_for
from .intents import card_paid, card_pay
from .refunding import FAILED_PROJECT, order_send, refund_order


class StripeCard:
    """The donor pays on Stripe's page; what Stripe then says is looked up, compared and booked."""

    kind = PaymentKind.STRIPE.value
    is_play_money = False

    @property
    def label(self) -> str:
        """Return its name in the active language."""
        return _("Card")

    def available(self, custodian: Organisation, country: str, on: dt.date) -> bool:
        """Say whether the custodian has switched it on and its account can be used here."""
        account = account_for(custodian)
        if account is None:
            return False
        ways = payment_methods_for(custodian, country, on, cards_in=account.currency)
        return any(method.kind == self.kind and method.works for method in ways)

    def begun(self, request: PaymentRequest) -> bool:
        """Say whether this promise was paid by card."""
        return card_paid(request.pledge_ref) is not None

    def start(self, request: PaymentRequest) -> NextStep:
        """Lead to the page at Stripe; called again, to the same page as long as it is open."""
        return card_pay(request)

    def refund(self, payment: Payment, amount: Money, *, key: str = FAILED_PROJECT) -> RefundStep:
        """Have Stripe send so much of a payment back to its card; DONE once Stripe has taken the order.

        The order is committed before Stripe is asked, so call this outside of any transaction. It is safe to call
        again, after a kill too: one payment has one order under one `key`, and the order's mark at Stripe is looked
        for before anything is asked. What has left the balance is booked by the fact `SENT_BACK`, as a rule before
        this returns: a waiting refund of the failed project is *paid* then, by the provider's word. Where Stripe
        sends later (*pending*), the webhook or the sweep books it.

        Raises ProviderUnknown (nothing is known: call again, the order stands), ProviderRefused (a clear no; the
        order is ended, the next call makes a new one), RuleNotMet (`too_much`, `disputed`, `other_sum`,
        `not_at_stripe`: a person has to look; an officer may still send the money by hand).
        """
        order_send(refund_order(payment, amount, key))
        return RefundStep.DONE


provider: Provider = StripeCard()
