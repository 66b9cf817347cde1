"""Background work that moves money: what a division left to do, and what is due from saved cards."""

from __future__ import annotations

from django_tasks import task

from funds.payments.models import CardCharge
from funds.returns.models import RefundBatch

from .services import charge_take
from .services.returning.working import batch_work


@task()
def refunds_work(batch_pk: int) -> None:
    """Work off what of this batch was not begun yet. Killed anywhere, the next `tick` takes it up again."""
    for batch in RefundBatch.objects.filter(pk=batch_pk, finished_at=None):
        batch_work(batch)


@task()
def card_charge_take(charge_pk: int) -> None:
    """Take this charge, or find out what became of it."""
    for charge in CardCharge.objects.select_related("card__account").filter(pk=charge_pk):
        charge_take(charge)
