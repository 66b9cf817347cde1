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


@dataclass(frozen=True)
class PaymentFact:
    """One fact about one payment, told inside the transaction that makes it true.

    `command` is opened already; the listener posts under it.
    """

    payment: Payment
    kind: FactKind
    command: Command


def fact_report(fact: PaymentFact) -> uuid.UUID:
    """Tell the registered listener and return the id of the cash entry it booked."""
    handler: Callable[[PaymentFact], uuid.UUID] = import_string(settings.PAYMENT_FACT_HANDLER)
    return handler(fact)
