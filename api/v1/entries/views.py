"""The public ledger."""

from __future__ import annotations

import uuid

from django.db.models import BigIntegerField, F, Sum
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.pagination import CursorPages
from api.views import ApiView, ListView
from funds.ledger.models import Account, Entry

from .filters import AccountFilters, EntryFilters
from .outputs import AccountOutput, EntryOutput


class AccountPages(CursorPages):
    """By code; of one code the newest currency last, so that a page that was read stays as it is."""

    ordering = ("code", "id")


class EntryPages(CursorPages):
    """Newest first: entries have no number of their own, their commands have."""

    ordering = ("-command_id", "n")


@extend_schema(summary="List the ledger's entries")
class EntryListView(ListView):
    """All entries with their postings, newest first."""

    queryset = Entry.objects.select_related("log_leaf").prefetch_related("postings__account")
    serializer_class = EntryOutput
    filterset_class = EntryFilters
    pagination_class = EntryPages


class EntryView(ApiView):
    """One entry."""

    @extend_schema(summary="One entry", responses=EntryOutput)
    def get(self, request: Request, entry_id: uuid.UUID) -> Response:
        """Return the entry."""
        entry = get_object_or_404(
            Entry.objects.select_related("log_leaf").prefetch_related("postings__account"), pk=entry_id
        )
        return Response(EntryOutput(entry).data)


@extend_schema(summary="List accounts with their balances")
class AccountListView(ListView):
    """Every account, with the sum of its postings on its own side."""

    queryset = Account.objects.annotate(
        holds=Coalesce(F("normal") * Sum("postings__amount"), 0, output_field=BigIntegerField())
    )
    serializer_class = AccountOutput
    filterset_class = AccountFilters
    pagination_class = AccountPages
