"""Which entries and accounts to list."""

from __future__ import annotations

import django_filters
from django.db.models import Exists, OuterRef, QuerySet

from api.filters import DayFilter, PublicIdFilter
from funds.ledger.kinds import Book, EntryKind
from funds.ledger.models import Account, Entry, Posting


class EntryFilters(django_filters.FilterSet):
    """By purpose, custodian, account, kind, book and day."""

    project = PublicIdFilter(method="touching_project", label="entries that touch an account of this project")
    custodian = PublicIdFilter(method="touching_custodian", label="entries that touch an account of this custodian")
    account = django_filters.CharFilter(method="touching_account", max_length=120, label="the whole code of an account")
    kind = django_filters.ChoiceFilter(choices=EntryKind.choices)
    book = django_filters.ChoiceFilter(choices=Book.choices)
    date_from = DayFilter(field_name="date", lookup_expr="gte")
    date_to = DayFilter(field_name="date", lookup_expr="lte")

    class Meta:
        model = Entry
        fields: list[str] = []

    def touching_project(self, entries: QuerySet[Entry], name: str, value: str) -> QuerySet[Entry]:
        """Keep what has a posting on one of the project's accounts."""
        return entries.filter(_touches(account__purpose_ref=value))

    def touching_custodian(self, entries: QuerySet[Entry], name: str, value: str) -> QuerySet[Entry]:
        """Keep what has a posting on one of the custodian's accounts."""
        return entries.filter(_touches(account__custodian_ref=value))

    def touching_account(self, entries: QuerySet[Entry], name: str, value: str) -> QuerySet[Entry]:
        """Keep what has a posting on this account."""
        return entries.filter(_touches(account__code=value))


class AccountFilters(django_filters.FilterSet):
    """By purpose and custodian."""

    project = PublicIdFilter(field_name="purpose_ref")
    custodian = PublicIdFilter(field_name="custodian_ref")

    class Meta:
        model = Account
        fields: list[str] = []


def _touches(**condition: str) -> Exists:
    return Exists(Posting.objects.filter(entry=OuterRef("pk"), **condition))
