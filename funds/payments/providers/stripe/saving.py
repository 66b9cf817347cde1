"""A donor lets us keep a card for one purpose: asked for on a page of Stripe, kept by its id, and deleted again."""

from __future__ import annotations

import calendar
import datetime as dt
import logging
import uuid
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from birge import clock
from birge.errors import BirgeError, RuleNotMet
from birge.money import Money

from ...card_facts import CardFact, CardFactKind, card_fact_report
from ..base import NextStep, StepKind
from .charging import charges_stop
from .gateway import COMMAND, PLEDGE, ProviderRefused
from .gateway_cards import CardGateway, Setup
from .intents import PAGE_LIFE, SPOKEN
from .looking import EARLIER
from .models import QuarantineReason, StripeAccount
from .models_cards import CardStatus, SavedCard
from .quarantine import quarantine
from .settling import KEY_LIFE

logger = logging.getLogger(__name__)
MOST_A_DAY = 5  # pages for one promise; who tries out stolen cards wants more


@dataclass(frozen=True)
class Agreement:
    """What the holder of a card said yes to, as it was shown to them."""

    purpose: str
    owner: str
    amount: Money
    text: str
    version: str
    language: str


def card_ask(*, account: StripeAccount, agreement: Agreement) -> NextStep:
    """Return the page at Stripe on which this card is saved, the one that is open already if there is one.

    DONE: it is saved. Raises RuleNotMet (`too_many`), ProviderUnknown (the same tap later finds what was made),
    ProviderRefused.
    """
    for _turn in range(3):
        card = _asked_for(account, agreement)
        step = _step(card)
        if step is not None:
            return step
    raise ProviderRefused


def card_of(purpose: str, owner: str) -> SavedCard | None:
    """Return the card that can be charged for this, or None."""
    found = SavedCard.objects.filter(purpose=purpose, owner=owner, status=CardStatus.ACTIVE)
    return found.select_related("account__custodian").first()


def saved_settle(card: SavedCard) -> SavedCard:
    """Look up at Stripe what became of a card that was asked for, and keep what is true. As often as one likes."""
    if card.status != CardStatus.ASKED:
        return card
    gateway = CardGateway(card.account)
    session_id = card.session_id or gateway.setup_find(str(card.command_id), card.made_at - EARLIER)
    return _keep(card, gateway.setup_get(session_id) if session_id else None)


def saved_follow(account: StripeAccount, thing: dict[str, Any]) -> bool:
    """Look into an event about a card that is being saved. Says no where it is about something else."""
    if thing.get("object") not in ("checkout.session", "setup_intent"):
        return False
    try:
        command = uuid.UUID(str((thing.get("metadata") or {}).get(COMMAND) or ""))
    except ValueError:
        return False
    card = SavedCard.objects.select_related("account__custodian").filter(account=account, command_id=command).first()
    if card is None:
        return False
    saved_settle(card)
    return True


@transaction.atomic
def card_end(*, card: SavedCard, why: str) -> SavedCard:
    """Use a card no more: what is planned from it is dropped, and Stripe and we forget it. Ended again, it stays so."""
    locked = card_lock(card)
    if locked.status == CardStatus.ENDED:
        return locked
    locked.status, locked.ended_at, locked.ended_why = CardStatus.ENDED, clock.now(), why
    locked.save(update_fields=["status", "ended_at", "ended_why"])
    charges_stop(card=locked, why=why)
    transaction.on_commit(partial(_enqueue_forget, locked.pk), robust=True)
    return locked


def cards_end(*, owner: str, why: str) -> None:
    """Use no card of this promise any more, as `card_end` does."""
    for card in SavedCard.objects.filter(owner=owner).exclude(status=CardStatus.ENDED).order_by("id"):
        card_end(card=card, why=why)


def card_forget(card: SavedCard) -> SavedCard:
    """Delete an ended card and its customer at Stripe, then here. Raises ProviderUnknown; then it is tried again."""
    if card.status != CardStatus.ENDED or card.forgotten_at is not None:
        return card
    gateway, customer, method = CardGateway(card.account), card.customer_id, card.method_id
    session_id = card.session_id or gateway.setup_find(str(card.command_id), card.made_at - EARLIER)
    if session_id and not method:  # ended before it was saved: perhaps a card came all the same
        seen = gateway.setup_get(session_id)
        if seen.status == "open":
            gateway.session_end(session_id)
        customer, method = seen.customer_id, seen.method_id
    gateway.card_forget(customer=customer, method=method)
    return _forgotten(card)


def cards_to_forget() -> QuerySet[SavedCard]:
    """Return the ended cards that Stripe may still have, oldest first."""
    ended = SavedCard.objects.filter(status=CardStatus.ENDED, forgotten_at=None)
    return ended.select_related("account__custodian").order_by("id")


def cards_asked(account: StripeAccount) -> QuerySet[SavedCard]:
    """Return the cards of which we do not know yet whether they were saved."""
    asked = SavedCard.objects.filter(account=account, status=CardStatus.ASKED)
    return asked.select_related("account__custodian").order_by("id")


def cards_sweep(account: StripeAccount) -> list[str]:
    """Look up every card of an account that waits, and forget every one that has ended; return what failed."""
    failed = []
    for card, act in [
        *((card, saved_settle) for card in cards_asked(account)),
        *((card, card_forget) for card in cards_to_forget().filter(account=account)),
    ]:
        try:
            act(card)
        except BirgeError as refusal:
            logger.exception("stripe sweep %s: card %s waits (%s)", account.label, card.public_id, refusal.code)
            failed.append(card.public_id)
    return failed


def card_lock(card: SavedCard) -> SavedCard:
    """Return the card as it is now, locked until the transaction ends (before its charges, and before any pledge)."""
    return (
        SavedCard.objects.select_for_update(of=("self",), no_key=True)
        .select_related("account__custodian")
        .get(pk=card.pk)
    )


def _asked_for(account: StripeAccount, agreement: Agreement) -> SavedCard:
    """Return what waits already, or a new row that is committed before Stripe is asked."""
    same = SavedCard.objects.filter(purpose=agreement.purpose, owner=agreement.owner).select_related(
        "account__custodian"
    )
    waiting = same.filter(status=CardStatus.ASKED).first()
    if waiting is not None:
        waiting = saved_settle(waiting)
        fits = (waiting.amount, waiting.language) == (agreement.amount, agreement.language)
        if waiting.status != CardStatus.ASKED or fits:
            return waiting
        card_end(card=waiting, why="asked_anew")
    if same.filter(made_at__gt=clock.now() - dt.timedelta(days=1)).count() >= MOST_A_DAY:
        raise RuleNotMet(_("You have tried this often. Please wait a day, or pay another way."), code="too_many")
    try:
        with transaction.atomic():
            return SavedCard.objects.create(
                account=account,
                purpose=agreement.purpose,
                owner=agreement.owner,
                amount_minor=agreement.amount.minor,
                currency=agreement.amount.currency,
                language=agreement.language,
                consent_text=agreement.text,
                consent_version=agreement.version,
                consent_on=clock.today(),
            )
    except IntegrityError:  # another tab was faster
        return same.filter(status=CardStatus.ASKED).latest("id")


def _step(card: SavedCard) -> NextStep | None:
    """Return what the donor does next; None where this page is over and another may begin."""
    if card.status == CardStatus.ACTIVE:
        return NextStep(StepKind.DONE)
    if card.status == CardStatus.ENDED:
        return None
    gateway = CardGateway(card.account)
    if card.session_id:
        seen = gateway.setup_get(card.session_id)
    elif clock.now() - card.made_at > KEY_LIFE:
        card_end(card=card, why="not_made")
        return None
    else:
        seen = _page(gateway, card)
    if seen.status == "open":
        return NextStep(StepKind.REDIRECT, url=seen.url)
    return NextStep(StepKind.DONE) if saved_settle(card).status == CardStatus.ACTIVE else None


def _page(gateway: CardGateway, card: SavedCard) -> Setup:
    address = f"{settings.SITE_URL}/k/{card.public_id}"
    seen = gateway.setup_create(
        command=str(card.command_id),
        owner=card.owner,
        currency=card.currency,
        locale=card.language if card.language in SPOKEN else "auto",
        ends=int((card.made_at + PAGE_LIFE).timestamp()),
        done_url=f"{address}/saved/",
        back_url=f"{address}/back/",
    )
    SavedCard.objects.filter(pk=card.pk, session_id="").update(session_id=seen.id)
    card.session_id = seen.id
    return seen


@transaction.atomic
def _keep(card: SavedCard, seen: Setup | None) -> SavedCard:
    locked = card_lock(card)
    if locked.status != CardStatus.ASKED:
        return locked
    if seen is None:
        return locked if clock.now() - locked.made_at <= KEY_LIFE else card_end(card=locked, why="not_made")
    locked.session_id = seen.id
    locked.save(update_fields=["session_id"])
    if seen.status == "expired":
        return card_end(card=locked, why="expired")
    if seen.status != "complete" or not seen.method_id or not seen.customer_id:
        return locked
    if _odd(locked, seen):
        return card_end(card=locked, why="quarantined")
    for old in SavedCard.objects.filter(purpose=locked.purpose, owner=locked.owner, status=CardStatus.ACTIVE):
        card_end(card=old, why="replaced")
    locked.status, locked.saved_at = CardStatus.ACTIVE, clock.now()
    locked.customer_id, locked.method_id = seen.customer_id, seen.method_id
    locked.brand, locked.last4 = seen.brand[:20], seen.last4[-4:]
    locked.expires_on = dt.date(seen.year, seen.month, calendar.monthrange(seen.year, seen.month)[1])
    locked.save()
    card_fact_report(CardFact(CardFactKind.SAVED, locked))
    return locked


def _odd(locked: SavedCard, seen: Setup) -> bool:
    """Put aside a page that is not the one we asked for."""
    faults = []
    if (seen.metadata.get(COMMAND), seen.metadata.get(PLEDGE)) != (str(locked.command_id), locked.owner):
        faults.append((QuarantineReason.METADATA, f"{seen.metadata.get(PLEDGE, '')} / {locked.owner}"))
    if seen.livemode is not locked.account.livemode:
        faults.append((QuarantineReason.MODE, f"livemode {seen.livemode}"))
    for reason, detail in faults:
        quarantine(account=locked.account, object_id=seen.id, reason=reason, detail=detail)
    return bool(faults)


@transaction.atomic
def _forgotten(card: SavedCard) -> SavedCard:
    locked = card_lock(card)
    locked.customer_id = locked.method_id = locked.brand = locked.last4 = ""
    locked.expires_on, locked.forgotten_at = None, clock.now()
    locked.save()
    return locked


def _enqueue_forget(card_pk: int) -> None:
    from ...tasks import stripe_card_forget

    stripe_card_forget.enqueue(card_pk)
