"""Questions about money of unknown origin."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from birge.organisations.models import Organisation
from funds.ledger.models import Balance
from funds.payments.models import Payment, PaymentStatus

from .models import PayerClaim, StrayReturn

LIVE = (StrayReturn.Status.SENT, StrayReturn.Status.PAID)


@dataclass(frozen=True)
class Stray:
    """What a custodian holds of which nobody knows whose it is (minor units), in one currency."""

    custodian: Organisation
    currency: str
    minor: int


def strays(custodian: Organisation) -> QuerySet[Payment]:
    """Return the money in the books of which nobody knows whose it is, and that is not on its way back."""
    unknown = Payment.objects.filter(custodian=custodian, project=None, pool_ref="", status=PaymentStatus.CONFIRMED)
    return unknown.exclude(Exists(StrayReturn.objects.filter(payment=OuterRef("pk"), status__in=LIVE)))


def strays_public() -> list[Stray]:
    """Return what each custodian holds of unknown origin, as the ledger has it; nobody's single payment."""
    rows = Balance.objects.filter(account__type="unidentified", amount__gt=0).select_related("account")
    held = {(row.account.custodian_ref, row.account.currency): row.amount for row in rows}
    known = {each.public_id: each for each in Organisation.objects.filter(public_id__in={ref for ref, _cur in held})}
    return [Stray(known[ref], currency, amount) for (ref, currency), amount in sorted(held.items()) if ref in known]


def return_day(payment: Payment) -> dt.date:
    """Return the first day on which money of unknown origin may be sent back."""
    return payment.received_on + dt.timedelta(days=settings.UNIDENTIFIED_RETURN_DAYS)


def return_of(payment: Payment) -> StrayReturn | None:
    """Return how it went back, or is on its way back."""
    return StrayReturn.objects.filter(payment=payment, status__in=LIVE).first()


def returns_sent(custodian: Organisation) -> QuerySet[StrayReturn]:
    """Return what was sent back and waits for another officer, oldest first."""
    sent = StrayReturn.objects.filter(custodian=custodian, status=StrayReturn.Status.SENT)
    return sent.select_related("payment", "sent_by").order_by("id")


def claims_waiting(custodian: Organisation) -> QuerySet[PayerClaim]:
    """Return what payers say they paid and nobody has answered, oldest first."""
    asked = PayerClaim.objects.filter(custodian=custodian, status=PayerClaim.Status.ASKED)
    return asked.select_related("slip", "custodian").order_by("id")


def claim_of(group: str) -> PayerClaim | None:
    """Return the newest that was said about this pledge or gift."""
    return PayerClaim.objects.filter(group=group).order_by("-id").first()
