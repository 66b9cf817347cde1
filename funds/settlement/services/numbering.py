"""Cash that the custodian's own officers take has numbers of its own, one after the other."""

from __future__ import annotations

from birge.accounts.devices import device_keep
from funds.cash.services import receipt_write
from funds.payments.models import Payment, PaymentKind


def cash_numbered(payment: Payment, device: str = "") -> Payment:
    """Give a payment that an officer wrote down its number, if it is cash; in the caller's transaction, once."""
    if payment.kind == PaymentKind.CASH and payment.recorded_by is not None:
        receipt_write(payment=payment, organisation=payment.custodian)
        device_keep(user=payment.recorded_by, device=device)
    return payment
