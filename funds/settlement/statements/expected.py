"""Which transfers are awaited: what a bank's lines are held against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.conf import settings

from funds.banking.models import BankAccount
from funds.banking.services import references_of
from funds.banking.suggesting import Expected
from funds.pledges.models import Pledge
from funds.pledges.selectors import pledge_open_in_group
from funds.pledges.states import OPEN
from funds.pools.models import PoolGift
from funds.pools.states import GiftStatus

EARLY_DAYS = 3  # some pay before they have typed the code
GIFT_DAYS = 90  # an announced gift has no last day; after so many its day is no reason any more


def awaited(account: BankAccount) -> Sequence[Expected]:
    """Return every open pledge, and announced gifts to pools in its currency, that this account's custodian awaits.

    A promise in roubles may come to an account in som: the payer's bank exchanges, and its reference says whose it is.
    Registered as settings.BANKING_EXPECTED. `ref` is the group; names and phones are there for suggesting only.
    """
    pledges = _pledges(account)
    gifts = _gifts(account)
    references = references_of([*(each.group for each in pledges), *(each.public_id for each in gifts)])
    return [
        *(_of_pledge(each, account.currency, references.get(each.group, "")) for each in pledges),
        *(_of_gift(each, references.get(each.public_id, "")) for each in gifts),
    ]


def purpose_of(group: str, account: BankAccount) -> Pledge | PoolGift | None:
    """Return what waits for money under this group with the account's custodian: a pledge, a gift, or nothing."""
    pledge = pledge_open_in_group(group) if group else None
    if pledge is not None:
        return pledge if pledge.custodian_id == account.custodian_id else None
    gifts = PoolGift.objects.filter(public_id=group, pool__custodian=account.custodian).exclude(
        status=GiftStatus.WITHDRAWN
    )
    return gifts.select_related("pool__custodian", "pool__organisation").first() if group else None


def _pledges(account: BankAccount) -> list[Pledge]:
    found = Pledge.objects.filter(custodian_id=account.custodian_id, status__in=OPEN, pool_ref="").select_related(
        "contact", "credit", "donor", "project"
    )
    return list({each.group: each for each in found.order_by("id")}.values())  # the newest of each group


def _gifts(account: BankAccount) -> list[PoolGift]:
    found = PoolGift.objects.filter(
        pool__custodian_id=account.custodian_id, currency=account.currency, status=GiftStatus.ANNOUNCED
    )
    return list(found.select_related("giver__user").order_by("id"))


def _of_pledge(pledge: Pledge, currency: str, reference: str) -> Expected:
    contact = getattr(pledge, "contact", None)
    credit = getattr(pledge, "credit", None)
    donor = pledge.donor
    phones = [contact.value] if contact is not None and contact.kind == "sms" else []
    if donor is not None and donor.phone:
        phones.append(donor.phone)
    began = (pledge.confirmed_at or pledge.made_at).date()
    sums = {pledge.project.currency: pledge.plan_amount_minor, pledge.currency: pledge.amount_minor}
    return Expected(
        ref=pledge.group,
        amount_minor=sums.get(currency, 0),  # in a third currency no sum is a reason
        currency=currency,
        first_day=began - dt.timedelta(days=EARLY_DAYS),
        last_day=pledge.horizon + dt.timedelta(days=settings.GRACE_DAYS),
        reference=reference,
        name=" ".join(filter(None, (credit.line if credit else "", donor.name if donor else ""))),
        phone_digits=_last_digits(phones),
    )


def _of_gift(gift: PoolGift, reference: str) -> Expected:
    giver = getattr(gift, "giver", None)
    user = giver.user if giver is not None else None
    phones = [giver.contact] if giver is not None and giver.contact_kind == "sms" else []
    if user is not None and user.phone:
        phones.append(user.phone)
    began = gift.made_at.date()
    return Expected(
        ref=gift.public_id,
        amount_minor=gift.amount_minor,
        currency=gift.currency,
        first_day=began - dt.timedelta(days=EARLY_DAYS),
        last_day=began + dt.timedelta(days=GIFT_DAYS),
        reference=reference,
        name=" ".join(filter(None, (giver.credit_line if giver else "", user.name if user else ""))),
        phone_digits=_last_digits(phones),
    )


def _last_digits(phones: list[str]) -> str:
    digits = "".join(char for char in phones[0] if char.isdigit()) if phones else ""
    return digits[-4:]
