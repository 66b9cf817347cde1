"""How receipts for cash, what is in somebody's hands, and what came to the bank look."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import MoneyField, MoneyOutput, NamesOutput, money_out
from api.v1.organisations.outputs import OrganisationRefOutput
from funds.cash.facts import ReceiptFacts, ReceiptStatus
from funds.cash.models import BankingStatus, CashBanking, CashTakeBack, Kept
from funds.cash.selectors import CashTotals, InHand

PURPOSES = [("project", "project"), ("pool", "pool"), ("unknown", "unknown")]


class ReceiptOutput(serializers.Serializer[Any]):
    """A receipt for cash as anyone may see it. It names nobody."""

    id = serializers.CharField(source="public_id")
    number = serializers.CharField(help_text="Consecutive for each office and year, without a gap.")
    url = serializers.CharField(help_text="Where it can be checked: what the code on paper leads to.")
    code = serializers.CharField(
        help_text="What the code says: the address, and behind # the facts for who is offline."
    )
    amount = serializers.SerializerMethodField()
    day = serializers.DateField()
    status = serializers.ChoiceField(choices=ReceiptStatus.choices)
    kept = serializers.ChoiceField(choices=Kept.choices)
    office = OrganisationRefOutput(help_text="Whose people took it.")
    custodian = OrganisationRefOutput()
    purpose_kind = serializers.ChoiceField(choices=PURPOSES)
    purpose = serializers.CharField(source="purpose_ref", help_text="The project or pool; may be empty.")
    purpose_name = serializers.SerializerMethodField()
    confirmed_on = serializers.DateField(allow_null=True)
    banked_on = serializers.DateField(allow_null=True)
    on_statement = serializers.BooleanField(help_text="The bank's own line was found.")
    red = serializers.BooleanField(help_text="Not banked, or confirmed by nobody, for longer than it may take.")
    days = serializers.IntegerField(help_text="Since the money was given.")

    @extend_schema_field(MoneyOutput)
    def get_amount(self, found: ReceiptFacts) -> Any:
        """Return the sum."""
        return money_out(found.amount.minor, found.amount.currency)

    @extend_schema_field(NamesOutput)
    def get_purpose_name(self, found: ReceiptFacts) -> Any:
        """Return what it is for."""
        return dict(zip(("ky", "ru", "en"), found.purpose_names, strict=True))


class InHandOutput(serializers.Serializer[Any]):
    """One receipt whose money is in somebody's hands."""

    id = serializers.CharField(source="receipt.public_id")
    number = serializers.CharField(source="receipt.label")
    day = serializers.DateField(source="receipt.payment.received_on")
    days = serializers.IntegerField()
    kept = serializers.ChoiceField(source="receipt.kept", choices=Kept.choices)
    left = MoneyField("left_minor", help_text="What of it is not at the bank.")
    confirmed = serializers.BooleanField()
    late = serializers.BooleanField(help_text="Confirmed by nobody, for longer than it should take.")
    old = serializers.BooleanField(help_text="Not banked, for longer than it may.")


class CashBookOutput(serializers.Serializer[Any]):
    """What is in the hands of a pool's treasurers. `receipts` only for its own people; they name no giver."""

    total = MoneyField("totals.total_minor", "totals.currency")
    in_wallets = MoneyField("totals.wallet_minor", "totals.currency", help_text="Part of `total`.")
    waiting = MoneyField("totals.waiting_minor", "totals.currency", help_text="Not confirmed. Part of `total`.")
    late = MoneyField("totals.late_minor", "totals.currency", help_text="… for longer than it should take.")
    old = MoneyField("totals.old_minor", "totals.currency", help_text="Not banked, for longer than it may.")
    ceiling = serializers.SerializerMethodField(help_text="What one person may have in hand; null: no limit.")
    receipts = InHandOutput(many=True, allow_null=True)

    @extend_schema_field(MoneyOutput(allow_null=True))
    def get_ceiling(self, book: CashBook) -> Any:
        """Return it."""
        return None if book.ceiling_minor is None else money_out(book.ceiling_minor, book.totals.currency)


class CashBook:
    """What `CashBookOutput` shows."""

    def __init__(self, totals: CashTotals, ceiling_minor: int | None, receipts: list[InHand] | None) -> None:
        """`receipts` are None for whoever has no need to know."""
        self.totals, self.ceiling_minor, self.receipts = totals, ceiling_minor, receipts


class BankingOutput(serializers.Serializer[Any]):
    """Cash that came to the bank. What is `asked` waits for another officer."""

    id = serializers.CharField(source="public_id")
    custodian = serializers.CharField(source="custodian.public_id")
    pool = serializers.CharField(source="pool_ref", help_text="Empty: the custodian's own box.")
    amount = MoneyField("amount_minor")
    status = serializers.ChoiceField(choices=BankingStatus.choices)
    reference = serializers.CharField()
    line = serializers.SerializerMethodField(help_text="The statement's line; null: not yet seen on a statement.")
    asked_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    refused_reason = serializers.CharField()
    entry = serializers.UUIDField(source="entry_id", allow_null=True)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_line(self, banking: CashBanking) -> str | None:
        """Return the line."""
        return str(banking.deposit.line.public_id) if banking.deposit else None


class TakeBackOutput(serializers.Serializer[Any]):
    """A wish to take a banking back, and what became of it."""

    id = serializers.CharField(source="public_id")
    banking = serializers.CharField(source="banking.public_id")
    reason = serializers.CharField()
    status = serializers.ChoiceField(choices=CashTakeBack.Status.choices)
    asked_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    refused_reason = serializers.CharField()
    entry = serializers.UUIDField(source="entry_id", allow_null=True)


class CeilingOutput(serializers.Serializer[Any]):
    """How much one person may have in hand, as it was set."""

    id = serializers.CharField(source="public_id")
    amount = MoneyField("amount_minor")
    reason = serializers.CharField()
    set_at = serializers.DateTimeField()
