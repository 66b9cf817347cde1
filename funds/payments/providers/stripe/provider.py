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

    def refund(self, payment: Payment, amount: Money) -> RefundStep:
        """Say that an officer gives it back at Stripe; it is seen there and booked by itself."""
        return RefundStep.BY_OFFICER


provider: Provider = StripeCard()
