"""Promises and payments in other currencies, beside rates that the National Bank has said."""

from __future__ import annotations

import datetime as dt
from typing import Any

from birge import clock
from birge.money import Money
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.payments.models import Payment
from funds.pledges.models import Pledge
from funds.pledges.services import pledge_make
from projects.works.models import Project
from tests.factories.funds import VillageProject, confirmed_pledge, pay, pledge_request
from tests.factories.rates import trusted

USUAL = {"RUB": "0.92", "KZT": "0.185", "USD": "87.45", "EUR": "101.3", "TRY": "2.05", "KRW": "0.0607"}


def rates_known(day: dt.date | None = None, **som: str) -> None:
    """Let the Bank have said these rates for a day (som for one unit), or the usual ones of today."""
    for currency, price in (som or USUAL).items():
        trusted(currency, price, day)


def made_in(project: Project, minor: int, currency: str, **changes: Any) -> Pledge:
    """Return a pledge in this currency (minor units) whose contact is not proven yet."""
    return pledge_make(**(pledge_request(project) | {"amount": Money(minor, currency)} | changes))


def promised_in(project: Project, minor: int, currency: str, **changes: Any) -> Pledge:
    """Return a confirmed pledge in this currency (minor units)."""
    return confirmed_pledge(project, made=made_in(project, minor, currency, **changes))


def pay_in(world: VillageProject, given: Pledge, minor: int, currency: str, **changes: Any) -> Payment:
    """Let a payment in this currency be recorded and confirmed by the second officer."""
    return pay(world, given, **({"amount": Money(minor, currency)} | changes))


def held_in(world: VillageProject, currency: str) -> int:
    """Return what is held for the project in this currency."""
    return balance(codes.held_project(world.custodian.public_id, world.project.public_id), currency)


def fx_in(world: VillageProject, currency: str) -> int:
    """Return how the custodian's exchange account stands in this currency (debit positive)."""
    return balance(codes.fx(world.custodian.public_id), currency)


def bank_in(world: VillageProject, currency: str) -> int:
    """Return what the books say lies in the bank in this currency."""
    return balance(codes.bank(world.custodian.public_id), currency)


def yesterday() -> dt.date:
    """Return the day before today."""
    return clock.today() - dt.timedelta(days=1)
