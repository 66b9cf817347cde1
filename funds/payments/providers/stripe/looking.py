"""What Stripe says now of an attempt; and how one that was made without its donor is looked up, and ended."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass, field, replace

from .gateway import Intent, ProviderRefused, SentBack, Session, StripeGateway
from .gateway_cards import OPENED, CardGateway
from .models import StripeAttempt

EARLIER = dt.timedelta(minutes=10)  # by which Stripe's clock may be behind ours


@dataclass(frozen=True)
class Seen:
    """What Stripe says now of one attempt."""

    session: Session | None = None
    intent: Intent | None = None
    refunds: list[SentBack] = field(default_factory=list)


def charge_look(attempt: StripeAttempt, intent_id: str = "") -> tuple[StripeGateway, Seen]:
    """Return what Stripe says of a charge to a saved card; one that was declined is ended there for good.

    So whatever is tried next, this one can never be paid any more. Nothing of ours is written.
    """
    gateway = CardGateway(attempt.account)
    wanted, customer = attempt.intent_id or intent_id, attempt.charge.card.customer_id if attempt.charge else ""
    if wanted:
        intent: Intent | None = gateway.intent_get(wanted)
    else:
        intent = gateway.intent_find(str(attempt.command_id), customer, attempt.made_at - EARLIER)
    if intent is not None and intent.status in OPENED:
        declined = intent.declined
        with contextlib.suppress(ProviderRefused):  # it ended by itself at this very moment: looking says how
            gateway.intent_cancel(intent.id)
        intent = gateway.intent_get(intent.id)
        intent = replace(intent, declined=declined or intent.declined)
    paid = intent is not None and intent.status == "succeeded"
    refunds = gateway.refunds_of(intent.id) if intent is not None and paid else []
    return gateway, Seen(None, intent, refunds)
