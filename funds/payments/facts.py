"""What `payments` reports to whoever books it; settings.PAYMENT_FACT_HANDLER names the one who listens."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from funds.ledger.models import Command

from .models import Payment


class FactKind(enum.StrEnum):
    """What became known about money."""

    ARRIVED = "arrived"
    SENT_BACK = "sent_back"  # the provider gave `amount_minor` of it back to the payer
    DISPUTED = "disputed"  # the payer's bank took `amount_minor` of it, and has not decided yet
    CHARGED_BACK = "charged_back"  # the payer's bank took `amount_minor` of it for good
    DISPUTE_WON = "dispute_won"  # it brought back what the entry `entry_id` took
    DISPUTE_LOST = "dispute_lost"  # what the entry `entry_id` took does not come back


@dataclass(frozen=True)
class PaymentFact:
    """One fact about one payment, told inside the transaction that makes it true.

    `command` is opened already; the listener posts under it.
    """

    payment: Payment
    kind: FactKind
    command: Command
    amount_minor: int = 0  # of what was sent back; all of it for an arrival
    entry_id: uuid.UUID | None = None  # the entry that a decision of the bank is about


def ended_report(payment: Payment) -> None:
    """Tell settings.PAYMENT_ENDED_HANDLER, inside the transaction, that a payment was refused or taken back."""
    handler: Callable[[Payment], None] = import_string(settings.PAYMENT_ENDED_HANDLER)
    handler(payment)


def person_erased_report(group: str) -> None:
    """Tell settings.PERSON_ERASED_HANDLER, inside the transaction, whose pledge's or gift's donor is forgotten."""
    handler: Callable[[str], None] = import_string(settings.PERSON_ERASED_HANDLER)
    handler(group)


def fact_report(fact: PaymentFact) -> uuid.UUID:
    """Tell the registered listener and return the id of the cash entry it booked."""
    handler: Callable[[PaymentFact], uuid.UUID] = import_string(settings.PAYMENT_FACT_HANDLER)
    return handler(fact)
