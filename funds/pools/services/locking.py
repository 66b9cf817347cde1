"""Locks, in the order of the house: command, payment, pool, proposal, gift, project, pledge, …, ledger balances.

One command comes later: that of a booking is opened under the lock of its pool, by whoever holds it, because the
signature that decides may book at once and nobody knows before which one that is.
"""

from __future__ import annotations

from ..models import Pool, PoolGift, Proposal


def pool_lock(pool: Pool | str) -> Pool:
    """Return the pool (or that with this public id) as it is now, locked until the transaction ends."""
    which = {"public_id": pool} if isinstance(pool, str) else {"pk": pool.pk}
    return (
        Pool.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "custodian")
        .get(**which)
    )


def proposal_lock(proposal: Proposal) -> Proposal:
    """Return the proposal as it is now, locked, after its pool and the one it passes money on to."""
    pools = sorted(filter(None, (proposal.pool_id, proposal.to_pool_id)))
    list(Pool.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=pools).order_by("pk"))
    return (
        Proposal.objects.select_for_update(of=("self",), no_key=True)
        .select_related("pool__organisation", "pool__custodian", "to_pool__custodian", "project__custodian", "made_by")
        .get(pk=proposal.pk)
    )


def gift_lock(gift: PoolGift) -> PoolGift:
    """Return the gift as it is now, locked."""
    return (
        PoolGift.objects.select_for_update(of=("self",), no_key=True)
        .select_related("pool__custodian", "pool__organisation")
        .get(pk=gift.pk)
    )
