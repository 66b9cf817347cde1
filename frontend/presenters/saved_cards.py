"""The saved card of a promise, in words: what will be taken and when, and how to stop it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from funds.payments.models import CardCharge, SavedCard
from funds.payments.providers.stripe.charging import charge_under_way
from funds.payments.providers.stripe.models_cards import CardPurpose, ChargeStatus
from funds.payments.providers.stripe.saving import card_of
from funds.pledges.models import Pledge
from funds.settlement.services import card_consent, pledge_card_offered

from .facts import day, say


def card_part(pledge: Pledge, token: str) -> dict[str, Any]:
    """Return the saved card of what still waits for money, and what can be agreed to now."""
    card = card_of(CardPurpose.PLEDGE, pledge.group) if pledge.is_open else None
    return {
        "saved_card": card,
        "card_line": _card_line(card, pledge) if card is not None else "",
        "card_consent": card_consent(pledge) if pledge_card_offered(pledge) else "",
        "card_save_url": reverse("card_save", args=[token]),
        "card_stop_url": reverse("card_stop", args=[token]),
    }


def _card_line(card: SavedCard, pledge: Pledge) -> str:
    if charge_under_way(pledge.public_id):
        return _("The bank is being asked right now.")
    charge = CardCharge.objects.filter(card=card, pledge_ref=pledge.public_id).order_by("id").last()
    amount = say(card.amount_minor, card.currency)
    if charge is None or charge.status == ChargeStatus.STOPPED:
        return _("We take %(amount)s once everything has come together, and tell you the day before.") % {
            "amount": amount
        }
    return charge_line(charge)


def charge_line(charge: CardCharge) -> str:
    """Return what is taken on which day, or that the card did not pay."""
    words = {"amount": say(charge.amount_minor, charge.currency), "day": day(charge.next_on)}
    if charge.status == ChargeStatus.PLANNED and charge.tries:
        return _("It did not pay. We try %(amount)s once more on %(day)s.") % words
    if charge.status == ChargeStatus.PLANNED:
        return _("On %(day)s we take %(amount)s.") % words
    return _("It did not pay. Please pay here with another card, or another way.")
