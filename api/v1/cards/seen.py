"""What of cards and the reserve an officer may see: what is of the custodians whose officer they are."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

from api.access import custodians_of
from birge.accounts.models import User
from birge.errors import NotFound
from funds.payments.models import ReserveMove, StripeDispute, StripePayout, StripeQuarantine, StripeRefundOrder

M = TypeVar("M", bound=Model)


def disputes_seen(user: User) -> QuerySet[StripeDispute]:
    """Return the disputes."""
    seen = StripeDispute.objects.filter(account__custodian__in=custodians_of(user))
    return seen.select_related("account__custodian", "attempt__project", "attempt__payment")


def card_refunds_seen(user: User) -> QuerySet[StripeRefundOrder]:
    """Return the refunds by card."""
    seen = StripeRefundOrder.objects.filter(attempt__account__custodian__in=custodians_of(user))
    return seen.select_related("attempt__account__custodian", "attempt__project", "attempt__payment")


def payouts_seen(user: User) -> QuerySet[StripePayout]:
    """Return the payouts."""
    return StripePayout.objects.filter(account__custodian__in=custodians_of(user)).select_related("account__custodian")


def moves_seen(user: User) -> QuerySet[ReserveMove]:
    """Return what goes into reserves and out of them."""
    return ReserveMove.objects.filter(custodian__in=custodians_of(user)).select_related("custodian", "project")


def odd_seen(user: User) -> QuerySet[StripeQuarantine]:
    """Return what at Stripe does not fit."""
    seen = StripeQuarantine.objects.filter(account__custodian__in=custodians_of(user))
    return seen.select_related("account__custodian")


def one_of(seen: QuerySet[M], public_id: str) -> M:
    """Return the one with this id. Raises NotFound."""
    found = seen.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found
