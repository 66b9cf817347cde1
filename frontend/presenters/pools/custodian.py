"""Pools in the lists of a custodian's officer: which they keep, gifts that fit what came, and names for payments."""

from __future__ import annotations

from contextlib import suppress

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from birge.errors import BirgeError
from birge.money import parse_amount
from birge.notifications.contacts import contact_clean
from birge.notifications.services import Contact
from birge.organisations.models import Organisation
from frontend.presenters.facts import Fact, day, say
from frontend.presenters.rows import Row
from frontend.presenters.words import language
from funds.banking.services import group_of
from funds.payments.models import Payment
from funds.pools.models import Pool, PoolGift
from funds.pools.selectors import pools_money
from funds.pools.states import GiftStatus

MOST_FOUND = 20


def kept_rows(pools: list[Pool]) -> list[Row]:
    """Return the pools that a custodian keeps, with what each holds and the cash that is still with its treasurer."""
    money = pools_money(pools)
    rows = []
    for pool in pools:
        held = money[pool.public_id]
        cash = held.with_treasurer_minor
        rows.append(
            Row(
                title=pool.name(language()),
                text=pool.organisation.name(language()),
                url=reverse("custodian_pool_bank", args=[pool.public_id]),
                amount=say(held.held_minor, pool.currency),
                tag=_("%(amount)s with the treasurer") % {"amount": say(cash, pool.currency)} if cash else "",
                tone="wait",
            )
        )
    return rows


def gifts_found(custodian: Organisation, text: str) -> QuerySet[PoolGift]:
    """Return gifts to this custodian's pools that fit what the officer knows: reference, sum, or the whole contact.

    What was taken back is among them, for money may come all the same; what is paid, by its reference only.
    """
    word = text.strip().lower()
    loose = Q()
    with suppress(BirgeError):
        loose |= Q(amount_minor=parse_amount(word, "KGS").minor)
    for kind in ("email", "sms"):
        with suppress(BirgeError):
            loose |= Q(giver__contact=contact_clean(Contact(kind, word), "KG").value)
    match = Q(public_id=group_of(text) or word)
    if loose:
        match |= loose & ~Q(status=GiftStatus.PAID)
    found = PoolGift.objects.filter(match, pool__custodian=custodian)
    return found.select_related("pool").order_by("-id")[:MOST_FOUND]


def gift_row(gift: PoolGift) -> Row:
    """Return a gift to a pool: its reference, pool and day; never the giver's name."""
    return Row(
        title=gift.public_id,
        text=f"{gift.pool.name(language())} · {day(gift.made_at)}",
        url=reverse("custodian_pool_gift", args=[gift.public_id]),
        amount=say(gift.amount_minor, gift.currency),
        tag=str(GiftStatus(gift.status).label),
        tone={GiftStatus.PAID: "", GiftStatus.ANNOUNCED: "wait"}.get(GiftStatus(gift.status), "off"),
    )


def pool_of_payment(payment: Payment) -> Pool | None:
    """Return the pool that this payment came to, or from."""
    return Pool.objects.filter(public_id=payment.pool_ref).first() if payment.pool_ref else None


def pool_fact(payment: Payment) -> Fact | None:
    """Return which pool a payment is for."""
    pool = pool_of_payment(payment)
    if pool is None:
        return None
    return Fact(_("Common fund"), pool.name(language()), reverse("pool", args=[pool.public_id]))


def pool_names(refs: set[str]) -> dict[str, str]:
    """Return the names of pools by public id."""
    return {each.public_id: each.name(language()) for each in Pool.objects.filter(public_id__in=refs)}
