"""What our Stripe knows of saved cards: customers, cards, pages that save one, and payments without the holder there.

A card pays or not by its test number, and may change its mind later, as cards do.
"""

from __future__ import annotations

import re
import time
from typing import Any

from tests.support import stripe_double
from tests.support.stripe_double import Refusal, StripeDouble, Thing

GOOD = "4242424242424242"
CARDS = {  # https://docs.stripe.com/testing: what the bank says when the holder is not there
    GOOD: "",
    "4000000000009995": "insufficient_funds",
    "4000000000000069": "expired_card",
    "4000000000009979": "stolen_card",
    "4000000000000341": "do_not_honor",
    "4000002760003184": "authentication_required",
    "4000000000000119": "processing_error",
}
stripe_double.PREFIXES |= {"customer": "cus", "payment_method": "pm", "setup_intent": "seti"}


class CardsDouble(StripeDouble):
    """One account that also keeps cards."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self.post_failures: list[tuple[str, str]] = []

    # What happens at Stripe without us

    def save(self, session_id: str, number: str = GOOD, *, month: int = 12, year: int = 2033) -> Thing:
        """Let the donor save a card on the page."""
        with self.lock:
            session = self._known(session_id)
            if session["status"] != "open":
                raise Refusal(400, "invalid_request_error", "This page cannot be used.")
            customer = self._new("customer", email="holder@example.org", metadata={}, livemode=self.livemode)
            card = {"brand": "visa", "last4": number[-4:], "exp_month": month, "exp_year": year}
            method = self._new("payment_method", type="card", card=card, customer=customer["id"], answer=CARDS[number])
            setup = self._new("setup_intent", status="succeeded", usage="off_session", customer=customer["id"],
                              payment_method=method["id"], metadata=session["intent_metadata"],
                              livemode=self.livemode)  # fmt: skip
            session.update(status="complete", setup_intent=setup["id"], customer=customer["id"], url=None)
            self._event("payment_method.attached", method)
            self._event("setup_intent.succeeded", setup)
            self._event("checkout.session.completed", session)
            return method

    def pay(self, session_id: str, **odd: Any) -> Thing:
        """Let the donor do on the page what it is for."""
        if self.things[session_id].get("mode") == "setup":
            return self.save(session_id)
        return super().pay(session_id, **odd)

    def answers(self, method: Thing, word: str) -> None:
        """Let a card answer otherwise from now on; an empty word: it pays."""
        method["answer"] = word

    def cards(self) -> list[Thing]:
        """Return the cards that are kept."""
        kept = [each for each in self.things.values() if each["object"] == "payment_method"]
        return [each for each in kept if each["customer"]]

    def intents(self) -> list[Thing]:
        """Return every payment, made or not."""
        return [each for each in self.things.values() if each["object"] == "payment_intent"]

    def fail_next_post(self, path: str, how: str) -> None:
        """Let the next request that changes something fail, as `fail_next` does."""
        self.post_failures.append((path, how))

    # The door

    def answer(self, method: str, path: str, given: Thing, key: str) -> tuple[int, Any]:
        """Return status and body, and let fail what was to fail."""
        with self.lock:
            found = next((each for each in self.post_failures if method != "GET" and path.startswith(each[0])), None)
            if found is not None:
                self.post_failures.remove(found)
                self.failures.insert(0, found)
            return super().answer(method, path, given, key)

    def _work(self, method: str, path: str, given: Thing) -> Any:
        if (method, path) == ("POST", "/v1/checkout/sessions") and given["mode"] == "setup":
            return self._shown(self._setup_session(given), given)
        if (method, path) == ("POST", "/v1/payment_intents"):
            return self._shown(self._charged(given), given)
        if method == "POST" and (ended := re.fullmatch(r"/v1/payment_intents/(\w+)/cancel", path)):
            return self._shown(self._cancelled(self._known(ended[1])), given)
        if method == "POST" and (gone := re.fullmatch(r"/v1/payment_methods/(\w+)/detach", path)):
            return self._shown(self._detached(self._known(gone[1])), given)
        if method == "DELETE" and (gone := re.fullmatch(r"/v1/customers/(\w+)", path)):
            return self._deleted(gone[1])
        return super()._work(method, path, given)

    def _setup_session(self, given: Thing) -> Thing:
        ends = int(given["expires_at"])
        if not 30 * 60 <= ends - time.time() <= 24 * 60 * 60:
            raise Refusal(400, "invalid_request_error", "expires_at must be between 30 minutes and 24 hours from now")
        session = self._new("checkout.session", mode="setup", status="open", payment_status="no_payment_required",
                            amount_total=None, currency=given["currency"], metadata=given.get("metadata", {}),
                            livemode=self.livemode, payment_intent=None, setup_intent=None, customer=None,
                            intent_metadata=given.get("setup_intent_data", {}).get("metadata", {}),
                            success_url=given["success_url"], cancel_url=given["cancel_url"],
                            locale=given["locale"], name="Save a card", expires_at=ends)  # fmt: skip
        session["url"] = f"{self.address}/pay/{session['id']}"
        return session

    def _charged(self, given: Thing) -> Thing:
        if (given.get("confirm"), given.get("off_session")) != ("true", "true"):
            raise Refusal(400, "invalid_request_error", "Only off-session payments are made here.")
        method = self._known(given["payment_method"])
        if not method["customer"] or method["customer"] != given["customer"]:
            text = f"No such PaymentMethod: '{method['id']}'; it is not attached to this customer."
            raise Refusal(400, "invalid_request_error", text, "resource_missing")
        amount, currency = int(given["amount"]), given["currency"]
        facts = {"customer": given["customer"], "payment_method": method["id"]}
        if not method["answer"]:
            return self.charge(amount, currency, given["metadata"], odd=facts)
        return self._refused(method["answer"], amount, currency, {**facts, "metadata": given["metadata"]})

    def _refused(self, word: str, amount: int, currency: str, facts: Thing) -> Thing:
        whole = {"expired_card", "processing_error", "authentication_required"}
        error = {"type": "card_error", "code": word if word in whole else "card_declined", "decline_code": word,
                 "message": "Your card was declined."}  # fmt: skip
        intent = self._new("payment_intent", amount=amount, amount_received=0, currency=currency,
                           status="requires_payment_method", livemode=self.livemode, latest_charge=None,
                           last_payment_error=error, **facts)  # fmt: skip
        self._event("payment_intent.payment_failed", intent)
        refusal = Refusal(402, "card_error", "Your card was declined.", error["code"])
        refusal.error |= {"decline_code": word, "payment_intent": self._shown(intent, {})}
        raise refusal

    def _cancelled(self, intent: Thing) -> Thing:
        if intent["status"] in ("succeeded", "canceled"):
            text = f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}."
            raise Refusal(400, "invalid_request_error", text, "payment_intent_unexpected_state")
        intent["status"] = "canceled"
        self._event("payment_intent.canceled", intent)
        return intent

    def _detached(self, method: Thing) -> Thing:
        if not method["customer"]:
            raise Refusal(400, "invalid_request_error", "The payment method you provided is not attached to a customer")
        method["customer"] = None
        self._event("payment_method.detached", method)
        return method

    def _deleted(self, customer_id: str) -> Thing:
        customer = self._known(customer_id)
        for method in self.cards():
            if method["customer"] == customer_id:
                self._detached(method)
        del self.things[customer_id]
        self._event("customer.deleted", customer)
        return {"id": customer_id, "object": "customer", "deleted": True}

    def _list(self, path: str, found: list[Thing], given: Thing) -> Thing:
        of = given.get("customer")
        return super()._list(path, [each for each in found if not of or each.get("customer") == of], given)
