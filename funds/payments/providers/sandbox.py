"""Play money for the demonstration. It cannot be loaded anywhere else."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from birge.money import Money
from birge.organisations.models import Organisation
from funds.ledger.models import Command

from ..models import Payment, PaymentKind
from ..selectors import payment_methods_for
from ..services.arriving import payment_arrived
from .base import NextStep, PaymentRequest, Provider, RefundStep, StepKind

if not settings.BIRGE_DEMO:
    raise ImproperlyConfigured(
        "The sandbox provider is play money: it runs only in demonstration mode (BIRGE_DEMO). "
        "Take funds.payments.providers.sandbox out of PAYMENT_PROVIDERS."
    )


class Sandbox:
    """Pays at once, with nothing."""

    kind = PaymentKind.SANDBOX.value
    is_play_money = True

    @property
    def label(self) -> str:
        """Return a name that nobody can take for real money."""
        return _("Play money (demonstration: nothing is paid)")

    def available(self, custodian: Organisation, country: str, on: dt.date) -> bool:
        """Say whether the custodian has switched it on."""
        return any(method.kind == self.kind and method.works for method in payment_methods_for(custodian, country, on))

    def begun(self, request: PaymentRequest) -> bool:
        """Say whether the play money has come."""
        return Command.objects.filter(scope=f"{self.kind}:{request.custodian.public_id}", key=request.key).exists()

    def start(self, request: PaymentRequest) -> NextStep:
        """Let the play money arrive now."""
        payment = payment_arrived(kind=self.kind, reference=f"play-{request.key}"[:80], request=request)
        return NextStep(StepKind.DONE, payment=payment)

    def refund(self, payment: Payment, amount: Money) -> RefundStep:
        """Take the play money back at once."""
        return RefundStep.DONE


provider: Provider = Sandbox()
