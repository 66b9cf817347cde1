"""Where a payment's money lies."""

from __future__ import annotations

from funds.ledger import codes
from funds.payments.models import Payment, PaymentKind
from funds.releases.models import Refund


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
        case PaymentKind.MOVED:  # it never left the custodian: it lies where it came to
            first = Refund.objects.filter(public_id=payment.reference).select_related("payment__custodian").first()
            return asset_code(first.payment) if first is not None else codes.bank(custodian)
        case _:
            return codes.bank(custodian)
