"""The calls to Stripe about what happens after a card has paid: disputes, payouts, and refunds that we ask for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .gateway import COMMAND, PAGE, Movement, SentBack, StripeGateway, _asked, _movement, _sent_back


@dataclass(frozen=True)
class Disputed:
    """A dispute as it stands now. `movements` took its money out of the balance and, if it was won, brought it back."""

    id: str
    intent_id: str
    amount: int
    currency: str
    status: str
    reason: str
    due_by: int  # seconds since 1970, UTC; zero where no answer is wanted
    created: int
    livemode: bool
    movements: tuple[Movement, ...]


@dataclass(frozen=True)
class PaidOut:
    """A payout as it stands now. `movement` is what it took out of the balance, its fee with it."""

    id: str
    amount: int
    currency: str
    status: str
    automatic: bool
    arrives: int
    created: int
    livemode: bool
    movement: Movement | None


class AfterGateway(StripeGateway):
    """One account at Stripe, asked about what happens after a payment."""

    def dispute_get(self, dispute_id: str) -> Disputed:
        """Return a dispute as it stands now."""
        return _disputed(_asked(lambda: self._client.disputes.retrieve(dispute_id)).to_dict(for_json=True))

    def disputes_since(self, since: dt.datetime) -> Iterator[str]:
        """Yield the disputes that were opened since then."""
        params: Any = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        for each in self._listed(lambda: self._client.disputes.list(params=params)):
            yield each["id"]

    def payout_get(self, payout_id: str) -> PaidOut:
        """Return a payout as it stands now."""
        expand: Any = {"expand": ["balance_transaction"]}
        return _paid_out(_asked(lambda: self._client.payouts.retrieve(payout_id, params=expand)).to_dict(for_json=True))

    def payouts_since(self, since: dt.datetime) -> Iterator[str]:
        """Yield the payouts that were made since then."""
        params: Any = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        for each in self._listed(lambda: self._client.payouts.list(params=params)):
            yield each["id"]

    def refund_create(self, *, command: str, intent_id: str, amount: int) -> SentBack:
        """Send so much of a payment back. The same command sends once."""
        params: Any = {
            "payment_intent": intent_id,
            "amount": amount,
            "metadata": {COMMAND: command},
            "expand": ["balance_transaction"],
        }
        refunds, once = self._client.refunds, {"idempotency_key": command}
        return _sent_back(_asked(lambda: refunds.create(params=params, options=once)).to_dict(for_json=True))  # type: ignore[arg-type]

    def refund_find(self, *, command: str, intent_id: str) -> SentBack | None:
        """Return the refund of this payment that bears the command in its metadata."""
        wanted: Any = {"payment_intent": intent_id, "limit": PAGE, "expand": ["data.balance_transaction"]}
        found = self._listed(lambda: self._client.refunds.list(params=wanted))
        ours = (each for each in found if (each.get("metadata") or {}).get(COMMAND) == command)
        return next((_sent_back(each) for each in ours), None)


def _disputed(raw: dict[str, Any]) -> Disputed:
    moved = [_movement(each) for each in raw.get("balance_transactions") or []]
    intent = raw.get("payment_intent")
    return Disputed(
        id=raw["id"],
        intent_id=str(intent["id"] if isinstance(intent, dict) else intent or ""),
        amount=int(raw["amount"]),
        currency=str(raw["currency"]).upper(),
        status=str(raw["status"]),
        reason=str(raw.get("reason") or "")[:60],
        due_by=int((raw.get("evidence_details") or {}).get("due_by") or 0),
        created=int(raw["created"]),
        livemode=bool(raw.get("livemode")),
        movements=tuple(each for each in moved if each is not None),
    )


def _paid_out(raw: dict[str, Any]) -> PaidOut:
    return PaidOut(
        id=raw["id"],
        amount=int(raw["amount"]),
        currency=str(raw["currency"]).upper(),
        status=str(raw["status"]),
        automatic=bool(raw.get("automatic", True)),
        arrives=int(raw["arrival_date"]),
        created=int(raw["created"]),
        livemode=bool(raw.get("livemode")),
        movement=_movement(raw.get("balance_transaction")),
    )
