"""The saved card of a promise, in words: what will be taken and when, and how to stop it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from funds.payments.models import CardCharge, SavedCard
from funds.payments.providers.stripe.charging import charge_under_way
from funds.payments.providers.stripe.models_cards import CardPurpose, ChargeStatus
from funds.payments.providers.stripe.saving import card_of
from funds.pledges.models import Instalment, MonthlyPledge, Pledge
from funds.pledges.services.monthly import monthly_token
from funds.pools.models import StandingPromise
from funds.pools.states import StandingStatus
from funds.settlement.services import (
    card_consent,
    monthly_card,
    monthly_card_offered,
    monthly_consent,
    pledge_card_offered,
    standing_agreed,
    standing_card,
    standing_card_offered,
    standing_consent,
)

from .facts import day, say


def card_part(pledge: Pledge, token: str) -> dict[str, Any]:
    """Return the saved card of what still waits for money, and what can be agreed to now."""
    card = card_of(CardPurpose.PLEDGE, pledge.group) if pledge.is_open else None
    return {
        "monthly_url": _monthly_url(pledge),
        "saved_card": card,
        "card_line": _card_line(card, pledge) if card is not None else "",
        "card_consent": card_consent(pledge) if pledge_card_offered(pledge) else "",
        "card_save_url": reverse("card_save", args=[token]),
        "card_stop_url": reverse("card_stop", args=[token]),
    }


def monthly_card_part(standing: StandingPromise, by_link: str) -> dict[str, Any]:
    """Return the saved card of a monthly promise, and what can be agreed to now."""
    card = standing_card(standing) if standing.status != StandingStatus.ENDED else None
    fits = standing_agreed(standing, card)
    offered = standing_card_offered(standing)
    place = ("pool_standing_do", by_link) if by_link else ("pool_monthly_do", standing.pool.public_id)
    line = ""
    if card is not None:
        line = _monthly_line(card) if fits else _("You changed the sum: without a new yes we take nothing.")
    return {
        "saved_card": card,
        "card_line": line,
        "card_consent": standing_consent(standing) if offered else "",
        "card_new_yes": card is not None and not fits,
        "card_save_url": reverse(place[0], args=[place[1], "card"]),
        "card_stop_url": reverse(place[0], args=[place[1], "nocard"]),
    }


def _monthly_line(card: SavedCard) -> str:
    charge = CardCharge.objects.filter(card=card).order_by("id").last()
    if charge is None or charge.status in (ChargeStatus.STOPPED, ChargeStatus.PAID):
        return _("We write to you before each time.")
    return charge_line(charge)


def project_card_part(monthly: MonthlyPledge, token: str) -> dict[str, Any]:
    """Return the saved card of a monthly promise to a project, and what can be agreed to now."""
    card = monthly_card(monthly)
    line = ""
    if card is not None:
        same = card.amount == monthly.amount
        line = _monthly_line(card) if same else _("You changed the sum: without a new yes we take nothing.")
    return {
        "saved_card": card,
        "card_line": line,
        "card_consent": monthly_consent(monthly) if monthly_card_offered(monthly) else "",
        "card_save_url": reverse("monthly_do", args=[token, "card"]),
        "card_stop_url": reverse("monthly_do", args=[token, "nocard"]),
    }


def _monthly_url(pledge: Pledge) -> str:
    """Return the page of the monthly promise of which this one is a part."""
    part = Instalment.objects.filter(pledge__group=pledge.group).select_related("monthly").first()
    return reverse("monthly", args=[monthly_token(part.monthly)]) if part is not None else ""


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
