"""What Stripe tells us: checked, kept word for word, answered; and only then looked into."""

from __future__ import annotations

import hashlib
import json
import logging
import uuid
from functools import partial
from typing import Any

import stripe
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from birge import clock
from birge.errors import BirgeError

from ...models import Payment
from .accounts import account_heard, keys_of
from .booking_after_all import booked_unknown
from .disputes import dispute_apply
from .gateway import COMMAND, ProviderMissing, StripeGateway
from .gateway_after import AfterGateway
from .models import EventOutcome, QuarantineReason, StripeAccount, StripeAttempt, StripeEvent
from .payouts import payout_follow
from .quarantine import quarantine
from .saving import saved_follow
from .settling import PAID, attempt_adopt, attempt_settle

logger = logging.getLogger(__name__)
TOLERANCE = 300  # seconds that a signature is good for: a replayed one is older


class BadWebhook(BirgeError):
    """Not from Stripe, not for this address, not now, or not in this mode. Nothing is kept of it."""

    code = "bad_webhook"
    default_message = _("We do not take this.")


def event_take(*, label: str, body: bytes, signature: str) -> StripeEvent:
    """Check what came to this account's address, keep it once by its identifier, and have it looked into.

    Raises BadWebhook; then nothing was kept, and the log says why.
    """
    account = StripeAccount.objects.filter(label=label).first()
    keys = keys_of(account) if account is not None and account_heard(account) else None
    if account is None or keys is None:
        raise _bad(label, "no such account here")
    signed_by = next((secret_name(each) for each in keys.webhook_secrets if _signed(body, signature, each)), "")
    if not signed_by:
        raise _bad(label, "signature")
    raw = _read(label, body)
    if raw.get("livemode") is not account.livemode or raw.get("account"):
        raise _bad(label, f"{raw['id']}: livemode {raw.get('livemode')}, account {raw.get('account')}")
    return event_keep(account, raw, body.decode(), signed_by)


@transaction.atomic
def event_keep(account: StripeAccount, raw: dict[str, Any], body: str, signed_by: str = "") -> StripeEvent:
    """Keep an event once, and enqueue looking into it unless that was done."""
    event, _new = StripeEvent.objects.get_or_create(
        event_id=raw["id"], defaults={"account": account, "kind": raw["type"], "body": body, "signed_by": signed_by}
    )
    if event.account_id != account.pk:
        raise _bad(account.label, f"{raw['id']} is another account's")
    if event.processed_at is None:
        transaction.on_commit(partial(_enqueue, event.pk), robust=True)
    return event


def event_process(event: StripeEvent) -> StripeEvent:
    """Look at what an event is about as it stands now, and note what came of it. As often as one likes.

    Raises ProviderUnknown where Stripe does not answer: the event waits, and the sweep comes back to it.
    """
    outcome = _follow(event.account, json.loads(event.body)["data"]["object"])
    event.outcome, event.processed_at = outcome, clock.now()
    event.save(update_fields=["outcome", "processed_at"])
    return event


def intent_follow(account: StripeAccount, intent_id: str) -> EventOutcome:
    """Look at a payment of this account: ours is settled; one that nobody asked for is put aside."""
    attempt = StripeAttempt.objects.filter(account=account, intent_id=intent_id).first()
    known = booked_unknown(account, intent_id) if attempt is None else None
    if known is not None:
        return _known(account, intent_id, known)
    try:
        if attempt is None:
            intent = StripeGateway(account).intent_get(intent_id)
            attempt = _by_command(account, intent.metadata)
            if attempt is None:
                if intent.status != PAID:
                    return EventOutcome.IGNORED
                detail = f"{intent.received} {intent.currency}"
                return _aside(account, intent_id, QuarantineReason.UNKNOWN, detail)
    except ProviderMissing:
        return _aside(account, intent_id, QuarantineReason.UNKNOWN, "Stripe does not know it any more")
    settled = attempt_settle(attempt, intent_id)
    if settled.intent_id and settled.intent_id != intent_id:
        return _aside(account, intent_id, QuarantineReason.METADATA, f"beside {settled.intent_id}")
    return EventOutcome.SETTLED


def _known(account: StripeAccount, intent_id: str, payment: Payment) -> EventOutcome:
    """Look at what officers booked after all: if it has found its promise it is settled like others, else put aside."""
    if payment.project is not None:
        attempt_settle(attempt_adopt(account, intent_id, payment))
        return EventOutcome.SETTLED
    outcome = EventOutcome.IGNORED
    for refund in StripeGateway(account).refunds_of(intent_id):
        outcome = _aside(account, refund.id, QuarantineReason.REFUND, intent_id)
    return outcome


def dispute_follow(account: StripeAccount, dispute_id: str) -> EventOutcome:
    """Look a dispute up as it stands now, after the payment that it is about."""
    try:
        seen = AfterGateway(account).dispute_get(dispute_id)
    except ProviderMissing:
        return _aside(account, dispute_id, QuarantineReason.DISPUTE, "Stripe does not know it any more")
    attempt = _disputed_attempt(account, seen.intent_id)
    if attempt is None and seen.intent_id:
        intent_follow(account, seen.intent_id)
        attempt = _disputed_attempt(account, seen.intent_id)
    if attempt is None:
        return _aside(account, dispute_id, QuarantineReason.DISPUTE, seen.intent_id)
    return dispute_apply(attempt, seen)


def _disputed_attempt(account: StripeAccount, intent_id: str) -> StripeAttempt | None:
    paid = StripeAttempt.objects.filter(account=account, intent_id=intent_id, payment__isnull=False)
    return paid.first() if intent_id else None


def secret_name(secret: str) -> str:
    """Return by which name a secret is known in the database: a hash, so that a leaked one's events can be listed."""
    return hashlib.sha256(secret.encode()).hexdigest()[:12]


def _follow(account: StripeAccount, thing: dict[str, Any]) -> EventOutcome:
    kind, identifier = thing.get("object"), str(thing.get("id") or "")
    if saved_follow(account, thing):
        return EventOutcome.SETTLED
    if kind == "checkout.session":
        attempt = StripeAttempt.objects.filter(account=account, session_id=identifier).first()
        attempt = attempt or _by_command(account, thing.get("metadata") or {})
        if attempt is None:
            return EventOutcome.IGNORED  # its payment tells of itself
        attempt_settle(attempt)
        return EventOutcome.SETTLED
    if kind == "dispute":
        return dispute_follow(account, identifier)
    if kind == "payout":
        return payout_follow(account, identifier)
    intent_id = identifier if kind == "payment_intent" else str(thing.get("payment_intent") or "")
    if kind in ("payment_intent", "charge", "refund") and intent_id:
        return intent_follow(account, intent_id)
    if kind == "charge" and thing.get("paid"):
        return _aside(account, identifier, QuarantineReason.UNKNOWN, "")
    return EventOutcome.IGNORED


def _by_command(account: StripeAccount, metadata: dict[str, Any]) -> StripeAttempt | None:
    try:
        command = uuid.UUID(str(metadata.get(COMMAND) or ""))
    except ValueError:
        return None
    return StripeAttempt.objects.filter(account=account, command_id=command).first()


def _aside(account: StripeAccount, object_id: str, reason: QuarantineReason, detail: str) -> EventOutcome:
    attempt = StripeAttempt.objects.filter(account=account, intent_id=detail).first() if detail else None
    with transaction.atomic():
        quarantine(account=account, object_id=object_id, reason=reason, detail=detail, attempt=attempt)
    return EventOutcome.QUARANTINED


def _signed(body: bytes, signature: str, secret: str) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(body, signature, secret, tolerance=TOLERANCE))
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False


def _read(label: str, body: bytes) -> dict[str, Any]:
    try:
        raw = json.loads(body)
        thing = raw["data"]["object"]
        whole = isinstance(raw["id"], str) and isinstance(raw["type"], str) and isinstance(thing, dict)
    except (ValueError, KeyError, TypeError):
        raise _bad(label, "not an event") from None
    if not whole or not 0 < len(raw["id"]) <= 100 or len(raw["type"]) > 60:
        raise _bad(label, "not an event")
    return dict(raw)


def _bad(label: str, why: str) -> BadWebhook:
    logger.warning("stripe webhook for %r refused: %s", label[:40], why[:200])
    return BadWebhook()


def _enqueue(event_pk: int) -> None:
    from ...tasks import stripe_event_process

    stripe_event_process.enqueue(event_pk)
