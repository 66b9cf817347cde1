"""The one interface behind which every way of paying stands."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass
from typing import Protocol

from birge.money import Money
from birge.organisations.models import Organisation
from projects.works.models import Project

from ..models import Payment
from ..selectors import payment_methods_for


@dataclass(frozen=True)
class PaymentRequest:
    """What a payer is about to pay. `key` is our own command's key: it outlives the provider's."""

    custodian: Organisation
    project: Project | None  # None: for a pool
    pledge_ref: str  # the promise, or the gift to a pool
    group: str
    amount: Money
    country: str
    language: str
    key: str
    on: dt.date
    reference: str = ""  # what the payer writes with a transfer
    pool_ref: str = ""
    text: str = ""  # what the provider's page says of a gift to a pool; a project's is its title


class StepKind(enum.StrEnum):
    """What the payer has to do."""

    INSTRUCTIONS = "instructions"  # read the lines and pay outside
    REDIRECT = "redirect"  # go to `url`
    DONE = "done"  # nothing more: the money is here


@dataclass(frozen=True)
class NextStep:
    """The answer to a payer who wants to pay."""

    kind: StepKind
    lines: tuple[tuple[str, str], ...] = ()  # (what, value) to be copied
    url: str = ""
    payment: Payment | None = None


class RefundStep(enum.StrEnum):
    """Who sends money back."""

    BY_OFFICER = "by_officer"  # a person sends it and attaches the bank line
    DONE = "done"  # the provider has sent it


class Provider(Protocol):
    """A way of paying. Modules of settings.PAYMENT_PROVIDERS expose one as `provider`."""

    kind: str
    is_play_money: bool

    @property
    def label(self) -> str:
        """Return its name in the active language."""

    def available(self, custodian: Organisation, country: str, on: dt.date) -> bool:
        """Say whether this custodian takes it from that country on that day."""

    def begun(self, request: PaymentRequest) -> bool:
        """Say whether this was paid before: then `start` answers as it did, whatever became of the promise since."""

    def start(self, request: PaymentRequest) -> NextStep:
        """Begin a payment; called again with the same key it answers the same."""

    def refund(self, payment: Payment, amount: Money) -> RefundStep:
        """Send `amount` of a confirmed payment back the way it came, or say that a person must."""


class ByHand:
    """What transfer and cash share: people move the money, officers record and confirm it."""

    kind: str
    is_play_money = False

    def available(self, custodian: Organisation, country: str, on: dt.date) -> bool:
        """Say whether a working method of this kind is on record."""
        return any(method.kind == self.kind and method.works for method in payment_methods_for(custodian, country, on))

    def begun(self, request: PaymentRequest) -> bool:
        """Say no: people move the money, and nothing begins here."""
        return False

    def start(self, request: PaymentRequest) -> NextStep:
        """Return what the payer must write or know, from the custodian's own record."""
        for method in payment_methods_for(request.custodian, request.country, request.on):
            if method.kind == self.kind and method.works:
                lines = tuple((str(what), str(value)) for what, value in method.details.items())
                return NextStep(
                    StepKind.INSTRUCTIONS, lines=(*lines, ("reference", request.reference or request.pledge_ref))
                )
        return NextStep(StepKind.INSTRUCTIONS)

    def refund(self, payment: Payment, amount: Money) -> RefundStep:
        """Say that an officer sends it back."""
        return RefundStep.BY_OFFICER
