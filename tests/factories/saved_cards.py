"""Cards that donors let us keep: saved at our double of Stripe, charged by the tick and its worker."""

from __future__ import annotations

import datetime as dt
from typing import Any

from birge import clock
from birge.organisations.models import Organisation
from funds.payments.models import CardCharge, SavedCard, StripeAccount
from funds.payments.providers.base import NextStep
from funds.payments.providers.stripe.charging import charges_due
from funds.payments.providers.stripe.saving import card_end, card_forget, cards_to_forget, saved_settle
from funds.pledges.models import Pledge
from funds.pledges.tokens import pledge_token
from funds.settlement.services import charge_take, pledge_card_save
from tests.factories.cards import account as account_of
from tests.factories.funds import VillageProject, confirmed_pledge, pledge
from tests.support.stripe_cards import GOOD, CardsDouble
from tests.support.stripe_double import Thing

AMOUNT = 1_000_00


def card_step(given: Pledge, **changes: Any) -> NextStep:
    """Let the donor say yes to saving a card for this promise."""
    fresh = Pledge.objects.select_related("project", "custodian").get(pk=given.pk)
    said: dict[str, Any] = {"pledge": fresh, "agreed": True, "token": pledge_token(fresh)}
    return pledge_card_save(**(said | changes))


def saved(double: CardsDouble, given: Pledge, number: str = GOOD, **printed: int) -> Thing:
    """Let the donor save a card for this promise at Stripe, and let us know; return the card at Stripe."""
    method = double.save(card_step(given).url.rsplit("/", 1)[-1], number, **printed)
    known(given)
    return method


def known(given: Pledge) -> SavedCard:
    """Let us look up what was saved for this promise."""
    card = SavedCard.objects.select_related("account__custodian").filter(owner=given.group).latest("id")
    return saved_settle(card)


def promised(double: CardsDouble, world: VillageProject, amount: int = AMOUNT, number: str = GOOD) -> Pledge:
    """Return a confirmed promise with a saved card."""
    given = confirmed_pledge(world.project, amount, made=pledge(world.project, amount, country="DE"))
    saved(double, given, number)
    return given


def charges_run() -> list[CardCharge]:
    """Let the worker take what is due now; return what was tried."""
    due = charges_due(clock.today())
    for charge in due:
        charge_take(charge)
    return due


def tomorrow(days: int = 1) -> dt.datetime:
    """Return the same time so many days on."""
    return clock.now() + dt.timedelta(days=days)


def forget_ended() -> None:
    """Let the worker delete ended cards at Stripe."""
    for card in cards_to_forget():
        card_forget(card)


def card_end_and_forget(card: SavedCard) -> None:
    """Let a card end, and be deleted at Stripe and here."""
    card_forget(card_end(card=card, why="holder"))


def kept(
    custodian: Organisation, purpose: str, owner: str, amount: int, *, account: StripeAccount | None = None
) -> SavedCard:
    """Return a saved card as it stands here; no Stripe runs. `owner` is a promise's group, or a monthly promise."""
    return SavedCard.objects.create(
        account=account or account_of(custodian),
        purpose=purpose,
        owner=owner,
        status="active",
        amount_minor=amount,
        currency="KGS",
        language="en",
        consent_text="I agree.",
        consent_version="pledge-1",
        consent_on=clock.today(),
        customer_id="cus_kept",
        method_id="pm_kept",
        brand="visa",
        last4="4242",
        expires_on=dt.date(2033, 12, 31),
        saved_at=clock.now(),
    )
