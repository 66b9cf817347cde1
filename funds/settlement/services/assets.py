"""Where a payment's money lies."""

from __future__ import annotations

from funds.ledger import codes
from funds.payments.models import Payment, PaymentKind


def asset_code(payment: Payment) -> str:
    """Return the account of the custodian in which this payment's money lies."""
    build = {PaymentKind.CASH: codes.cash_box, PaymentKind.SANDBOX: codes.sandbox}
    return build.get(PaymentKind(payment.kind), codes.bank)(payment.custodian.public_id)
