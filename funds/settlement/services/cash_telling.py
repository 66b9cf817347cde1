"""Cash lies too long, or nobody has confirmed it: those who are to look after it are told, once for each receipt."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction

from birge.accounts.models import User
from birge.i18n.dates import day_text
from birge.money import Money, format_money
from birge.organisations.models import Organisation, Role
from birge.organisations.selectors import SIGNING, officers
from birge.organisations.services.telling import tell
from funds.cash.models import CashReceipt
from funds.cash.selectors import InHand, box_states, pool_states, receipts_all, unbanked
from funds.payments.models import PaymentKind
from funds.pools.models import Pool

TEMPLATES = {"told_waiting_on": "cash_waits", "told_old_on": "cash_old"}


def cash_tell(today: dt.date) -> list[str]:
    """Tell of what has become late or old by `today` (UTC): a pool's officers and its custodian's, a box's own.

    Returns the public ids of the receipts. Called by `tick`; each transaction tells of one pool or box.
    """
    told = []
    since = min(settings.CASH_AGE_DAYS, settings.CASH_CONFIRM_DAYS)
    candidates = unbanked(receipts_all()).filter(
        payment__received_on__lt=today - dt.timedelta(days=since), told_old_on__isnull=True
    )
    pools: set[str] = set()
    boxes: set[tuple[int, str]] = set()
    for kind, pool_ref, keeper, currency in candidates.values_list(
        "payment__kind", "payment__pool_ref", "payment__custodian", "payment__currency"
    ):
        if kind == PaymentKind.POOL_CASH:
            pools.add(pool_ref)
        else:
            boxes.add((keeper, currency))
    for pool in Pool.objects.select_related("organisation", "custodian").filter(public_id__in=pools).order_by("pk"):
        with transaction.atomic():
            people = [*officers(pool.organisation, SIGNING), *officers(pool.custodian, [Role.CUSTODIAN_OFFICER])]
            told += _tell(pool_states(pool.public_id, today), people, pool.organisation, today)
    for pk, currency in sorted(boxes):
        with transaction.atomic():
            custodian = Organisation.objects.get(pk=pk)
            people = list(officers(custodian, [Role.CUSTODIAN_OFFICER]))
            told += _tell(box_states(custodian, currency, today), people, custodian, today)
    return told


def _tell(states: Iterable[InHand], people: list[User], organisation: Organisation, today: dt.date) -> list[str]:
    fresh: dict[str, list[InHand]] = defaultdict(list)
    for state in states:
        if state.old and state.receipt.told_old_on is None:
            fresh["told_old_on"].append(state)
        elif state.late and state.receipt.told_waiting_on is None:
            fresh["told_waiting_on"].append(state)
    told = []
    for name, found in fresh.items():
        keys = [each.receipt.pk for each in found]
        locked = list(CashReceipt.objects.select_for_update().filter(pk__in=keys, **{f"{name}__isnull": True}))
        still = {each.pk for each in locked}
        CashReceipt.objects.filter(pk__in=still).update(**{name: today})
        listed = [each for each in found if each.receipt.pk in still]
        for person in {each.pk: each for each in people}.values() if listed else []:
            tell([person], TEMPLATES[name], organisation, receipts=[_words(each, person.language) for each in listed])
        told += [each.receipt.public_id for each in listed]
    return told


def _words(state: InHand, language: str) -> str:
    amount = format_money(Money(state.left_minor, state.currency), language)
    return f"{state.receipt.label} · {day_text(state.receipt.payment.received_on, language)} · {amount}"
