"""Pools at two custodians, money on its way between them, and block lists: made through the services, as in life."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from birge import clock
from birge.accounts.models import User
from birge.money import Money
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.screening.models import BlockList, ScreeningDecision, ScreeningRecord
from funds.screening.services import blocklist_load, screening_decide
from funds.settlement.services import transfer_close_confirm, transfer_receive, transfer_send
from funds.transfers.models import Transfer
from funds.transfers.services import Route, transfer_approve, transfer_close_ask, transfer_prepare
from tests.factories import pools
from tests.factories.funds import factor

_numbers = itertools.count(1)
LISTS = Path(__file__).parents[1] / "fixtures" / "block_lists"
ROUTE = {
    "sender_bank": "Тёплый банк",
    "receiver_bank": "Айыл Банк",
    "receiver_bic": "AIYLKG22",
    "receiver_account": "1350 1234 5678 9012",
}


@dataclass
class Two:
    """A pool with money at one custodian, and an empty one of other people at another."""

    here: pools.PoolWorld
    there: pools.PoolWorld

    @property
    def clerk(self) -> User:
        """Return the sender's officer who prepares and sends."""
        return self.here.officer

    @property
    def second(self) -> User:
        """Return the sender's officer who approves."""
        return self.here.second_officer

    @property
    def cashier(self) -> User:
        """Return the receiver's officer."""
        return self.there.officer

    def transit(self) -> int:
        """Return what lies between the two."""
        ends = self.here.custodian.public_id, self.there.custodian.public_id
        return balance(codes.transit(*ends), self.here.pool.currency)

    def owed(self) -> tuple[int, int]:
        """Return what each custodian owes to its pool."""
        return tuple(  # type: ignore[return-value]
            balance(codes.held_pool(world.custodian.public_id, world.pool.public_id), world.pool.currency)
            for world in (self.here, self.there)
        )

    def banked(self) -> tuple[int, int]:
        """Return what lies at each custodian's bank."""
        return tuple(  # type: ignore[return-value]
            balance(codes.bank(world.custodian.public_id), world.pool.currency) for world in (self.here, self.there)
        )


def two(amount: int = 5_000_00, *, countries: tuple[str, str] = ("RU", "KG")) -> Two:
    """Return two pools with custodians in these countries; the first holds so much (minor units)."""
    made = Two(here=pools.pool_with_money(amount), there=pools.pool_of())
    for world, country in zip((made.here, made.there), countries, strict=True):
        world.custodian.country = country
        world.custodian.save(update_fields=["country"])
    return made


def asked(both: Two, amount: int = 1_000_00) -> Transfer:
    """Return a transfer that the pool's people have decided on."""
    proposal = pools.booked(both.here, pools.proposed(both.here, amount, kind="pass_on", to_pool=both.there.pool))
    return Transfer.objects.select_related("sender", "receiver").get(proposal_ref=proposal.public_id)


def prepared(both: Two, amount: int = 1_000_00, *, transfer: Transfer | None = None, **route: str) -> Transfer:
    """Return a transfer of which an officer has written down the banks."""
    return transfer_prepare(transfer=transfer or asked(both, amount), actor=both.clerk, route=Route(**(ROUTE | route)))


def approved(both: Two, amount: int = 1_000_00, **route: str) -> Transfer:
    """Return a transfer that a second officer has approved."""
    return transfer_approve(transfer=prepared(both, amount, **route), actor=both.second, proof=factor(both.second))


def send(both: Two, transfer: Transfer, **changes: Any) -> Transfer:
    """Let an approved transfer leave today."""
    request = {
        "transfer": transfer,
        "actor": both.clerk,
        "sent_on": clock.today(),
        "bank_reference": f"OUT-{next(_numbers)}",
        "proof": factor(changes.get("actor", both.clerk)),
    }
    return transfer_send(**(request | changes))


def sent(both: Two, amount: int = 1_000_00, **changes: Any) -> Transfer:
    """Return a transfer that is on its way."""
    return send(both, approved(both, amount), **changes)


def receive(both: Two, transfer: Transfer, minor: int | None = None, **changes: Any) -> Transfer:
    """Let it arrive: all of it unless told otherwise."""
    request = {
        "transfer": transfer,
        "actor": both.cashier,
        "amount": Money(minor or transfer.amount_minor, transfer.currency),
        "received_on": clock.today(),
        "bank_reference": "IN-1",
        "proof": factor(changes.get("actor", both.cashier)),
        "rest_is_fee": minor is not None and minor < transfer.amount_minor,
    }
    return transfer_receive(**(request | changes))


def received(both: Two, amount: int = 1_000_00, minor: int | None = None) -> Transfer:
    """Return a transfer that has arrived."""
    return receive(both, sent(both, amount), minor)


def closing(both: Two, amount: int = 1_000_00, how: str = "came_back") -> Transfer:
    """Return a transfer of which an officer says that it came back, or is lost."""
    return transfer_close_ask(transfer=sent(both, amount), actor=both.clerk, how=how, reason="Wrong account number")


def closed(both: Two, amount: int = 1_000_00, how: str = "came_back") -> Transfer:
    """Return a transfer that two officers say came back, or is lost."""
    return transfer_close_confirm(transfer=closing(both, amount, how), actor=both.second, proof=factor(both.second))


def listed(name: str = "two_banks.csv", source: str = "Fixture", **changes: Any) -> BlockList:
    """Load a block list of the fixtures, as of today, from a shell."""
    request = {"data": (LISTS / name).read_bytes(), "source": source, "version": clock.today()}
    return blocklist_load(**(request | changes))


def a_list(*rows: str, source: str = "Fixture", **changes: Any) -> BlockList:
    """Load a block list of these rows."""
    header = "kind,name,aliases,identifiers,listed_by,reason,valid_from,valid_to"
    data = "\n".join([header, *rows]).encode()
    return blocklist_load(**({"data": data, "source": source, "version": clock.today()} | changes))


def screened_and_decided() -> ScreeningDecision:
    """Return a decision about a bank of a transfer that is like one on a list."""
    listed()
    both = two()
    transfer = prepared(both, receiver_bank="Keremet Bank")
    record = ScreeningRecord.objects.filter(subject_ref=transfer.public_id).order_by("-id").first()
    assert record is not None
    return screening_decide(
        record=record, actor=both.second, verdict="allowed", reason="Not our law", proof=factor(both.second)
    )
