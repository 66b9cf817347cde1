"""What two officers decide on something at Stripe that did not fit: booked as unknown money, or that it went back.

Stripe is asked once more: what is booked is what it says now, never what stands in our note.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from birge import clock
from birge.errors import InsufficientFunds, RuleNotMet
from funds.ledger import codes
from funds.ledger.kinds import EntryKind
from funds.ledger.posting import AccountKey, EntryDraft, Leg, command_finish, command_open, post, post_once

from ...facts import FactKind, PaymentFact, fact_report
from ...models import ConfirmedHow, Payment, PaymentKind, PaymentStatus
from ...services.deciding import payment_lock
from .amounts import from_stripe
from .gateway import Intent, Movement, SentBack, StripeGateway
from .models import Decision, QuarantineReason, StripeAccount, StripeQuarantine
from .settling import GONE, PAID

_R = QuarantineReason
OF_AN_INTENT = frozenset({_R.AMOUNT, _R.CURRENCY, _R.METADATA, _R.UNKNOWN, _R.EXCHANGED})


def decisions_for(item: StripeQuarantine) -> list[Decision]:
    """Return what can be decided on an item: to book it, or that it went back, only where that is well defined."""
    if item.reason in OF_AN_INTENT:
        return [Decision.LEAVE, Decision.BOOK, Decision.SENT_BACK]
    if item.reason == _R.REFUND and item.attempt_id is None:
        return [Decision.LEAVE, Decision.SENT_BACK]
    return [Decision.LEAVE]


def decision_carry_out(item: StripeQuarantine) -> None:
    """Do what a locked item's decision says, in the caller's transaction.

    Raises RuleNotMet (`not_defined`, `not_at_stripe`, `sent_back`, `not_sent_back`, `booked_already`, `mode`),
    ProviderUnknown and ProviderRefused.
    """
    if item.decision == Decision.LEAVE:
        return
    if item.decision not in decisions_for(item):
        raise RuleNotMet(_("This cannot be booked by itself. Please explain it instead."), code="not_defined")
    intent_id = item.object_id if item.reason in OF_AN_INTENT else item.detail
    gateway = StripeGateway(item.account)
    intent = gateway.intent_get(intent_id)
    if intent.status != PAID or intent.movement is None:
        raise RuleNotMet(_("Stripe does not say that this money is there."), code="not_at_stripe")
    if intent.livemode is not item.account.livemode:
        raise RuleNotMet(_("Test mode and real money are never mixed."), code="mode")
    back = [each for each in gateway.refunds_of(intent_id) if each.status not in GONE and each.movement is not None]
    if item.decision == Decision.BOOK:
        _book(item.account, intent, intent.movement, back)
    else:
        _sent_back(item.account, intent, intent.movement, back)


def booked_unknown(account: StripeAccount, intent_id: str) -> Payment | None:
    """Return the payment as which something at Stripe was booked after all, whoever it belongs to by now."""
    found = Payment.objects.filter(custodian=account.custodian, kind=PaymentKind.STRIPE, reference=intent_id[:80])
    return found.filter(stripe_attempt__isnull=True).first()


def _book(account: StripeAccount, intent: Intent, movement: Movement, back: list[SentBack]) -> None:
    """Book what is in the balance, gross, as money of unknown origin; its fee is the reserve's, if it reaches."""
    if back:
        raise RuleNotMet(_("Stripe sent it back, or a part of it. Please say so instead."), code="sent_back")
    known = Payment.objects.filter(custodian=account.custodian, kind=PaymentKind.STRIPE, reference=intent.id[:80])
    if known.exists():
        raise RuleNotMet(_("This is booked already."), code="booked_already")
    amount = from_stripe(movement.amount, movement.currency)
    opened = command_open(
        scope=f"stripe:{account.custodian.public_id}",
        key=f"unknown:{intent.id}"[:120],
        request={"amount_minor": amount.minor, "currency": amount.currency},
    )
    if opened.replayed:
        return
    moment = clock.now()
    payment = Payment(
        custodian=account.custodian, kind=PaymentKind.STRIPE, amount_minor=amount.minor, currency=amount.currency,
        received_on=clock.today(), reference=intent.id[:80], recorded_at=moment, status=PaymentStatus.CONFIRMED,
        confirmed_how=ConfirmedHow.PROVIDER, decided_at=moment,
    )  # fmt: skip
    payment.entry_id = fact_report(PaymentFact(payment=payment, kind=FactKind.ARRIVED, command=opened.command))
    payment.save()
    command_finish(opened.command, payment.public_id)
    _fee(account, movement)


def _sent_back(account: StripeAccount, intent: Intent, movement: Movement, back: list[SentBack]) -> None:
    """Note that all of it went back: what was booked as unknown leaves again, and what Stripe kept is a fee."""
    if sum(each.amount for each in back) < intent.received:
        raise RuleNotMet(_("Stripe does not say that all of it went back."), code="not_sent_back")
    payment = booked_unknown(account, intent.id)
    if payment is not None and payment.status == PaymentStatus.CONFIRMED:
        locked = payment_lock(payment)
        if not locked.unidentified:
            raise RuleNotMet(
                _("This money has found its promise. Please talk to the administrator."), code="identified"
            )
        _return(account, locked)
    _fee(account, movement)


def _return(account: StripeAccount, payment: Payment) -> None:
    custodian, currency, amount = account.custodian.public_id, payment.currency, payment.amount_minor
    opened = command_open(scope=f"payment:{payment.public_id}", key="sent_back", request={"amount_minor": amount})
    unknown, stripe = codes.unidentified(custodian), codes.stripe(custodian)
    legs = [Leg(AccountKey(unknown, currency), amount), Leg(AccountKey(stripe, currency), -amount)]
    draft = EntryDraft(kind=EntryKind.PAYMENT_RETURNED, legs=legs, resolves=payment.entry_id)
    post(command=opened.command, drafts=[draft])
    payment.status = PaymentStatus.REVERSED
    payment.save(update_fields=["status"])
    command_finish(opened.command, payment.public_id)


def _fee(account: StripeAccount, movement: Movement) -> None:
    """Charge Stripe's fee for money of nobody's promise to the reserve. Raises RuleNotMet (`reserve_short`)."""
    if movement.fee <= 0:
        return
    custodian, fee = account.custodian.public_id, from_stripe(movement.fee, movement.currency)
    reserve, stripe = codes.reserve(custodian), codes.stripe(custodian)
    legs = [Leg(AccountKey(reserve, fee.currency), fee.minor), Leg(AccountKey(stripe, fee.currency), -fee.minor)]
    request = {"fee_minor": fee.minor, "currency": fee.currency}
    try:
        post_once(
            scope=f"stripe_fee:{custodian}", key=movement.id, request=request, result_ref=account.label,
            drafts=[EntryDraft(kind=EntryKind.FEE_CHARGED, legs=legs)],
        )  # fmt: skip
    except InsufficientFunds as refusal:
        text = _("The reserve does not cover Stripe’s fee for it. Please fill the reserve first.")
        raise RuleNotMet(text, code="reserve_short") from refusal
