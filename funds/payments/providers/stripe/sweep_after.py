"""The sweep's part about what happens after a payment: orders that wait, disputes and payouts that have no end yet."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from birge import clock
from birge.errors import BirgeError

from .gateway_after import AfterGateway
from .models import StripeAccount
from .models_after import PAYOUT_UNDER_WAY, PayoutStatus, StripeDispute, StripePayout
from .payouts import payout_follow
from .refunding import order_send, orders_waiting
from .webhooks import dispute_follow

if TYPE_CHECKING:
    from .sweep import SweepReport

logger = logging.getLogger(__name__)
MAY_FAIL = dt.timedelta(days=10)  # Stripe says within five working days that a bank sent a paid payout back


def look_after(account: StripeAccount, since: dt.datetime | None, report: SweepReport) -> None:
    """Send orders that wait, and look at what has no end yet; with `since`, at all that was opened or made since."""
    gateway = AfterGateway(account)
    disputes = {each.dispute_id for each in StripeDispute.objects.filter(account=account, settled_at=None)}
    payouts = {each.payout_id for each in _unsettled(account)}
    if since is not None:
        disputes |= set(gateway.disputes_since(since))
        payouts |= set(gateway.payouts_since(since))
    _each(orders_waiting(account.pk), lambda order: order_send(order), report)
    _each(sorted(disputes), lambda each: dispute_follow(account, each), report)
    _each(sorted(payouts), lambda each: payout_follow(account, each), report)


def _unsettled(account: StripeAccount) -> list[StripePayout]:
    found = StripePayout.objects.filter(account=account)
    waiting = found.filter(status__in=PAYOUT_UNDER_WAY)
    fresh = found.filter(status=PayoutStatus.PAID, made_at__gt=clock.now() - MAY_FAIL)
    return list(waiting | fresh)


def _each(things: Iterable[Any], act: Callable[[Any], object], report: SweepReport) -> None:
    for thing in things:
        try:
            act(thing)
        except BirgeError as refusal:
            logger.error("stripe sweep %s: %s waits (%s): %s", report.account, thing, refusal.code, refusal)
            report.failed.append(str(thing))
        else:
            report.compared += 1
