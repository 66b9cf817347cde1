"""The narrow port to Stripe: the few calls that we make over the official SDK, and plain records of what it answers.

Nothing outside this module knows the SDK's objects. The SDK retries nothing by itself: our command decides.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

import stripe
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from stripe._http_client import RequestsClient

from birge.errors import BirgeError

from .accounts import keys_of
from .models import StripeAccount

T = TypeVar("T")
COMMAND, PLEDGE = "birge_command", "birge_pledge"  # the names of our marks in Stripe's metadata
PAGE = 100


class ProviderUnknown(BirgeError):
    """No answer that says yes or no: what was asked may have been done. Never taken for a failure."""

    code = "provider_unknown"
    default_message = _("The payment provider does not answer now. Nothing is lost: please try again in some minutes.")


class ProviderRefused(BirgeError):
    """A clear no: nothing was done."""

    code = "provider_refused"
    default_message = _("The payment provider does not take this now. Please choose another way to pay.")


class ProviderMissing(ProviderRefused):
    """Stripe knows no such thing."""

    code = "provider_missing"


@dataclass(frozen=True)
class Movement:
    """What a balance transaction says: gross, fee and the currency of the balance (Stripe's smallest unit)."""

    id: str
    amount: int
    fee: int
    currency: str


@dataclass(frozen=True)
class Session:
    """A page on which a donor pays, as it stands now."""

    id: str
    url: str
    status: str  # open, complete, expired
    amount: int
    currency: str
    intent_id: str
    metadata: dict[str, str]
    livemode: bool


@dataclass(frozen=True)
class Intent:
    """A payment as it stands now."""

    id: str
    status: str
    amount: int
    received: int
    currency: str
    metadata: dict[str, str]
    livemode: bool
    movement: Movement | None
    declined: str = ""  # the bank's word, where a card did not pay


@dataclass(frozen=True)
class SentBack:
    """A refund as it stands now. `movement` is what it took out of the balance."""

    id: str
    status: str
    amount: int
    currency: str
    movement: Movement | None


class StripeGateway:
    """One account at Stripe. Made anew for each piece of work: no connection outlives it."""

    def __init__(self, account: StripeAccount) -> None:
        """Raise ProviderRefused where the account's keys are not in the environment."""
        keys = keys_of(account)
        if keys is None:
            raise ProviderRefused
        self._client = stripe.StripeClient(
            keys.api_key,
            base_addresses={"api": settings.STRIPE_API_BASE},
            max_network_retries=0,
            http_client=RequestsClient(timeout=settings.STRIPE_TIMEOUT),
        ).v1

    def session_create(
        self, *, command: str, pledge: str, amount: int, currency: str, text: str, locale: str, ends: int,
        paid_url: str, back_url: str,
    ) -> Session:  # fmt: skip
        """Make a page on which the donor pays by card. The same command makes the same page."""
        marks = {COMMAND: command, PLEDGE: pledge}
        item: Any = {
            "quantity": 1,
            "price_data": {"currency": currency.lower(), "unit_amount": amount, "product_data": {"name": text}},
        }
        params: Any = {
            "mode": "payment",
            "payment_method_types": ["card"],
            "line_items": [item],
            "client_reference_id": pledge,
            "metadata": marks,
            "payment_intent_data": {"metadata": marks},
            "locale": locale,
            "expires_at": ends,
            "success_url": paid_url,
            "cancel_url": back_url,
        }
        pages, once = self._client.checkout.sessions, {"idempotency_key": command}
        return _session(_asked(lambda: pages.create(params=params, options=once)).to_dict())  # type: ignore[arg-type]

    def session_get(self, session_id: str) -> Session:
        """Return a payment page as it stands now."""
        return _session(_asked(lambda: self._client.checkout.sessions.retrieve(session_id)).to_dict())

    def session_find(self, command: str, since: dt.datetime) -> Session | None:
        """Return the page that bears this command in its metadata, made since then."""
        created: Any = {"gte": int(since.timestamp())}
        pages = self._listed(lambda: self._client.checkout.sessions.list(params={"created": created, "limit": PAGE}))
        return next((_session(each) for each in pages if (each.get("metadata") or {}).get(COMMAND) == command), None)

    def session_end(self, session_id: str) -> None:
        """Close a payment page that is still open. Raises ProviderRefused if it is not."""
        _asked(lambda: self._client.checkout.sessions.expire(session_id))

    def intent_get(self, intent_id: str) -> Intent:
        """Return a payment as it stands now, with what it brought into the balance."""
        expand: Any = {"expand": ["latest_charge.balance_transaction"]}
        return _intent(_asked(lambda: self._client.payment_intents.retrieve(intent_id, params=expand)).to_dict())

    def refunds_of(self, intent_id: str) -> list[SentBack]:
        """Return what was sent back of a payment, the earliest first."""
        wanted: Any = {"payment_intent": intent_id, "limit": PAGE, "expand": ["data.balance_transaction"]}
        found = self._listed(lambda: self._client.refunds.list(params=wanted))
        ours = [each for each in found if each.get("payment_intent") in (None, intent_id)]
        return [_sent_back(each) for each in sorted(ours, key=lambda each: (each["created"], each["id"]))]

    def events_since(self, since: dt.datetime) -> Iterator[dict[str, Any]]:
        """Yield the events since then, the newest first. Stripe keeps them for thirty days."""
        created: Any = {"gte": int(since.timestamp())}
        return self._listed(lambda: self._client.events.list(params={"created": created, "limit": PAGE}))

    def intents_touched(self, since: dt.datetime) -> Iterator[str]:
        """Yield the payments that were charged, or of which something was sent back, since then."""
        created: Any = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        for charge in self._listed(lambda: self._client.charges.list(params=created)):
            yield charge.get("payment_intent") or ""
        for refund in self._listed(lambda: self._client.refunds.list(params=created)):
            yield refund.get("payment_intent") or ""

    def _listed(self, ask: Callable[[], Any]) -> Iterator[dict[str, Any]]:
        pages = _asked(ask).auto_paging_iter()
        while True:
            found = _asked(lambda: next(pages, None))
            if found is None:
                return
            yield found.to_dict(for_json=True)


def _asked(ask: Callable[[], T]) -> T:
    """Return the answer. Raises ProviderUnknown for what may have been done all the same, else ProviderRefused."""
    try:
        return ask()
    except stripe.InvalidRequestError as error:
        missing = error.code == "resource_missing" or error.http_status == HTTPStatus.NOT_FOUND
        raise (ProviderMissing if missing else ProviderRefused)(data=_said(error)) from error
    except (stripe.CardError, stripe.AuthenticationError, stripe.PermissionError) as error:
        raise ProviderRefused(data=_said(error)) from error
    except stripe.StripeError as error:
        raise ProviderUnknown(data=_said(error)) from error
    except (ValueError, KeyError) as error:  # an answer that is no answer
        raise ProviderUnknown from error


def _said(error: stripe.StripeError) -> str:
    return json.dumps({"status": error.http_status, "code": error.code, "request": error.request_id})


def _session(raw: dict[str, Any]) -> Session:
    return Session(
        id=raw["id"],
        url=raw.get("url") or "",
        status=raw.get("status") or "",
        amount=int(raw.get("amount_total") or 0),
        currency=str(raw.get("currency") or "").upper(),
        intent_id=_id(raw.get("payment_intent")),
        metadata=dict(raw.get("metadata") or {}),
        livemode=bool(raw.get("livemode")),
    )


def _intent(raw: dict[str, Any]) -> Intent:
    latest = raw.get("latest_charge")
    charge: dict[str, Any] = latest if isinstance(latest, dict) else {}
    captured = charge.get("amount_captured", charge.get("amount"))
    return Intent(
        id=raw["id"],
        status=raw["status"],
        amount=int(raw["amount"]),
        received=int(raw.get("amount_received", captured) or 0),
        currency=str(raw["currency"]).upper(),
        metadata=dict(raw.get("metadata") or {}),
        livemode=bool(raw.get("livemode")),
        movement=_movement(charge.get("balance_transaction")),
        declined=_declined(raw),
    )


def _declined(raw: dict[str, Any]) -> str:
    error = raw.get("last_payment_error") or {}
    waits = "authentication_required" if raw["status"] == "requires_action" else ""
    return str(error.get("decline_code") or error.get("code") or waits)


def _sent_back(raw: dict[str, Any]) -> SentBack:
    return SentBack(
        id=raw["id"],
        status=str(raw.get("status") or ""),
        amount=int(raw["amount"]),
        currency=str(raw["currency"]).upper(),
        movement=_movement(raw.get("balance_transaction")),
    )


def _movement(raw: Any) -> Movement | None:
    if not isinstance(raw, dict):
        return None
    return Movement(
        id=raw["id"], amount=int(raw["amount"]), fee=int(raw.get("fee") or 0), currency=str(raw["currency"]).upper()
    )


def _id(raw: Any) -> str:
    return str(raw["id"]) if isinstance(raw, dict) else str(raw or "")
