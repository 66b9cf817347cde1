"""Pools and what belongs to them, for somebody. What is not theirs looks like what does not exist."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from api.access import custodians_of
from birge.accounts.models import User
from birge.errors import InvalidInput, NotFound
from birge.organisations.permissions import Action, may
from funds.payments.models import Payment, PaymentKind
from funds.pools.models import Pool, PoolGift, StandingPromise
from funds.pools.selectors import pools_public


def pool_for(user: User | None, public_id: str) -> Pool:
    """Return a pool that everyone may see, or whose money one's custodian holds. Raises NotFound."""
    pool = pools_public().filter(public_id=public_id).first()
    if pool is None and user is not None:
        kept = Pool.objects.filter(public_id=public_id, custodian__in=custodians_of(user))
        pool = kept.select_related("organisation", "custodian").first()
    if pool is None:
        raise NotFound
    return pool


def pool_named(public_id: str, field: str) -> Pool:
    """Return the pool that a body names in `field`. Raises InvalidInput there."""
    pool = pools_public().filter(public_id=public_id).first()
    if pool is None:
        raise InvalidInput(_("We do not know this pool."), field=field, code="unknown")
    return pool


def is_inside(user: User | None, pool: Pool) -> bool:
    """Say whether the person belongs to whoever owns the pool."""
    return may(user, Action.POOL_READ, pool.organisation)


def keeps(user: User | None, pool: Pool) -> bool:
    """Say whether the person is an officer of the pool's custodian."""
    return user is not None and custodians_of(user).filter(pk=pool.custodian_id).exists()


def gifts_seen(user: User, public_id: str) -> QuerySet[PoolGift]:
    """Return the gifts to a pool, for its own people and its custodian's officers. Raises NotFound."""
    pool = pool_for(user, public_id)
    if not is_inside(user, pool) and not keeps(user, pool):
        raise NotFound
    return PoolGift.objects.filter(pool=pool).select_related("pool__custodian", "pool__organisation", "giver")


def gift_for(user: User, public_id: str, gift_id: str) -> PoolGift:
    """Return one of them. Raises NotFound."""
    gift = gifts_seen(user, public_id).filter(public_id=gift_id).first()
    if gift is None:
        raise NotFound
    return gift


def cash_seen(user: User, public_id: str) -> QuerySet[Payment]:
    """Return the cash that treasurers of a pool wrote down, for its own people. Raises NotFound."""
    pool = pool_for(user, public_id)
    if not is_inside(user, pool):
        raise NotFound
    return Payment.objects.filter(pool_ref=pool.public_id, kind=PaymentKind.POOL_CASH).select_related(
        "recorded_by", "cash_receipt"
    )


def cash_for(user: User, public_id: str, payment_id: str) -> Payment:
    """Return one of these payments. Raises NotFound."""
    payment = cash_seen(user, public_id).filter(public_id=payment_id).first()
    if payment is None:
        raise NotFound
    return payment


def standing_for(user: User, standing_id: str) -> StandingPromise:
    """Return one's own monthly promise. Raises NotFound."""
    mine = StandingPromise.objects.filter(giver=user, public_id=standing_id).select_related("pool").first()
    if mine is None:
        raise NotFound
    return mine
