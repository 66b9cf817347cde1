"""A new block list says something about what is open already: it is looked up once more. Called by `tick`."""

from __future__ import annotations

from django.db import transaction

from birge.organisations.models import Organisation, OrganisationStatus
from funds.banking.models import BankAccount
from funds.banking.services import account_screen_again
from funds.screening.organisations import organisation_screen_again
from funds.screening.selectors import seen_now
from funds.transfers.selectors import transfers
from funds.transfers.services import transfer_screen_again
from funds.transfers.states import OPEN

STANDING = (OrganisationStatus.SUBMITTED, OrganisationStatus.VERIFIED, OrganisationStatus.SUSPENDED)


def looked_again() -> list[str]:
    """Look up open transfers, bank accounts and organisations wherever the lists changed; return their references.

    What is decided already is not asked again. Each stands in a transaction of its own.
    """
    found, seen = [], seen_now()
    for transfer in transfers().filter(status__in=OPEN).order_by("id"):
        with transaction.atomic():
            found += [transfer.public_id] if transfer_screen_again(transfer, seen) else []
    for account in BankAccount.objects.select_related("custodian").order_by("id"):
        with transaction.atomic():
            found += [account.public_id] if account_screen_again(account, seen) else []
    for organisation in Organisation.objects.filter(status__in=STANDING).order_by("id"):
        with transaction.atomic():
            found += [organisation.public_id] if organisation_screen_again(organisation, seen) else []
    return found
