"""Take from a saved card what its holder agreed to. Our attempt is written before the call; no answer is unknown."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.errors import RuleNotMet
from birge.money import Money
from projects.works.models import Project

from .accounts import account_usable
from .amounts import to_stripe
from .gateway import ProviderMissing, ProviderRefused
from .gateway_cards import CardGateway
from .models import WAITING, AttemptStatus, StripeAttempt
from .models_cards import CardCharge, CardStatus, ChargeStatus, SavedCard
from .outcomes import charge_follow
from .settling import attempt_lock, attempt_settle


@transaction.atomic
def charge_plan(
    *,
    card: SavedCard,
    amount: Money,
    pledge_ref: str,
    group: str,
    on: dt.date,
    last_on: dt.date,
    project: Project | None = None,
    pool_ref: str = "",
    country: str = "",
) -> CardCharge:
    """Write down that so much will be taken on that day; what was planned for the same promise before is dropped.

    Raises RuleNotMet (`not_agreed`) for another sum or currency than the card's holder agreed to, or an ended card.
    """
    if card.status != CardStatus.ACTIVE or amount.currency != card.currency or amount.minor > card.amount_minor:
        raise RuleNotMet(_("The holder of this card has not agreed to that."), code="not_agreed")
    charges_stop(pledge_ref=pledge_ref, why="planned_anew")
    return CardCharge.objects.create(
        card=card,
        project=project,
        pool_ref=pool_ref,
        pledge_ref=pledge_ref,
        group=group,
        amount_minor=amount.minor,
        currency=amount.currency,
        country=country,
        first_on=on,
        next_on=on,
        last_on=max(on, last_on),
    )


@transaction.atomic
def charges_stop(*, why: str, pledge_ref: str = "", card: SavedCard | None = None) -> None:
    """Drop what is planned for this promise, or from this card. What is with the bank already is not called back."""
    planned = CardCharge.objects.filter(status=ChargeStatus.PLANNED)
    planned = planned.filter(pledge_ref=pledge_ref) if card is None else planned.filter(card=card)
    planned.update(status=ChargeStatus.STOPPED, stopped_why=why)


def charge_begin(charge: CardCharge) -> StripeAttempt | None:
    """Return the attempt that is under way for a locked charge, or a new one; None where nothing is to be done now.

    Call it in the transaction in which it was found that the money is still wanted, and commit before `charge_call`.
    """
    card = charge.card
    waiting = StripeAttempt.objects.filter(pledge_ref=charge.pledge_ref, status__in=WAITING).first()
    if waiting is not None:
        return waiting
    if charge.status != ChargeStatus.PLANNED or charge.next_on > clock.today():
        return None
    if card.status != CardStatus.ACTIVE or not account_usable(card.account):
        return None
    try:
        with transaction.atomic():
            return StripeAttempt.objects.create(
                account=card.account,
                project=charge.project,
                pool_ref=charge.pool_ref,
                charge=charge,
                pledge_ref=charge.pledge_ref,
                group=charge.group,
                amount_minor=charge.amount_minor,
                currency=charge.currency,
                country=charge.country,
                language=card.language,
            )
    except IntegrityError:  # the donor has just opened a payment page
        return None


def charge_call(attempt: StripeAttempt) -> StripeAttempt:
    """Ask Stripe for an attempt that is committed, unless it was asked before, and book what is true.

    Looked up first: who was killed after the call charges nobody twice. Raises ProviderUnknown; the attempt then
    waits, and the next run or the sweep comes back to it.
    """
    settled = attempt_settle(attempt)
    if settled.status != AttemptStatus.UNKNOWN or settled.charge is None:
        return settled
    card = settled.charge.card
    try:
        intent = CardGateway(settled.account).intent_charge(
            command=str(settled.command_id),
            pledge=settled.pledge_ref,
            amount=to_stripe(Money(settled.amount_minor, settled.currency)),
            currency=settled.currency,
            customer=card.customer_id,
            method=card.method_id,
        )
    except ProviderRefused as refusal:
        _refused(settled, "card_missing" if isinstance(refusal, ProviderMissing) else "refused")
        return settled
    return attempt_settle(settled, intent.id)


@transaction.atomic
def _refused(attempt: StripeAttempt, why: str) -> None:
    """Stripe knows no such card any more, or does not take this: a clear no, nothing was made."""
    locked = attempt_lock(attempt)
    if locked.status == AttemptStatus.UNKNOWN:
        locked.status, locked.failure = AttemptStatus.FAILED, why
        locked.save(update_fields=["status", "failure"])
        charge_follow(locked)


def charges_due(today: dt.date) -> list[CardCharge]:
    """Return what is to be taken by now, and what is under way, oldest first."""
    planned = CardCharge.objects.filter(status=ChargeStatus.PLANNED, next_on__lte=today)
    return list(planned.select_related("card__account").order_by("id"))


def charge_under_way(pledge_ref: str) -> bool:
    """Say whether a saved card is being charged for this promise, or this gift, and nobody knows yet with what end."""
    waiting = StripeAttempt.objects.filter(pledge_ref=pledge_ref, status__in=WAITING)
    return waiting.filter(charge__isnull=False).exists()
