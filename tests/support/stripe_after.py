"""What our double of Stripe does after a payment: disputes that move money both ways, and payouts that may fail."""

from __future__ import annotations

import threading
import time
from typing import Any

Thing = dict[str, Any]
OPEN = ("needs_response", "under_review", "warning_needs_response")
DISPUTE_FEE = 15_00
WEEK = 7 * 24 * 60 * 60


class Refusal(Exception):
    """What Stripe answers instead."""

    def __init__(self, status: int, kind: str, message: str, code: str = "") -> None:
        self.status, self.error = status, {"type": kind, "message": message, "code": code or None}


class After:
    """A part of `StripeDouble`."""

    lock: threading.RLock
    things: dict[str, Thing]
    refund_status = "succeeded"  # of the refunds that are made from now on; or pending: without money in the balance
    livemode: bool

    def dispute(self, intent_id: str, *, amount: int | None = None, taken: bool = True, **odd: Any) -> Thing:
        """Let the payer's bank dispute a payment and take the money; an inquiry (not `taken`) only asks."""
        with self.lock:
            charge = self.things[self.things[intent_id]["latest_charge"]]
            left = charge["amount"] - charge["amount_refunded"]
            made = self._new("dispute", charge=charge["id"], payment_intent=intent_id, livemode=self.livemode,
                             amount=amount or left, currency=charge["currency"], reason="fraudulent",
                             status="needs_response" if taken else "warning_needs_response",
                             evidence_details={"due_by": int(time.time()) + WEEK}, balance_transactions=[])  # fmt: skip
            made.update(odd)
            self._event("charge.dispute.created", made)
            if taken:
                self.take(made["id"])
            return made

    def take(self, dispute_id: str) -> None:
        """Let the bank take the disputed money, and Stripe its fee."""
        with self.lock:
            made = self.things[dispute_id]
            made["status"] = "needs_response"
            moved = self._move("adjustment", -made["amount"], DISPUTE_FEE, made["currency"], made["id"])
            made["balance_transactions"].append(dict(moved))
            self._event("charge.dispute.funds_withdrawn", made)

    def decide(self, dispute_id: str, status: str, *, fee_back: bool = True) -> Thing:
        """Let the bank decide: won, lost, warning_closed. What was won comes back."""
        with self.lock:
            made = self.things[dispute_id]
            made["status"], made["evidence_details"] = status, {"due_by": None}
            if status == "won" and made["balance_transactions"]:
                fee = -DISPUTE_FEE if fee_back else 0
                moved = self._move("adjustment", made["amount"], fee, made["currency"], made["id"])
                made["balance_transactions"].append(dict(moved))
                self._event("charge.dispute.funds_reinstated", made)
            return self._event("charge.dispute.closed", made)

    def is_disputed(self, charge_id: str) -> bool:
        """Say whether a bank has taken this payment, or may."""
        found = [each for each in self.things.values() if each["object"] == "dispute" and each["charge"] == charge_id]
        return any(each["status"] in OPEN or each["status"] == "lost" for each in found)

    def was_disputed(self, charge_id: str) -> bool:
        """Say whether a bank has ever disputed this payment."""
        return any(each["object"] == "dispute" and each["charge"] == charge_id for each in self.things.values())

    def disputes(self) -> list[Thing]:
        """Return every dispute that no bank has decided."""
        return [each for each in self.things.values() if each["object"] == "dispute" and each["status"] in OPEN]

    def pay_out(self, amount: int | None = None, *, automatic: bool = True) -> Thing:
        """Send what lies in the account to the bank; it leaves the balance at once and is there days later."""
        with self.lock:
            wanted = self.balance() if amount is None else amount
            made = self._new("payout", amount=wanted, currency="kgs", status="pending", automatic=automatic,
                             arrival_date=int(time.time()) + 86400, livemode=self.livemode)  # fmt: skip
            made["balance_transaction"] = self._move("payout", -wanted, 0, "kgs", made["id"])["id"]
            self._event("payout.created", made)
            return made

    def payout_ends(self, payout_id: str, status: str) -> Thing:
        """Let a payout be `paid`, or `failed`: also a paid one; then its money is back in the balance."""
        with self.lock:
            made = self.things[payout_id]
            if status == "reconciliation_completed":  # an event, not a status
                return self._event(f"payout.{status}", made)
            made["status"] = status
            if status in ("failed", "canceled"):
                self._move("payout_failure", made["amount"], 0, made["currency"], made["id"])
            return self._event(f"payout.{status}", made)

    def refunds(self) -> list[Thing]:
        """Return every refund that was made."""
        return [each for each in self.things.values() if each["object"] == "refund"]

    def refund_goes(self, refund_id: str) -> Thing:
        """Let a pending refund leave the balance."""
        with self.lock:
            back = self.things[refund_id]
            back["status"] = "succeeded"
            moved = self._move("refund", -back["amount"], 0, back["currency"], refund_id)
            back["balance_transaction"] = moved["id"]
            return self._event("refund.updated", back)

    def refund_fails(self, refund_id: str) -> Thing:
        """Let a pending refund fail: the payment may be refunded anew."""
        with self.lock:
            back = self.things[refund_id]
            back["status"] = "failed"
            charge = self.things[back["charge"]]
            charge["amount_refunded"] -= back["amount"]
            charge["refunded"] = False
            return self._event("refund.failed", back)

    def under_way(self) -> int:
        """Return what has left the account and is not at the bank yet."""
        found = [each for each in self.things.values() if each["object"] == "payout"]
        return sum(int(each["amount"]) for each in found if each["status"] in ("pending", "in_transit"))

    def balance(self) -> int:
        """Return what lies in the account."""
        raise NotImplementedError

    def _new(self, kind: str, **facts: Any) -> Thing:
        raise NotImplementedError

    def _move(self, kind: str, amount: int, fee: int, currency: str, source: str) -> Thing:
        raise NotImplementedError

    def _event(self, kind: str, thing: Thing) -> Thing:
        raise NotImplementedError
