"""Look at what Stripe says now, and let our record and the books say the same. In any order, and as often as one likes.

Events, returns of donors and the sweep all end here: none of them is believed, each only makes us look.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction

from birge import clock
from birge.errors import InsufficientFunds, RuleNotMet
from birge.money import Money
from funds.ledger import codes
from funds.ledger.kinds import EntryKind
from funds.ledger.posting import AccountKey, EntryDraft, Leg, command_finish, command_open, post_once

from ...exchanged import fee_across
from ...facts import FactKind, PaymentFact, fact_report
from ...models import Payment, PaymentKind
from ...services.arriving import payment_arrived
from ...services.deciding import payment_lock
from ..base import PaymentRequest
from .amounts import from_stripe, to_stripe
from .gateway import COMMAND, PLEDGE, Intent, Movement, SentBack, StripeGateway
from .looking import EARLIER, Seen, charge_look
from .models import WAITING, AttemptStatus, QuarantineReason, StripeAccount, StripeAttempt, StripeRefund
from .models_after import RefundOrderStatus
from .outcomes import charge_follow
from .quarantine import quarantine

KEY_LIFE = dt.timedelta(hours=1)  # a call is repeated under its key no later; Stripe itself forgets keys after a day
PAID, GONE = "succeeded", frozenset({"failed", "canceled"})


def attempt_settle(attempt: StripeAttempt, intent_id: str = "") -> StripeAttempt:
    """Look an attempt up at Stripe, by its identifiers or by our command in the metadata, and book what is true.

    `intent_id` is a payment that is said to be its. Raises ProviderUnknown, and ProviderRefused without keys.
    """
    return _apply(attempt, attempt_look(attempt, intent_id)[1])


def attempt_look(attempt: StripeAttempt, intent_id: str = "") -> tuple[StripeGateway, Seen]:
    """Return what Stripe says of an attempt, and the port that was asked. Nothing is written."""
    if attempt.charge is not None:
        return charge_look(attempt, intent_id)
    gateway = StripeGateway(attempt.account)
    session = None
    if attempt.session_id:
        session = gateway.session_get(attempt.session_id)
    elif not (attempt.intent_id or intent_id):
        session = gateway.session_find(str(attempt.command_id), attempt.made_at - EARLIER)
    wanted = (session.intent_id if session else "") or attempt.intent_id or intent_id
    intent = gateway.intent_get(wanted) if wanted else None
    refunds = gateway.refunds_of(intent.id) if intent and intent.status == PAID else []
    return gateway, Seen(session, intent, refunds)


@transaction.atomic
def _apply(attempt: StripeAttempt, seen: Seen) -> StripeAttempt:
    locked = attempt_lock(attempt)
    before = locked.status
    if seen.session is not None:
        locked.session_id = seen.session.id
    if seen.intent is not None and seen.intent.status == PAID:
        _paid(locked, seen.intent, seen.refunds)
    elif locked.status in WAITING:
        locked.status = _unpaid_status(locked, seen)
        if seen.intent is not None and locked.charge is not None:
            locked.intent_id = seen.intent.id
            ended = locked.status == AttemptStatus.FAILED
            locked.failure = (seen.intent.declined[:40] or "canceled") if ended else ""
    locked.save()
    if locked.status != before:
        charge_follow(locked)
    return locked


def attempt_lock(attempt: StripeAttempt) -> StripeAttempt:
    """Return the attempt as it is now, locked until the transaction ends (before its command and its payment)."""
    return (
        StripeAttempt.objects.select_for_update(of=("self",), no_key=True)
        .select_related("account__custodian", "project", "payment", "charge__card")
        .get(pk=attempt.pk)
    )


def _unpaid_status(locked: StripeAttempt, seen: Seen) -> AttemptStatus:
    if seen.session is not None:
        return AttemptStatus.FAILED if seen.session.status == "expired" else AttemptStatus.OPEN
    if seen.intent is not None:
        return AttemptStatus.FAILED if seen.intent.status == "canceled" else AttemptStatus.OPEN
    # Stripe has nothing of it. Once our call cannot be under way any more, it never reached Stripe.
    return AttemptStatus.FAILED if clock.now() - locked.made_at > KEY_LIFE else AttemptStatus(locked.status)


def _paid(locked: StripeAttempt, intent: Intent, refunds: list[SentBack]) -> None:
    """Book a payment that is there: what came, its fee, and what went back of it."""
    faults = [] if _booked(locked, intent) else _faults(locked, intent)
    for reason, detail in faults:
        quarantine(account=locked.account, object_id=intent.id, reason=reason, detail=detail, attempt=locked)
    if faults:
        if locked.status == AttemptStatus.UNKNOWN:
            locked.status = AttemptStatus.OPEN
        return
    locked.intent_id = intent.id
    payment = locked.payment or payment_arrived(
        kind=PaymentKind.STRIPE, reference=intent.id[:80], request=_request(locked)
    )
    if locked.payment is None:
        locked.payment, locked.status = payment, AttemptStatus.SUCCEEDED
    if intent.movement is not None and not locked.movement_id:
        fee_charge(locked, payment, intent.movement)
        locked.movement_id = intent.movement.id
    for refund in refunds:
        _sent_back(locked, payment, refund)


def _booked(locked: StripeAttempt, intent: Intent) -> bool:
    """Say whether this very payment was compared, or accepted by two officers, before."""
    return locked.payment is not None and locked.intent_id == intent.id


def attempt_adopt(account: StripeAccount, intent_id: str, payment: Payment) -> StripeAttempt:
    """Return the attempt for what two officers booked after all, once it has found its promise: made when first seen.

    Its fee was charged when it was booked.
    """
    if payment.project is None:
        raise ValueError("only what is for a project has an attempt")
    with transaction.atomic():
        locked = payment_lock(payment)
        found = StripeAttempt.objects.filter(payment=locked).first()
        return found or StripeAttempt.objects.create(
            account=account, project=payment.project, pledge_ref=locked.pledge_ref, group=locked.group,
            amount_minor=locked.amount_minor, currency=locked.currency, language="ru", intent_id=intent_id,
            movement_id="booked", status=AttemptStatus.SUCCEEDED, payment=locked,
        )  # fmt: skip


def _faults(locked: StripeAttempt, intent: Intent) -> list[tuple[QuarantineReason, str]]:
    """Return what does not fit our record, with the figures of both sides."""
    why, wanted = QuarantineReason, to_stripe(Money(locked.amount_minor, locked.currency))
    faults = []
    if (intent.metadata.get(COMMAND), intent.metadata.get(PLEDGE)) != (str(locked.command_id), locked.pledge_ref):
        faults.append((why.METADATA, f"{intent.metadata.get(PLEDGE, '')} / {locked.pledge_ref}"))
    if locked.intent_id and locked.intent_id != intent.id:
        faults.append((why.METADATA, f"{locked.pledge_ref} was paid by {locked.intent_id}"))
    if intent.livemode is not locked.account.livemode:
        faults.append((why.MODE, f"livemode {intent.livemode}"))
    if intent.currency != locked.currency:
        faults.append((why.CURRENCY, f"{intent.currency} / {locked.currency}"))
    if (intent.amount, intent.received) != (wanted, wanted):
        faults.append((why.AMOUNT, f"{intent.received} of {intent.amount} / {wanted} {locked.currency}"))
    if intent.movement is not None and intent.movement.currency != locked.currency:
        faults.append((why.EXCHANGED, f"{locked.currency} → {intent.movement.currency}"))
    return faults


def _request(locked: StripeAttempt) -> PaymentRequest:
    return PaymentRequest(
        custodian=locked.account.custodian,
        project=locked.project,
        pledge_ref=locked.pledge_ref,
        pool_ref=locked.pool_ref,
        group=locked.group,
        amount=Money(locked.amount_minor, locked.currency),
        country=locked.country,
        language=locked.language,
        key=str(locked.command_id),
        on=clock.today(),
    )


def fee_charge(locked: StripeAttempt, payment: Payment, movement: Movement) -> None:
    """Book the fee of a movement of the balance, once, to whoever bears it (settings.STRIPE_FEE_BORNE_BY)."""
    if movement.fee <= 0:
        return
    custodian, fee = payment.custodian.public_id, from_stripe(movement.fee, movement.currency)
    purpose = codes.held_pool(custodian, locked.pool_ref)
    if locked.project is not None:
        purpose = codes.held_project(custodian, locked.project.public_id)
    bearers = [codes.reserve(custodian), purpose] if settings.STRIPE_FEE_BORNE_BY == "reserve" else [purpose]
    for bearer in bearers:
        draft = EntryDraft(
            kind=EntryKind.FEE_CHARGED,
            legs=[
                Leg(account=AccountKey(code=bearer, currency=fee.currency), amount=fee.minor),
                Leg(account=AccountKey(code=codes.stripe(custodian), currency=fee.currency), amount=-fee.minor),
            ],
            group=payment.group,
        )
        across = fee_across(payment, locked.project, fee.minor) if locked.project and bearer == purpose else []
        request = {"payment": payment.public_id, "fee_minor": fee.minor, "currency": fee.currency}
        try:
            with transaction.atomic():
                post_once(
                    scope=f"stripe_fee:{custodian}",
                    key=movement.id,
                    request=request,
                    drafts=[*across, draft],
                    result_ref=payment.public_id,
                )
        except InsufficientFunds:
            continue
        return
    detail = f"{fee.minor} {fee.currency}"
    quarantine(
        account=locked.account, object_id=movement.id, reason=QuarantineReason.FEE, detail=detail, attempt=locked
    )


def _sent_back(locked: StripeAttempt, payment: Payment, refund: SentBack) -> None:
    """Book a refund once, when it has left the balance; what does not fit is put aside."""
    known, gone = StripeRefund.objects.filter(refund_id=refund.id).exists(), refund.status in GONE
    if gone:
        order_failed(locked, refund)
    if known and gone:
        _odd_refund(locked, refund, "booked, but it did not go through")
    movement = refund.movement  # None: not taken from the balance yet
    if known or gone or movement is None:
        return
    amount = Money(0, locked.currency)
    if (refund.currency, movement.currency, movement.amount) == (locked.currency, locked.currency, -refund.amount):
        amount = from_stripe(refund.amount, refund.currency)
    if not amount:
        _odd_refund(locked, refund, f"{refund.amount} {refund.currency} / {movement.amount} {movement.currency}")
        return
    try:
        _refund_book(locked, payment, refund, amount)
    except RuleNotMet as refusal:
        _odd_refund(locked, refund, str(refusal.data.get("figures", refusal.code)))
        return
    fee_charge(locked, payment, movement)
    back = sum(locked.refunds.values_list("amount_minor", flat=True))
    if back >= locked.amount_minor:
        locked.status = AttemptStatus.REFUNDED


def order_failed(locked: StripeAttempt, refund: SentBack) -> None:
    """End an order of ours whose refund did not go through: it may be ordered anew."""
    made = locked.refund_orders.filter(refund_id=refund.id, status=RefundOrderStatus.MADE)
    made.update(status=RefundOrderStatus.REFUSED, refused_reason=refund.status)


@transaction.atomic
def _refund_book(locked: StripeAttempt, payment: Payment, refund: SentBack, amount: Money) -> None:
    opened = command_open(
        scope=f"stripe_refund:{payment.custodian.public_id}",
        key=refund.id,
        request={"payment": payment.public_id, "amount_minor": amount.minor, "currency": amount.currency},
    )
    if opened.replayed:
        return
    fact = PaymentFact(
        payment=payment_lock(payment), kind=FactKind.SENT_BACK, command=opened.command, amount_minor=amount.minor
    )
    entry_id = fact_report(fact)
    StripeRefund.objects.create(refund_id=refund.id, attempt=locked, amount_minor=amount.minor, entry_id=entry_id)
    command_finish(opened.command, payment.public_id)


def _odd_refund(locked: StripeAttempt, refund: SentBack, detail: str) -> None:
    reason = QuarantineReason.REFUND
    quarantine(account=locked.account, object_id=refund.id, reason=reason, detail=detail, attempt=locked)
