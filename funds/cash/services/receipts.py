"""A number for each gift of cash, given out when it is written down."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from birge import clock
from birge.errors import InvalidInput
from birge.organisations.models import Organisation
from funds.payments.models import Payment

from ..models import CashReceipt, Kept
from .offices import office_lock


@transaction.atomic
def receipt_write(*, payment: Payment, organisation: Organisation, kept: str = Kept.HAND) -> CashReceipt:
    """Give a payment in cash the next number of this organisation and year (UTC); a payment has one number only.

    The office's row is locked until the transaction ends, and rows are never deleted: so there is no gap. Raises
    InvalidInput (`kept`).
    """
    if kept not in Kept.values:
        raise InvalidInput(_("Please say whether it is in hand or in a wallet."), field="kept")
    office = office_lock(organisation)
    written = CashReceipt.objects.filter(payment=payment).first()
    if written is not None:
        return written
    year = clock.today().year
    last = CashReceipt.objects.filter(office=office, year=year).aggregate(last=Max("number"))["last"] or 0
    return CashReceipt.objects.create(
        office=office, year=year, number=last + 1, payment=payment, kept=kept, written_at=clock.now()
    )
