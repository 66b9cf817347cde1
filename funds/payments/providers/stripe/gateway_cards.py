"""The calls about saved cards, on the same narrow port: save one, take from one, forget one."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass
from typing import Any

import stripe

from .gateway import (
    COMMAND,
    PAGE,
    PLEDGE,
    Intent,
    ProviderMissing,
    ProviderUnknown,
    StripeGateway,
    _asked,
    _id,
    _intent,
)

OPENED = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})  # may still be paid
CONFIRM = "authentication_required"


@dataclass(frozen=True)
class Setup:
    """A page on which a donor saves a card, and the card once there is one, as they stand now."""

    id: str
    url: str
    status: str  # open, complete, expired
    customer_id: str
    method_id: str
    brand: str
    last4: str
    month: int
    year: int
    metadata: dict[str, str]
    livemode: bool


class CardGateway(StripeGateway):
    """One account at Stripe, for saved cards."""

    def setup_create(
        self, *, command: str, owner: str, currency: str, locale: str, ends: int, done_url: str, back_url: str
    ) -> Setup:
        """Make a page on which a card is saved for being charged without its holder. The same command, the same page.

        Stripe makes a customer for it, with what Stripe itself asks there; we tell it nothing of the person.
        """
        marks = {COMMAND: command, PLEDGE: owner}
        params: Any = {
            "mode": "setup",
            "payment_method_types": ["card"],
            "currency": currency.lower(),
            "customer_creation": "always",
            "client_reference_id": owner,
            "metadata": marks,
            "setup_intent_data": {"metadata": marks},
            "locale": locale,
            "expires_at": ends,
            "success_url": done_url,
            "cancel_url": back_url,
        }
        pages, once = self._client.checkout.sessions, {"idempotency_key": command}
        return _setup(_asked(lambda: pages.create(params=params, options=once)).to_dict())  # type: ignore[arg-type]

    def setup_get(self, session_id: str) -> Setup:
        """Return such a page as it stands now, with the card that was saved on it."""
        expand: Any = {"expand": ["setup_intent.payment_method"]}
        pages = self._client.checkout.sessions
        return _setup(_asked(lambda: pages.retrieve(session_id, params=expand)).to_dict())

    def setup_find(self, command: str, since: dt.datetime) -> str:
        """Return the page that bears this command in its metadata, made since then; empty if there is none."""
        found = self.session_find(command, since)
        return found.id if found is not None else ""

    def intent_charge(
        self, *, command: str, pledge: str, amount: int, currency: str, customer: str, method: str
    ) -> Intent:
        """Take money from a saved card, its holder not being there. The same command charges once.

        A card that does not pay is an answer, not an error: the intent says `declined` and waits to be cancelled.
        Raises ProviderUnknown also where our key does not work: that says nothing about the card.
        """
        params: Any = {
            "amount": amount,
            "currency": currency.lower(),
            "customer": customer,
            "payment_method": method,
            "payment_method_types": ["card"],
            "confirm": True,
            "off_session": True,
            "metadata": {COMMAND: command, PLEDGE: pledge},
            "expand": ["latest_charge.balance_transaction"],
        }
        intents, once = self._client.payment_intents, {"idempotency_key": command}

        def ask() -> dict[str, Any]:
            try:
                made: dict[str, Any] = intents.create(params=params, options=once).to_dict()  # type: ignore[arg-type]
            except stripe.CardError as error:
                return _not_paid(error)
            except (stripe.AuthenticationError, stripe.PermissionError) as error:
                raise ProviderUnknown from error
            return made

        return _intent(_asked(ask))

    def intent_find(self, command: str, customer: str, since: dt.datetime) -> Intent | None:
        """Return the payment that bears this command in its metadata, made since then from this customer's card."""
        wanted: Any = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        wanted |= {"customer": customer} if customer else {}
        for each in self._listed(lambda: self._client.payment_intents.list(params=wanted)):
            if (each.get("metadata") or {}).get(COMMAND) == command:
                return self.intent_get(each["id"])
        return None

    def intent_cancel(self, intent_id: str) -> None:
        """End a payment that was not made, for good. Raises ProviderRefused if it was made, or has ended."""
        _asked(lambda: self._client.payment_intents.cancel(intent_id))

    def card_forget(self, *, customer: str, method: str) -> None:
        """Delete a card and its customer at Stripe. What is gone already stays gone."""
        if method:
            with contextlib.suppress(ProviderMissing):
                found = _asked(lambda: self._client.payment_methods.retrieve(method)).to_dict()
                if found.get("customer"):
                    _asked(lambda: self._client.payment_methods.detach(method))
        if customer:
            with contextlib.suppress(ProviderMissing):
                _asked(lambda: self._client.customers.delete(customer))


def _not_paid(error: stripe.CardError) -> dict[str, Any]:
    """Return the payment that a card's no has left behind. Raises ProviderUnknown for a no without one."""
    body: Any = error.json_body
    said = body.get("error") if isinstance(body, dict) else None
    intent = said.get("payment_intent") if isinstance(said, dict) else None
    if not isinstance(intent, dict):
        raise ProviderUnknown from error
    return {**intent, "last_payment_error": intent.get("last_payment_error") or said}


def _setup(raw: dict[str, Any]) -> Setup:
    intent = raw.get("setup_intent")
    method = intent.get("payment_method") if isinstance(intent, dict) else None
    known: dict[str, Any] = method if isinstance(method, dict) else {}
    card: dict[str, Any] = known.get("card") or {}
    return Setup(
        id=raw["id"],
        url=raw.get("url") or "",
        status=raw.get("status") or "",
        customer_id=_id(known.get("customer") or raw.get("customer")),
        method_id=_id(method),
        brand=str(card.get("brand") or ""),
        last4=str(card.get("last4") or ""),
        month=int(card.get("exp_month") or 0),
        year=int(card.get("exp_year") or 0),
        metadata=dict(raw.get("metadata") or {}),
        livemode=bool(raw.get("livemode")),
    )
