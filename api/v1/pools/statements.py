"""A pool's month: as JSON, as a table, on paper. Every line is an entry of the public ledger."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import requester
from api.errors import InvalidParameters
from api.fields import MoneyField
from api.views import ApiView
from birge.errors import InvalidInput, NotFound
from funds.ledger.kinds import EntryKind
from funds.pools.papers import statement_pdf
from funds.pools.statements import Statement, statement, statement_csv

from .finding import is_inside, keeps, pool_for

MONTH = re.compile("([0-9]{4})-([0-9]{2})")
MADE = {"csv": lambda made: statement_csv(made).encode(), "pdf": statement_pdf}


class StatementLineOutput(serializers.Serializer[Any]):
    """One movement."""

    date = serializers.DateField()
    kind = serializers.ChoiceField(choices=EntryKind.choices)
    text = serializers.CharField(help_text="In the language asked for.")
    purpose = serializers.CharField(help_text="The project, pool or rule on the other side; empty where there is none.")
    amount = MoneyField("amount_minor", help_text="Less than nothing where it left.")
    balance = MoneyField("balance_minor", help_text="After it.")
    entry = serializers.UUIDField()


class StatementAccountOutput(serializers.Serializer[Any]):
    """One account: opening and lines come to the closing."""

    code = serializers.CharField(help_text="The account of the ledger.")
    rule = serializers.CharField(help_text="Whose money it is; empty for the free money.")
    name = serializers.CharField()
    opening = MoneyField("opening_minor")
    lines = StatementLineOutput(many=True)
    closing = MoneyField("closing_minor")


class StatementOutput(serializers.Serializer[Any]):
    """A month of a pool (UTC): the free money first, then what is set aside for each rule."""

    pool = serializers.CharField()
    month = serializers.CharField(help_text="`2026-11`")
    first_day = serializers.DateField()
    last_day = serializers.DateField(help_text="Today in the month that still runs.")
    opening = MoneyField("opening_minor")
    closing = MoneyField("closing_minor")
    accounts = StatementAccountOutput(many=True)


class TableRenderer(BaseRenderer):
    """Names the table among what may be asked for; the view makes it."""

    media_type, format, charset = "text/csv", "csv", "utf-8"


class PaperRenderer(BaseRenderer):
    """Names the paper among what may be asked for; the view makes it."""

    media_type, format, charset = "application/pdf", "pdf", None


class ByFormat(DefaultContentNegotiation):
    """What `?format=` names comes before the header `Accept`, which a browser's link cannot set."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> Any:
        """Return the renderer and its media type. Raises InvalidParameters for a format we do not know."""
        wanted = request.query_params.get("format")
        if not wanted:
            return super().select_renderer(request, renderers, format_suffix)
        for renderer in renderers:
            if renderer.format == wanted:
                return renderer, renderer.media_type
        raise InvalidParameters({"format": [_("We do not make this format.")]})


class StatementView(ApiView):
    """A pool's statement for one month."""

    parameters = ("format",)
    renderer_classes = [JSONRenderer, TableRenderer, PaperRenderer]
    content_negotiation_class = ByFormat

    @extend_schema(
        summary="A pool's statement",
        description="For everyone. The names that givers chose stand in it for the pool's own people and its "
        "custodian's officers; others read them with the pool, without the sums. CSV and PDF by `Accept` or `format`.",
        parameters=[
            OpenApiParameter("month", {"type": "string", "pattern": f"^{MONTH.pattern}$"}, OpenApiParameter.PATH),
            OpenApiParameter("format", {"type": "string", "enum": ["json", "csv", "pdf"]}, OpenApiParameter.QUERY),
        ],
        responses={
            (200, "application/json"): StatementOutput,
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/pdf"): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request, public_id: str, month: str) -> HttpResponseBase:
        """Return it, made from the ledger and held against it."""
        user, asked = requester(request), MONTH.fullmatch(month)
        pool = pool_for(user, public_id)
        if asked is None:
            raise NotFound
        named = is_inside(user, pool) or keeps(user, pool)
        try:
            made = statement(pool, int(asked[1]), int(asked[2]), (get_language() or "ky")[:2], named=named)
        except InvalidInput:  # no such month, or none yet
            raise NotFound from None
        wanted = request.accepted_renderer.format
        if wanted not in MADE:
            return Response(StatementOutput(statement_out(made)).data)
        response = HttpResponse(MADE[wanted](made), content_type=CONTENT_TYPES[wanted])
        response["Content-Disposition"] = f'attachment; filename="birge-pool-{public_id}-{month}.{wanted}"'
        return response


CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}


def statement_out(made: Statement) -> dict[str, Any]:
    """Return the statement as its output reads it."""
    money = {"currency": made.currency}
    return {
        "pool": made.pool_ref,
        "month": f"{made.year}-{made.month:02}",
        "first_day": made.first,
        "last_day": made.last,
        "opening_minor": made.opening_minor,
        "closing_minor": made.closing_minor,
        **money,
        "accounts": [
            {
                "code": account.code,
                "rule": account.rule_ref,
                "name": account.name,
                "opening_minor": account.opening_minor,
                "closing_minor": account.closing_minor,
                "lines": [
                    {
                        "date": line.date,
                        "kind": line.kind,
                        "text": line.words,
                        "purpose": line.purpose,
                        "amount_minor": line.amount_minor,
                        "balance_minor": line.balance_minor,
                        "entry": line.entry_id,
                        **money,
                    }
                    for line in account.lines
                ],
                **money,
            }
            for account in made.accounts
        ],
    }
