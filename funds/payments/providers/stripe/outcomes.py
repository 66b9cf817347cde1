"""What an ended attempt means for the charge that it belonged to: paid, tried again on a stated day, or given up."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from birge import clock

from ...card_facts import CardFact, CardFactKind, card_fact_report
from .declines import Decline, decline_of
from .models import AttemptStatus, StripeAttempt
from .models_cards import CardCharge, ChargeStatus


def charge_lock(charge: CardCharge) -> CardCharge:
    """Return the charge as it is now, locked until the transaction ends (after its attempt, before its command)."""
    return (
        CardCharge.objects.select_for_update(of=("self",), no_key=True)
        .select_related("card__account__custodian", "project")
        .get(pk=charge.pk)
    )


def charge_follow(attempt: StripeAttempt) -> None:
    """Let the charge of a locked attempt, just settled, say the same.

    An attempt that never reached Stripe leaves it planned. A no of the bank is counted, and told to whoever writes to
    the donor; it is tried again on the days of settings.CARD_RETRY_DAYS after the first one, if the no is a soft one.
    """
    if attempt.charge is None:
        return
    charge = charge_lock(attempt.charge)
    if charge.status == ChargeStatus.PAID:
        return
    if attempt.payment is not None:
        charge.status, charge.failure = ChargeStatus.PAID, ""
        charge.save(update_fields=["status", "failure"])
    elif attempt.status == AttemptStatus.FAILED and attempt.failure and charge.status == ChargeStatus.PLANNED:
        _declined(charge, attempt.failure)


def _declined(charge: CardCharge, failure: str) -> None:
    charge.tries, charge.failure = charge.tries + 1, failure
    days = list(settings.CARD_RETRY_DAYS)
    again = charge.first_on + dt.timedelta(days=days[charge.tries - 1]) if charge.tries <= len(days) else None
    if again is not None and again <= clock.today():  # a late answer, or a late first try
        again = clock.today() + dt.timedelta(days=1)
    if decline_of(failure) is Decline.SOFT and again is not None and again <= charge.last_on:
        charge.next_on = again
    else:
        charge.status = ChargeStatus.FAILED
    charge.save(update_fields=["tries", "failure", "next_on", "status"])
    card_fact_report(CardFact(CardFactKind.DECLINED, charge.card, charge))
