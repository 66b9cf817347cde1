"""A payment provider somewhere else, as refunds see it: asked under a key, it sends each refund once; it may be down.

Real code behind the real interface; what it did stands in a file, which a killed process leaves as it was.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from birge.money import Money
from birge.organisations.models import Organisation
from funds.payments.models import Payment, PaymentKind
from funds.payments.providers.base import NextStep, PaymentRequest, Provider, RefundStep, StepKind


class Remote:
    """Takes the place of the cards' provider."""

    kind = PaymentKind.STRIPE.value
    is_play_money = False
    label = "Remote"
    file: Path | None = None
    down = False
    by_officer = False

    def available(self, custodian: Organisation, country: str, on: dt.date) -> bool:
        """Say no: nobody pays by it here."""
        return False

    def begun(self, request: PaymentRequest) -> bool:
        """Say no."""
        return False

    def start(self, request: PaymentRequest) -> NextStep:
        """Do nothing."""
        return NextStep(StepKind.INSTRUCTIONS)

    def refund(self, payment: Payment, amount: Money) -> RefundStep:
        """Send it once for each payment, however often it is asked."""
        if self.down:
            raise ConnectionError("no answer")
        if self.by_officer:
            return RefundStep.BY_OFFICER
        sent = self.sent()
        sent.setdefault(payment.public_id, amount.minor)
        self._path().write_text(json.dumps(sent))
        return RefundStep.DONE

    def sent(self) -> dict[str, int]:
        """Return what it has sent, by payment (minor units)."""
        path = self._path()
        return dict(json.loads(path.read_text())) if path.exists() else {}

    def _path(self) -> Path:
        if self.file is None:
            raise RuntimeError("the test names the file first")
        return self.file


remote = Remote()
provider: Provider = remote
