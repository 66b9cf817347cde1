"""What has been on its way too long: both custodians are told, once."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from birge import clock
from birge.i18n.dates import day_text
from birge.money import format_money
from birge.notifications.services import Contact, notice_send
from birge.organisations.selectors import officers

from ..models import Transfer
from ..selectors import is_late
from .moving import transfer_lock


@transaction.atomic
def transfer_alarm(transfer: Transfer) -> bool:
    """Tell the officers of both custodians that it takes too long; False if that is not so, or they were told.

    Called by `tick`. That it shows in red needs no telling: that is computed from the day it was sent.
    """
    locked = transfer_lock(transfer)
    if locked.alarmed_on is not None or not is_late(locked):
        return False
    locked.alarmed_on = clock.today()
    locked.save(update_fields=["alarmed_on"])
    for custodian in (locked.sender, locked.receiver):
        for person in officers(custodian):
            contact = Contact("email", person.email) if person.email else Contact("sms", person.phone or "")
            if not contact.value:
                continue
            notice_send(
                contact=contact,
                template="transfer_late",
                language=person.language,
                amount=format_money(locked.amount, person.language),
                day=day_text(locked.sent_on, person.language) if locked.sent_on else "",
                sender=locked.sender.name(person.language),
                receiver=locked.receiver.name(person.language),
                link=f"{settings.SITE_URL}/{person.language}/desk/transfer/{locked.public_id}/",
            )
    return True
