"""A Stripe of our own: it speaks HTTP on loopback to the real SDK, remembers everything, and can fail as Stripe does.

Checkout pages, payments, charges, balance, refunds and events; idempotency keys that are forgotten after a day; answers
that get lost after the work was done; refunds beyond the charge refused; events signed by the SDK's own function.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import html
import itertools
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import stripe

from tests.support.stripe_after import After, Refusal, Thing

KEY_LIFE = 24 * 60 * 60
EVENTS_LISTED = 30 * 24 * 60 * 60
PREFIXES = {
    "checkout.session": "cs",
    "payment_intent": "pi",
    "charge": "ch",
    "refund": "re",
    "balance_transaction": "txn",
    "dispute": "dp",
    "payout": "po",
}


class StripeDouble(After):
    """The state of one account. All times are `time.time()`, which tests may move."""

    def __init__(self, *, livemode: bool = False, fee: int = 100, fee_percent: int = 3) -> None:
        self.livemode, self.fee, self.fee_percent = livemode, fee, fee_percent
        self.things: dict[str, Thing] = {}
        self.events: list[Thing] = []
        self.keys: dict[str, tuple[str, int, Any, float]] = {}
        self.asked: list[tuple[str, str]] = []  # every request, so that tests can count
        self.failures: list[tuple[str, str]] = []
        self.lock = threading.RLock()
        self._numbers = itertools.count(1)
        self.server: ThreadingHTTPServer | None = None

    def forget(self, *, fee_percent: int) -> None:
        """Be an account that nothing has happened in."""
        with self.lock:
            self.fee_percent = fee_percent
            for kept in (self.things, self.events, self.keys, self.asked, self.failures):
                kept.clear()

    # What happens at Stripe without us

    def pay(self, session_id: str, **odd: Any) -> Thing:
        """Let the donor pay on the page; `odd` is what Stripe then says otherwise than it was asked."""
        with self.lock:
            session = self.things[session_id]
            if session["status"] != "open" or session["expires_at"] <= time.time():
                raise Refusal(400, "invalid_request_error", "This page cannot be paid on.")
            return self.charge(session["amount_total"], session["currency"], session["intent_metadata"], session, odd)

    def charge(
        self,
        amount: int,
        currency: str,
        metadata: dict[str, str],
        session: Thing | None = None,
        odd: Thing | None = None,
    ) -> Thing:
        """Take a payment, from a page or (without one) made by somebody else at this account."""
        with self.lock:
            odd = dict(odd or {})
            settled_in = odd.pop("settled_in", currency)
            fee = odd.pop("fee", self.fee + amount * self.fee_percent // 100)
            intent = self._new("payment_intent", amount=amount, amount_received=amount, currency=currency,
                               status="succeeded", metadata=dict(metadata), livemode=self.livemode)  # fmt: skip
            intent.update(odd)
            charge = self._new("charge", amount=amount, amount_refunded=0, currency=currency, status="succeeded",
                               payment_intent=intent["id"], metadata=dict(metadata), refunded=False)  # fmt: skip
            moved = self._move("charge", intent["amount_received"], fee, settled_in, charge["id"])
            charge["balance_transaction"], intent["latest_charge"] = moved["id"], charge["id"]
            self._event("charge.succeeded", charge)
            self._event("payment_intent.succeeded", intent)
            if session is not None:
                session.update(status="complete", payment_status="paid", payment_intent=intent["id"], url=None)
                self._event("checkout.session.completed", session)
            return intent

    def refund(self, intent_id: str, amount: int | None = None, metadata: Thing | None = None) -> Thing:
        """Give money back; never more than was charged."""
        with self.lock:
            intent = self.things.get(intent_id)
            if intent is None:
                raise Refusal(404, "invalid_request_error", f"No such payment_intent: {intent_id}", "resource_missing")
            charge = self.things[intent["latest_charge"]]
            left = charge["amount"] - charge["amount_refunded"]
            wanted = left if amount is None else amount
            if self.is_disputed(charge["id"]):
                raise Refusal(400, "invalid_request_error", "This charge is disputed.", "charge_disputed")
            if not 0 < wanted <= left:
                raise Refusal(400, "invalid_request_error", "Refund amount is greater than unrefunded amount on charge")
            back = self._new("refund", amount=wanted, currency=charge["currency"], charge=charge["id"],
                             payment_intent=intent_id, status=self.refund_status, metadata=metadata or {})  # fmt: skip
            if self.refund_status == "succeeded":
                back["balance_transaction"] = self._move("refund", -wanted, 0, charge["currency"], back["id"])["id"]
            charge["amount_refunded"] += wanted
            charge["refunded"] = charge["amount_refunded"] == charge["amount"]
            self._event("refund.created", back)
            self._event("charge.refunded", charge)
            return back

    def balance(self) -> int:
        """Return what lies in the account."""
        moved = [each for each in self.things.values() if each["object"] == "balance_transaction"]
        return sum(each["net"] for each in moved)

    def charged(self) -> list[Thing]:
        """Return every payment that was taken."""
        return [each for each in self.things.values() if each["object"] == "charge"]

    def fail_next(self, path: str, how: str) -> None:
        """Let the next request to a path fail: `before` or `after` its work with a 500, or `lost` after it.

        With `POST ` before the path only such a one.
        """
        self.failures.append((path, how))

    @staticmethod
    def signed(event: Thing, secret: str, *, at: int | None = None) -> tuple[str, str]:
        """Return an event's body and its header, as Stripe would send them."""
        body = json.dumps(event, indent=2)
        return body, stripe.WebhookSignature.generate_signature_header(body, secret, at)

    # The door

    def start(self) -> str:
        """Serve on loopback; return the address."""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"double": self}))
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self.address

    def stop(self) -> None:
        """End serving."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()

    @property
    def address(self) -> str:
        """Return where it serves."""
        port = self.server.server_address[1] if self.server is not None else 0
        return f"http://127.0.0.1:{port}"

    def answer(self, method: str, path: str, given: Thing, key: str) -> tuple[int, Any]:
        """Return status and body for a request; None for an answer that gets lost on its way."""
        with self.lock:
            self.asked.append((method, path))
            for old in [name for name, kept in self.keys.items() if kept[3] < time.time() - KEY_LIFE]:
                del self.keys[old]
            asked = hashlib.sha256(json.dumps([path, given], sort_keys=True).encode()).hexdigest()
            if key in self.keys:
                known, status, said, _at = self.keys[key]
                if known != asked:
                    text = "Keys for idempotent requests can only be used with the same parameters"
                    return 400, {"error": {"type": "idempotency_error", "message": text}}
                return status, said
            failing = next((each for each in self.failures if path.startswith(each[0]) or
                            f"{method} {path}".startswith(each[0])), None)  # fmt: skip
            how = failing[1] if failing else ""
            if failing:
                self.failures.remove(failing)
            status, said = self._done(method, path, given, how)
            if key and method == "POST":
                self.keys[key] = (asked, status, said, time.time())
            return (0, None) if how == "lost" else (status, said)

    def _done(self, method: str, path: str, given: Thing, how: str) -> tuple[int, Any]:
        failed = 500, {"error": {"type": "api_error", "message": "Something went wrong at Stripe."}}
        if how == "before":
            return failed
        try:
            said = self._work(method, path, given)
        except Refusal as refusal:
            return refusal.status, {"error": refusal.error}
        return failed if how == "after" else (200, said)

    def _work(self, method: str, path: str, given: Thing) -> Any:
        lists = {"/v1/checkout/sessions": "checkout.session", "/v1/payment_intents": "payment_intent",
                 "/v1/charges": "charge", "/v1/refunds": "refund", "/v1/disputes": "dispute",
                 "/v1/payouts": "payout"}  # fmt: skip
        if (method, path) == ("POST", "/v1/checkout/sessions"):
            return self._shown(self._session(given), given)
        if (method, path) == ("POST", "/v1/refunds"):
            amount = int(given["amount"]) if "amount" in given else None
            return self._shown(self.refund(given["payment_intent"], amount, given.get("metadata")), given)
        if method == "GET" and path == "/v1/events":
            listed = [each for each in self.events if each["created"] > time.time() - EVENTS_LISTED]
            return self._list(path, listed, given)
        if method == "GET" and path in lists:
            return self._list(path, [each for each in self.things.values() if each["object"] == lists[path]], given)
        if method == "POST" and (ended := re.fullmatch(r"/v1/checkout/sessions/(\w+)/expire", path)):
            return self._expired(self._known(ended[1]))
        if (method, path) == ("GET", "/v1/balance"):
            return self._balance()
        if method == "GET" and (wanted := re.fullmatch(r"/v1/[\w/]+/(\w+)", path)):
            return self._shown(self._known(wanted[1]), given)
        raise Refusal(404, "invalid_request_error", f"Unrecognized request URL ({method}: {path})")

    def _balance(self) -> Thing:
        """Say what lies there: what came today is not available yet."""
        sums: dict[str, int] = {}
        for each in self.things.values():
            if each["object"] == "balance_transaction":
                sums[each["currency"]] = sums.get(each["currency"], 0) + each["net"]
        pending = [{"amount": amount, "currency": currency} for currency, amount in sums.items()]
        return {"object": "balance", "available": [], "pending": pending, "livemode": self.livemode}

    def _session(self, given: Thing) -> Thing:
        line = given["line_items"]["0"]
        price = line["price_data"]
        ends = int(given["expires_at"])
        if not 30 * 60 <= ends - time.time() <= 24 * 60 * 60:
            raise Refusal(400, "invalid_request_error", "expires_at must be between 30 minutes and 24 hours from now")
        session = self._new("checkout.session", mode=given["mode"], status="open", payment_status="unpaid",
                            amount_total=int(price["unit_amount"]) * int(line["quantity"]), currency=price["currency"],
                            metadata=given.get("metadata", {}), livemode=self.livemode, payment_intent=None,
                            intent_metadata=given.get("payment_intent_data", {}).get("metadata", {}),
                            success_url=given["success_url"], cancel_url=given["cancel_url"], locale=given["locale"],
                            name=price["product_data"]["name"], expires_at=ends)  # fmt: skip
        session["url"] = f"{self.address}/pay/{session['id']}"
        return session

    def _expired(self, session: Thing) -> Thing:
        if session["status"] != "open":
            raise Refusal(400, "invalid_request_error", "Only open Checkout Sessions can be expired.")
        session.update(status="expired", url=None)
        self._event("checkout.session.expired", session)
        return session

    def _known(self, identifier: str) -> Thing:
        if identifier not in self.things:
            raise Refusal(404, "invalid_request_error", f"No such object: {identifier}", "resource_missing")
        thing = self.things[identifier]
        if thing["object"] == "checkout.session" and thing["status"] == "open" and thing["expires_at"] <= time.time():
            self._expired(thing)
        return thing

    def _list(self, path: str, found: list[Thing], given: Thing) -> Thing:
        since = int(given.get("created", {}).get("gte", 0))
        of = given.get("payment_intent")
        newest = [each for each in reversed(found) if each["created"] >= since]
        if of:
            newest = [each for each in newest if each.get("payment_intent") == of]
        if "starting_after" in given:
            ids = [each["id"] for each in newest]
            newest = newest[ids.index(given["starting_after"]) + 1 :]
        limit = int(given.get("limit", 10))
        expand = {"expand": {k: v.removeprefix("data.") for k, v in given.get("expand", {}).items()}}
        page = [self._shown(each, expand) for each in newest[:limit]]
        return {"object": "list", "url": path, "has_more": len(newest) > limit, "data": page}

    def _shown(self, thing: Thing, given: Thing) -> Thing:
        shown = copy.deepcopy(thing)
        shown.pop("intent_metadata", None)
        for path in given.get("expand", {}).values():
            here = shown
            for name in path.split("."):
                if isinstance(here.get(name), str):
                    here[name] = copy.deepcopy(self.things[here[name]])
                here = here.get(name) or {}
        return shown

    def _new(self, kind: str, **facts: Any) -> Thing:
        identifier = f"{PREFIXES[kind]}_double{next(self._numbers)}"
        self.things[identifier] = {"id": identifier, "object": kind, "created": int(time.time()), **facts}
        return self.things[identifier]

    def _move(self, kind: str, amount: int, fee: int, currency: str, source: str) -> Thing:
        return self._new("balance_transaction", type=kind, amount=amount, fee=fee, net=amount - fee,
                         currency=currency, source=source, status="available")  # fmt: skip

    def _event(self, kind: str, thing: Thing) -> Thing:
        event = {"id": f"evt_double{next(self._numbers)}", "object": "event", "type": kind, "livemode": self.livemode,
                 "created": int(time.time()), "api_version": "2026-10-28.endive",
                 "data": {"object": self._shown(thing, {})}}  # fmt: skip
        self.events.append(event)
        return event


class _Handler(BaseHTTPRequestHandler):
    double: StripeDouble
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path.startswith("/pay/"):
            return self._page(address.path.removeprefix("/pay/"))
        return self._api("GET", address.path, address.query)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if self.path.startswith("/pay/"):
            session = self.double.things[self.path.removeprefix("/pay/")]
            self.double.pay(session["id"])
            return self._send(303, "", {"Location": session["success_url"]})
        return self._api("POST", self.path, body)

    def do_DELETE(self) -> None:
        return self._api("DELETE", self.path, "")

    def _api(self, method: str, path: str, form: str) -> None:
        if not (self.headers.get("Authorization") or "").startswith(("Bearer sk_", "Bearer rk_")):
            return self._send(401, json.dumps({"error": {"type": "invalid_request_error", "message": "no key"}}), {})
        key = self.headers.get("Idempotency-Key") or ""
        status, said = self.double.answer(method, path, unflatten(form), key)
        if status == 0:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(2)
            return None
        return self._send(status, json.dumps(said), {"Content-Type": "application/json", "Request-Id": "req_double"})

    def _page(self, session_id: str) -> None:
        session = self.double.things[session_id]
        words = html.escape(f"{session['name']}: {session['amount_total']} {session['currency']}")
        back = html.escape(session["cancel_url"])
        text = f"<h1>{words}</h1><form method=post><button>Pay</button></form><a href='{back}'>Back</a>"
        self._send(200, text, {"Content-Type": "text/html; charset=utf-8"})

    def _send(self, status: int, text: str, headers: dict[str, str]) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def unflatten(form: str) -> Thing:
    """Return `a[b][0]=c` as nested dictionaries, as Stripe reads it."""
    tree: Thing = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        parts = re.findall(r"[^\[\]]+", name)
        here = tree
        for part in parts[:-1]:
            here = here.setdefault(part, {})
        here[parts[-1]] = value
    return tree
