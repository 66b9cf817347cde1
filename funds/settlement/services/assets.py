"""Where a payment's money lies."""

from __future__ import annotations

from funds.ledger import codes
from funds.payments.models import Payment, PaymentKind


def asset_code(payment: Payment) -> str:
    """Return the account of the custodian in which this payment's money lies."""
    custodian = payment.custodian.public_id
    match payment.kind:
        case PaymentKind.CASH:
            return codes.cash_box(custodian)
        case PaymentKind.POOL_CASH:
            return codes.cash_pool(custodian, payment.pool_ref)
        case PaymentKind.STRIPE:
            return codes.stripe(custodian)
        case PaymentKind.SANDBOX:
            return codes.sandbox(custodian)
        case _:
            return codes.bank(custodian)
