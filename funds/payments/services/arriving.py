"""A provider tells us that money is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from birge import clock
from funds.ledger.posting import command_finish, command_open

from ..facts import FactKind, PaymentFact, fact_report
from ..models import ConfirmedHow, Payment, PaymentStatus

if TYPE_CHECKING:
    from ..providers.base import PaymentRequest


@transaction.atomic
def payment_arrived(*, kind: str, reference: str, request: PaymentRequest) -> Payment:
    """Record and confirm a provider's payment in one step; with the same `request.key` it answers the same.

    Raises KeyReused for another sum or pledge under that key.
    """
    opened = command_open(
        scope=f"{kind}:{request.custodian.public_id}",
        key=request.key,
        request={
            "pledge": request.pledge_ref,
            "amount_minor": request.amount.minor,
            "currency": request.amount.currency,
        },
    )
    if opened.replayed:
        return Payment.objects.get(public_id=opened.command.result_ref)
    moment = clock.now()
    payment = Payment(
        custodian=request.custodian,
        project=request.project,
        pledge_ref="" if request.pool_ref else request.pledge_ref,
        pool_ref=request.pool_ref,
        group=request.group,
        kind=kind,
        amount_minor=request.amount.minor,
        currency=request.amount.currency,
        received_on=clock.today(),
        reference=reference,
        recorded_at=moment,
        status=PaymentStatus.CONFIRMED,
        confirmed_how=ConfirmedHow.PROVIDER,
        decided_at=moment,
    )
    payment.entry_id = fact_report(PaymentFact(payment=payment, kind=FactKind.ARRIVED, command=opened.command))
    payment.save()
    command_finish(opened.command, payment.public_id)
    return payment
