"""Background work of settlement: what a division of money left to do."""

from __future__ import annotations

from django_tasks import task

from funds.returns.models import RefundBatch

from .services.returning.working import batch_work


@task()
def refunds_work(batch_pk: int) -> None:
    """Work off what of this batch was not begun yet. Killed anywhere, the next `tick` takes it up again."""
    for batch in RefundBatch.objects.filter(pk=batch_pk, finished_at=None):
        batch_work(batch)
