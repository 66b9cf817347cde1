"""The kinds of entries and the books, as the database and pages name them; their rules are in `birge_engine.books`."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from birge_engine.books import ACCOUNT_TYPES, COVER, GIFTS, OPENS, OWED, SHAPES, SPENDING, AccountType, Part, Shape

__all__ = [
    "ACCOUNT_TYPES",
    "COVER",
    "GIFTS",
    "OPENS",
    "OWED",
    "SHAPES",
    "SPENDING",
    "AccountType",
    "Book",
    "EntryKind",
    "Part",
    "Shape",
]


class Book(models.TextChoices):
    """Three books that never mix: real money, promises, and work or things."""

    CASH = "cash", _("money")
    PLEDGE = "pledge", _("promises")
    IN_KIND = "inkind", _("work and things")


class EntryKind(models.TextChoices):
    """Each event about money has one kind; docs/money.md shows the postings of each."""

    PLEDGE_CONFIRMED = "pledge.confirmed", _("Promise confirmed")
    PLEDGE_RELEASED = "pledge.released", _("Promise ended")
    PLEDGE_MET = "pledge.met", _("Promise kept")
    VILLAGE_PROMISED = "village.promised", _("The village promised its share")
    MATCH_BUDGETED = "match.budgeted", _("Money of a pool set aside for a rule")
    MATCH_UNBUDGETED = "match.unbudgeted", _("Money set aside for a rule is free again")
    MATCH_OFFERED = "match.offered", _("A rule’s money offered")
    MATCH_RESERVED = "match.reserved", _("Match reserved")
    MATCH_UNRESERVED = "match.unreserved", _("Reservation ended")
    PAYMENT_RECEIVED = "payment.received", _("Money arrived")
    PAYMENT_UNIDENTIFIED = "payment.unidentified", _("Money of unknown origin arrived")
    PAYMENT_IDENTIFIED = "payment.identified", _("Origin of money found")
    PAYMENT_RETURNED = "payment.returned", _("Money sent back to its sender")
    FEE_CHARGED = "fee.charged", _("Fee charged")
    TRANSFER_SENT = "transfer.sent", _("Transfer sent")
    TRANSFER_RECEIVED = "transfer.received", _("Transfer received")
    MATCH_ALLOCATED = "match.allocated", _("Match given")
    MATCH_REVERSED = "match.reversed", _("Match taken back")
    VILLAGE_PAID = "village.paid", _("The village paid")
    VILLAGE_SPENT = "village.spent", _("The village paid a supplier itself")
    TRANCHE_RELEASED = "tranche.released", _("Stage paid out")
    EXPENSE_DOCUMENTED = "expense.documented", _("Receipt accepted")
    REFUND_PAID = "refund.paid", _("Money given back")
    SURPLUS_MOVED = "surplus.moved", _("Surplus moved")
    POOL_GIVEN = "pool.given", _("Given from a pool")
    POOL_PASSED = "pool.passed", _("Passed on to another pool")
    POOL_RETURNED = "pool.returned", _("Back in the pool")
    PAYMENT_DISPUTED = "payment.disputed", _("Payment disputed")
    PAYMENT_REVERSED = "payment.reversed", _("Payment reversed by the bank")
    SHORTFALL_COVERED = "shortfall.covered", _("Shortfall covered from the reserve")
    PAYOUT_RECEIVED = "payout.received", _("Paid out by Stripe to the bank")
    CASH_BANKED = "cash.banked", _("Cash taken to the bank")
    FX_CONVERTED = "fx.converted", _("Currency exchanged")
    GIFT_IN_KIND = "inkind.given", _("Work or things given")
    ENTRY_REVERSED = "entry.reversed", _("Correction")
