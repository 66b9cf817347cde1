"""What a project holds is divided among what brought it: exactly, in proportion, written once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.db.models import Sum

from birge import clock
from birge_engine.split import largest_remainder
from funds.matching.models import Given
from funds.matching.rule_selectors import given_waiting
from funds.matching.services import rules_lock
from funds.payments.exchanged import plan_part
from funds.payments.models import Payment, PaymentStatus
from funds.payments.selectors import away_minor
from funds.releases.models import REFUND_ENDED, GiftBack, Refund
from funds.returns.models import BatchReason, PartStatus, RefundBatch, RefundPart
from projects.works.models import Project

from ...facts import held_minor


@dataclass(frozen=True)
class Source:
    """Something that brought money to a project, and how much of it counts (minor units)."""

    amount_minor: int
    payment: Payment | None = None
    given: Given | None = None


def batch_open(project: Project, reason: BatchReason) -> RefundBatch | None:
    """Divide what is held for a locked project among what brought it, in proportion to what each brought.

    Everyone alike, donors, village and pools; the largest remainder gets the odd tyiyn, the earlier source first.
    Called again for money that was confirmed later, it divides only what is not on its way back already. Only light
    rows are written here, in bulk; `working` does the rest after the commit, one part at a time. None if there is
    nothing to divide.
    """
    rules_lock(project=project)
    sources = [source for source in sources_of(project) if source.amount_minor > 0]
    free = held_minor(project) - on_its_way_minor(project)
    free = min(free, sum(source.amount_minor for source in sources))  # nobody gets more than they gave
    if free <= 0 or project.custodian is None:
        return None
    parts = largest_remainder(free, [source.amount_minor for source in sources])
    batch = RefundBatch.objects.create(
        project=project,
        custodian=project.custodian,
        reason=reason,
        total_minor=free,
        currency=project.currency,
        made_at=clock.now(),
    )
    _write(batch, [(source, part) for source, part in zip(sources, parts, strict=True) if part])
    transaction.on_commit(partial(_enqueue, batch.pk))
    return batch


def sources_of(project: Project) -> list[Source]:
    """Return what brought the project's money and has not given back yet, oldest first; pools' matches last."""
    payments = (
        Payment.objects.filter(project=project, status=PaymentStatus.CONFIRMED, refund__isnull=True)
        .select_related("custodian")
        .order_by("id")
    )
    used = claims_used(project)
    taken = set(RefundPart.objects.filter(batch__project=project).values_list("given_id", flat=True))
    given = [each for each in given_waiting(project) if each.pk not in taken]
    return [Source(max(0, each.plan_minor - used.get(each.pk, 0)), payment=each) for each in payments] + [
        Source(each.amount_minor, given=each) for each in given
    ]


def claim_in(sources: list[Source], payment: Payment) -> int:
    """Return how much of this payment counts among those sources (minor units)."""
    return sum(each.amount_minor for each in sources if each.payment is not None and each.payment.pk == payment.pk)


def claims_used(project: Project) -> dict[int, int]:
    """Return what of each payment's claim is used up already: away at its provider or bank, or given back on request.

    Minor units of the plan's currency.
    """
    on_request = GiftBack.objects.filter(payment__project=project).values_list("payment").annotate(n=Sum("claim_minor"))
    used = {payment: int(minor or 0) for payment, minor in on_request.order_by()}
    payments = Payment.objects.filter(project=project)
    away = away_minor(payments)
    for payment in payments.filter(pk__in=away):
        used[payment.pk] = used.get(payment.pk, 0) + plan_part(payment, away[payment.pk])
    return used


def on_its_way_minor(project: Project) -> int:
    """Return what is divided already and still held."""
    refunds = Refund.objects.filter(project=project).exclude(status__in=REFUND_ENDED)
    matches = RefundPart.objects.filter(batch__project=project, given__isnull=False).exclude(status=PartStatus.DONE)
    return sum(int(rows.aggregate(total=Sum("amount_minor"))["total"] or 0) for rows in (refunds, matches))


def _write(batch: RefundBatch, divided: list[tuple[Source, int]]) -> None:
    payments = [(source.payment, part) for source, part in divided if source.payment is not None]
    refunds = Refund.objects.bulk_create(
        [
            Refund(
                project=batch.project,
                payment=payment,
                custodian=payment.custodian,
                amount_minor=part,
                currency=batch.currency,
                due_at=batch.made_at,
            )
            for payment, part in payments
        ],
        batch_size=500,
    )
    matches = [(source.given, part) for source, part in divided if source.given is not None]
    rows = [RefundPart(refund=refund, amount_minor=refund.amount_minor) for refund in refunds]
    rows += [RefundPart(given=given, amount_minor=part) for given, part in matches]
    for position, row in enumerate(rows, start=1):
        row.batch, row.position = batch, position
    RefundPart.objects.bulk_create(rows, batch_size=500)


def _enqueue(batch_pk: int) -> None:
    from ...tasks import refunds_work

    refunds_work.enqueue(batch_pk)
