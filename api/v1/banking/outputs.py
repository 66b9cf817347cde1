"""How accounts, statements and lines look to their custodian's officers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import MoneyField
from funds.banking.models import BankLine
from funds.banking.services import reference_for
from funds.banking.suggesting import Candidate
from funds.banking.wording import reason_text
from funds.settlement.statements import lines_look
from funds.strays.models import PayerClaim, StrayReturn


class BankAccountOutput(serializers.Serializer[Any]):
    """An account at a bank."""

    id = serializers.CharField(source="public_id")
    custodian = serializers.CharField(source="custodian.public_id")
    number = serializers.CharField()
    currency = serializers.CharField()
    name = serializers.CharField()
    opened_on = serializers.DateField()


class BankReportOutput(serializers.Serializer[Any]):
    """What a file says and what came of it, as `manage.py import_statement` tells it. Amounts in minor units."""

    format = serializers.CharField()
    account = serializers.CharField()
    opening = serializers.IntegerField(allow_null=True)
    closing = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    lines = serializers.IntegerField(help_text="Booked entries of the file.")
    new = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    matched = serializers.IntegerField()
    suggested = serializers.IntegerField()
    unidentified = serializers.IntegerField()
    warnings = serializers.ListField(child=serializers.DictField())
    dry_run = serializers.BooleanField()


class BankStatementOutput(serializers.Serializer[Any]):
    """A statement that was taken in."""

    number = serializers.IntegerField(source="pk")
    format = serializers.CharField()
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    opening = serializers.IntegerField(source="opening_minor", allow_null=True)
    closing = serializers.IntegerField(source="closing_minor", allow_null=True)
    lines = serializers.IntegerField(source="line_count")
    new = serializers.IntegerField(source="new_count")
    uploaded_at = serializers.DateTimeField()


class CandidateOutput(serializers.Serializer[Any]):
    """A promise or gift that a line may be, and why."""

    group = serializers.CharField(source="ref", help_text="The group of a pledge, or the identifier of a pool gift.")
    reference = serializers.SerializerMethodField()
    reasons = serializers.ListField(
        child=serializers.ChoiceField(choices=["reference", "amount", "day", "name", "phone"])
    )
    words = serializers.SerializerMethodField(help_text="The reasons in the language asked for.")

    def get_reference(self, candidate: Candidate) -> str:
        """Return what its payer was told to write."""
        return reference_for(candidate.ref)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_words(self, candidate: Candidate) -> list[str]:
        """Return the reasons in words."""
        return [reason_text(each) for each in candidate.reasons]


class BankLineOutput(serializers.Serializer[Any]):
    """A line of the bank, once. Only officers of the custodian see it."""

    id = serializers.CharField(source="public_id")
    account = serializers.CharField(source="account.public_id")
    statement = serializers.IntegerField(source="file_id")
    day = serializers.DateField()
    amount = MoneyField("amount_minor")
    text = serializers.CharField()
    other_name = serializers.CharField()
    other_account = serializers.CharField()
    bank_reference = serializers.CharField()
    number = serializers.CharField()
    status = serializers.ChoiceField(choices=BankLine.Status.choices)
    is_what = serializers.CharField(source="payment_ref", help_text="What it is in our books; empty while it waits.")
    aside_reason = serializers.CharField()


class BankLineDetailOutput(BankLineOutput):
    """A line with what it may be, by what is awaited now."""

    candidates = serializers.SerializerMethodField()

    @extend_schema_field(CandidateOutput(many=True))
    def get_candidates(self, line: BankLine) -> Any:
        """Return the promises and gifts that it may be, the likeliest first."""
        (look,) = lines_look(line.account, [line])
        return CandidateOutput(look.candidates, many=True).data


class StrayReturnOutput(serializers.Serializer[Any]):
    """Money of unknown origin on its way back."""

    id = serializers.CharField(source="public_id")
    payment = serializers.CharField(source="payment.public_id")
    amount = MoneyField("payment.amount_minor", "payment.currency")
    status = serializers.ChoiceField(choices=StrayReturn.Status.choices)
    bank_reference = serializers.CharField()
    sent_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    entry = serializers.UUIDField(source="entry_id", allow_null=True)


class MissingOutput(serializers.Serializer[Any]):
    """What a payer told, for that payer: nothing of anybody else's money."""

    id = serializers.CharField(source="public_id")
    amount = MoneyField("amount_minor")
    paid_on = serializers.DateField()
    status = serializers.ChoiceField(choices=PayerClaim.Status.choices)
    answer = serializers.CharField()


class ClaimOutput(MissingOutput):
    """What a payer told, for the custodian's officers."""

    reference = serializers.SerializerMethodField()
    bank = serializers.CharField()
    note = serializers.CharField()
    slip = serializers.CharField(source="slip.public_id", allow_null=True, default=None)
    payment = serializers.SerializerMethodField()

    def get_reference(self, claim: PayerClaim) -> str:
        """Return the reference of their promise or gift."""
        return reference_for(claim.group)

    def get_payment(self, claim: PayerClaim) -> str | None:
        """Return the money that it turned out to be."""
        return claim.payment.public_id if claim.payment else None
