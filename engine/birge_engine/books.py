"""What can be written into the books: kinds of entries, types of accounts, and which goes with which.

The door of the ledger refuses what is not here; the verifier reads the same tables and refuses it once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Book(StrEnum):
    """Three books that never mix: real money, promises, and work or things."""

    CASH = "cash"
    PLEDGE = "pledge"
    IN_KIND = "inkind"


@dataclass(frozen=True)
class AccountType:
    """`normal` is +1 where a debit raises the account; a guarded one has the floor zero."""

    book: Book
    normal: int
    guarded: bool = False
    asset: bool = False


ACCOUNT_TYPES: dict[str, AccountType] = {
    "bank": AccountType(Book.CASH, +1, asset=True),
    "stripe": AccountType(Book.CASH, +1, asset=True),
    "cash": AccountType(Book.CASH, +1, asset=True),
    "sandbox": AccountType(Book.CASH, +1, asset=True),
    "transit": AccountType(Book.CASH, +1, asset=True),
    "held": AccountType(Book.CASH, -1, guarded=True),
    "unidentified": AccountType(Book.CASH, -1, guarded=True),
    "reserve": AccountType(Book.CASH, -1, guarded=True),
    "fx": AccountType(Book.CASH, +1),
    "shortfall": AccountType(Book.CASH, +1),
    "advance": AccountType(Book.CASH, +1, guarded=True),
    "spent": AccountType(Book.CASH, +1),
    "accountable": AccountType(Book.CASH, -1),
    "promised": AccountType(Book.PLEDGE, +1),
    "promisor": AccountType(Book.PLEDGE, -1),
    "pool": AccountType(Book.PLEDGE, +1, guarded=True),
    "reserved": AccountType(Book.PLEDGE, +1),
    "given": AccountType(Book.IN_KIND, +1),
    "giver": AccountType(Book.IN_KIND, -1),
}
OWED = frozenset({"held", "unidentified", "reserve"})  # what a custodian owes to a purpose
COVER = frozenset({name for name, kind in ACCOUNT_TYPES.items() if kind.asset} | {"fx", "shortfall"})  # what covers it
SPENDING = frozenset({"advance", "spent", "accountable"})  # what was released, and what became of it


class Kind(StrEnum):
    """Each event about money has one kind; docs/money.md shows the postings of each."""

    PLEDGE_CONFIRMED = "pledge.confirmed"
    PLEDGE_RELEASED = "pledge.released"
    PLEDGE_MET = "pledge.met"
    VILLAGE_PROMISED = "village.promised"
    MATCH_BUDGETED = "match.budgeted"
    MATCH_UNBUDGETED = "match.unbudgeted"
    MATCH_OFFERED = "match.offered"
    MATCH_RESERVED = "match.reserved"
    MATCH_UNRESERVED = "match.unreserved"
    PAYMENT_RECEIVED = "payment.received"
    PAYMENT_UNIDENTIFIED = "payment.unidentified"
    PAYMENT_IDENTIFIED = "payment.identified"
    PAYMENT_RETURNED = "payment.returned"
    FEE_CHARGED = "fee.charged"
    TRANSFER_SENT = "transfer.sent"
    TRANSFER_RECEIVED = "transfer.received"
    MATCH_ALLOCATED = "match.allocated"
    MATCH_REVERSED = "match.reversed"
    VILLAGE_PAID = "village.paid"
    VILLAGE_SPENT = "village.spent"
    TRANCHE_RELEASED = "tranche.released"
    EXPENSE_DOCUMENTED = "expense.documented"
    REFUND_PAID = "refund.paid"
    SURPLUS_MOVED = "surplus.moved"
    POOL_GIVEN = "pool.given"
    POOL_PASSED = "pool.passed"
    POOL_RETURNED = "pool.returned"
    PAYMENT_DISPUTED = "payment.disputed"
    PAYMENT_REVERSED = "payment.reversed"
    SHORTFALL_COVERED = "shortfall.covered"
    PAYOUT_RECEIVED = "payout.received"
    CASH_BANKED = "cash.banked"
    FX_CONVERTED = "fx.converted"
    GIFT_IN_KIND = "inkind.given"
    ENTRY_REVERSED = "entry.reversed"


@dataclass(frozen=True)
class Part:
    """Types that may be debited and credited against each other; within an entry each part balances by itself."""

    debit: frozenset[str]
    credit: frozenset[str]


@dataclass(frozen=True)
class Shape:
    """What an entry of a kind looks like.

    `purposes` and `custodians` say how many of each its accounts may name at most. `resolves` are the kinds of the
    entry it may end, `must` whether it has to name one.
    """

    book: Book
    parts: tuple[Part, ...]
    purposes: int = 1
    custodians: int = 1
    resolves: frozenset[str] = frozenset()
    must: bool = False


def _parts(*sides: tuple[str, str]) -> tuple[Part, ...]:
    return tuple(Part(frozenset(debit.split()), frozenset(credit.split())) for debit, credit in sides)


def _pledge(debit: str, credit: str, *resolves: str, must: bool = False) -> Shape:
    return Shape(Book.PLEDGE, _parts((debit, credit)), resolves=frozenset(resolves), must=must)


def _cash(*sides: tuple[str, str], purposes: int = 1, custodians: int = 1) -> Shape:
    return Shape(Book.CASH, _parts(*sides), purposes, custodians)


def _after(shape: Shape, *resolves: str, must: bool = False) -> Shape:
    return Shape(shape.book, shape.parts, shape.purposes, shape.custodians, frozenset(resolves), must)


A = " ".join(name for name, kind in ACCOUNT_TYPES.items() if kind.asset and name != "transit")
K = Kind
# What brought money to a purpose, and may go back. In another currency than the plan's it counts by its exchange.
GIFTS = (K.PAYMENT_RECEIVED, K.PAYMENT_IDENTIFIED, K.VILLAGE_PAID, K.FX_CONVERTED)
MOVED_BACK = (K.POOL_RETURNED, K.MATCH_REVERSED)  # between the same accounts, and never more than went
# `entry.reversed` is the mirror of what it reverses and has no shape of its own.
SHAPES: dict[str, Shape] = {
    K.PLEDGE_CONFIRMED: _pledge("promised", "promisor"),
    K.PLEDGE_RELEASED: _pledge("promisor", "promised pool", K.PLEDGE_CONFIRMED),
    K.PLEDGE_MET: _pledge("promisor", "promised reserved pool", K.PLEDGE_CONFIRMED, K.MATCH_RESERVED),
    K.VILLAGE_PROMISED: _pledge("pool", "promisor"),
    K.MATCH_OFFERED: _pledge("pool", "promisor"),
    K.MATCH_RESERVED: _pledge("reserved", "pool"),
    K.MATCH_UNRESERVED: _pledge("pool", "reserved", K.MATCH_RESERVED, must=True),
    K.PAYMENT_RECEIVED: _cash((A, "held reserve")),
    K.PAYMENT_UNIDENTIFIED: _cash((A, "unidentified")),
    K.PAYMENT_IDENTIFIED: _after(_cash(("unidentified", "held")), K.PAYMENT_UNIDENTIFIED, must=True),
    K.PAYMENT_RETURNED: _after(_cash(("unidentified", A)), K.PAYMENT_UNIDENTIFIED, must=True),
    K.FEE_CHARGED: _cash(("held reserve shortfall", A)),
    K.TRANSFER_SENT: _cash(("transit", A), custodians=1),
    K.TRANSFER_RECEIVED: _after(
        _cash((A, "transit"), ("held", "held"), purposes=2, custodians=2), K.TRANSFER_SENT, must=True
    ),
    K.MATCH_BUDGETED: _cash(("held", "held")),
    K.MATCH_UNBUDGETED: _cash(("held", "held")),
    K.MATCH_ALLOCATED: _cash(("held", "held"), purposes=2),
    K.MATCH_REVERSED: _after(_cash(("held", "held"), purposes=2), K.MATCH_ALLOCATED, must=True),
    K.VILLAGE_PAID: _cash((A, "held")),
    K.VILLAGE_SPENT: _cash(("spent", "accountable")),
    K.TRANCHE_RELEASED: _cash(("held", A), ("advance", "accountable")),
    K.EXPENSE_DOCUMENTED: _cash(("spent", "advance")),
    K.REFUND_PAID: _after(_cash(("held", A)), *GIFTS),
    K.SURPLUS_MOVED: _cash(("held", "held"), purposes=2),
    K.POOL_GIVEN: _cash(("held", "held"), purposes=2),
    K.POOL_PASSED: _cash(("held", "held"), purposes=2),
    K.POOL_RETURNED: _after(_cash(("held", "held"), purposes=2), K.POOL_GIVEN, must=True),
    K.PAYMENT_DISPUTED: _after(_cash(("held reserve shortfall", A)), *GIFTS),
    K.PAYMENT_REVERSED: _after(_cash(("held reserve shortfall", A)), *GIFTS),
    K.SHORTFALL_COVERED: _cash(("reserve", "shortfall")),
    K.PAYOUT_RECEIVED: _cash(("bank stripe", "bank stripe")),
    K.CASH_BANKED: _cash(("bank", "cash")),
    K.FX_CONVERTED: _cash((f"{A} fx held reserve shortfall", f"{A} fx held")),
    K.GIFT_IN_KIND: Shape(Book.IN_KIND, _parts(("given", "giver"))),
}
# An entry of these kinds opens something on an account of this type; what ends it takes back exactly that.
OPENS: dict[str, str] = {
    K.PLEDGE_CONFIRMED: "promised",
    K.MATCH_RESERVED: "reserved",
    K.PAYMENT_UNIDENTIFIED: "unidentified",
    K.TRANSFER_SENT: "transit",
}
