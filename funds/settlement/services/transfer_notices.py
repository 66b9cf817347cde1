"""Messages to the people of a pool about what became of money that they sent to another custodian."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import override

from birge.money import Money, format_money
from birge.notifications.services import notice_send
from birge.organisations.selectors import signers
from funds.pools.models import Pool
from funds.pools.notices import person_contact
from funds.transfers.models import Transfer
from funds.transfers.states import TransferStatus


def tell_arrived(transfer: Transfer, pools: dict[str, Pool]) -> None:
    """Tell those who sign for either pool that it is there, and what banks kept."""
    pool = pools[transfer.to_pool_ref]
    people = {each.pk: each for one in pools.values() for each in signers(one.organisation)}
    for person in people.values():
        contact = person_contact(person)
        if contact is None:
            continue
        fee = Money(transfer.fee_minor, transfer.currency)
        notice_send(
            contact=contact,
            template="pool_money_arrived",
            language=person.language,
            pool=pool.name(person.language),
            sender=transfer.sender.name(person.language),
            receiver=transfer.receiver.name(person.language),
            arrived=format_money(Money(transfer.received_minor or 0, transfer.currency), person.language),
            fee=format_money(fee, person.language) if fee.minor else "",
            link=f"{settings.SITE_URL}/v/{transfer.proposal_ref}",
        )


def tell_not_arrived(transfer: Transfer, pool: Pool, why: str) -> None:
    """Tell those who sign for the pool that it was not sent, came back or is lost."""
    for person in signers(pool.organisation):
        contact = person_contact(person)
        if contact is None:
            continue
        with override(person.language):
            what = str(TransferStatus(transfer.status).label)
        notice_send(
            contact=contact,
            template="pool_money_not_sent",
            language=person.language,
            pool=pool.name(person.language),
            amount=format_money(transfer.amount, person.language),
            what=what,
            why=why,
            link=f"{settings.SITE_URL}/v/{transfer.proposal_ref}",
        )
