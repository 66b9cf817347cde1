"""What Stripe's events say about cards. The events are kept word for word; here they are read for one thing only."""

from __future__ import annotations

import json
from typing import Any

from birge.notifications.contacts import fingerprint
from funds.payments.models import StripeAttempt, StripeEvent
from funds.payments.providers.stripe.gateway import PLEDGE

from .models import CardMark

TOLD = ("charge.succeeded", "charge.failed", "payment_intent.payment_failed")
MOST = 500  # events at once


def marks_read() -> int:
    """Read the events about cards that were not read yet; return how many. May run at any time, and twice."""
    fresh = StripeEvent.objects.filter(kind__in=TOLD, card_mark__isnull=True).select_related("account")
    marks = [_mark(event) for event in fresh.order_by("id")[:MOST]]
    CardMark.objects.bulk_create(marks, ignore_conflicts=True)
    return len(marks)


def _mark(event: StripeEvent) -> CardMark:
    thing: dict[str, Any] = json.loads(event.body)["data"]["object"]
    return CardMark(
        event=event,
        pledge_ref=_pledge(event, thing)[:16],
        card=_card(thing),
        declined=event.kind != "charge.succeeded",
        at=event.received_at,
    )


def _pledge(event: StripeEvent, thing: dict[str, Any]) -> str:
    said = (thing.get("metadata") or {}).get(PLEDGE)
    if said:
        return str(said)
    intent = thing.get("id") if thing.get("object") == "payment_intent" else thing.get("payment_intent")
    if not intent:
        return ""
    attempt = StripeAttempt.objects.filter(account=event.account, intent_id=str(intent)).first()
    return attempt.pledge_ref if attempt is not None else ""


def _card(thing: dict[str, Any]) -> str:
    """Return a keyed hash of Stripe's fingerprint of the card, or nothing where it is not told."""
    error = thing.get("last_payment_error") or {}
    for holder in (thing.get("payment_method_details"), error.get("payment_method")):
        card = (holder or {}).get("card") or {}
        if card.get("fingerprint"):
            return fingerprint("watch-card", str(card["fingerprint"]))
    return ""
