"""How the ledger looks: exactly what everyone may recompute."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import MoneyField
from funds.ledger.kinds import Book, EntryKind
from funds.ledger.models import Entry, Posting


class PostingOutput(serializers.Serializer[Any]):
    """One line of an entry. Debit is positive; each entry sums to zero in every currency."""

    account = serializers.CharField(source="account.code")
    amount = MoneyField("amount")
    version = serializers.IntegerField(
        allow_null=True, help_text="The running number of a guarded account after this posting."
    )


class EntryOutput(serializers.Serializer[Any]):
    """One entry. Nothing in it names a donor: `commitment` is salted anew each time."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=EntryKind.choices)
    book = serializers.ChoiceField(choices=Book.choices)
    date = serializers.DateField(help_text="The day in UTC.")
    postings = serializers.SerializerMethodField()
    resolves = serializers.UUIDField(source="resolves_id", allow_null=True)
    reverses = serializers.UUIDField(source="reverses_id", allow_null=True)
    group = serializers.CharField()
    index = serializers.SerializerMethodField(help_text="Its place in the public log, from 0; null for about a second.")
    commitment = serializers.CharField(help_text="Salted digest of whose it is; empty where it is nobody's.")

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_index(self, entry: Entry) -> int | None:
        """Return the place that the sequencer gave it."""
        leaf = getattr(entry, "log_leaf", None)
        return leaf.index if leaf else None

    @extend_schema_field(PostingOutput(many=True))
    def get_postings(self, entry: Entry) -> Any:
        """Return the lines in their order."""
        return PostingOutput(_sorted(entry), many=True).data


class AccountOutput(serializers.Serializer[Any]):
    """An account and what it holds, seen from its own side (what is held or owed is positive)."""

    code = serializers.CharField()
    type = serializers.CharField()
    guarded = serializers.BooleanField(help_text="It never goes below zero.")
    custodian = serializers.CharField(source="custodian_ref")
    balance = MoneyField("holds")


def _sorted(entry: Entry) -> list[Posting]:
    return sorted(entry.postings.all(), key=lambda posting: posting.k)
