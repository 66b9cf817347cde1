"""Background work that moves money: taking from saved cards what is due."""

from __future__ import annotations

from django_tasks import task

from funds.payments.models import CardCharge

from .services import charge_take


@task()
def card_charge_take(charge_pk: int) -> None:
    """Take this charge, or find out what became of it."""
    for charge in CardCharge.objects.select_related("card__account").filter(pk=charge_pk):
        charge_take(charge)
