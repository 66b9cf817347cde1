"""A payment that was refused or taken back leaves its line of the bank to be looked at anew."""

from __future__ import annotations

from funds.banking.models import BankLine
from funds.banking.services import line_unexplain
from funds.payments.models import Payment


def line_free(payment: Payment) -> None:
    """Free the line that was this payment. Registered as settings.PAYMENT_ENDED_HANDLER.

    Called under the payment's lock, against the usual order: nobody who holds an explained line waits for its payment.
    """
    for line in BankLine.objects.filter(payment_ref=payment.public_id):
        line_unexplain(line)
