"""Cash: receipts for everyone, what is in somebody's hands, what came to the bank and which line it is."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import document_named, organisation_named, requester
from api.filters import PublicIdFilter
from api.idempotency import PARAMETER, idempotency, signed_once
from api.throttling import FactorThrottle
from api.v1.organisations.joining import organisation_seen
from api.v1.payments.inputs import FactorInput, RefuseInput
from api.v1.pools.finding import is_inside, pool_for
from api.v1.projects.inputs import ReasonInput
from api.views import ApiView, ListView, SignedIn, WriteView
from funds.cash.models import BankingStatus, CashBanking
from funds.cash.selectors import cash_totals, ceiling_for, pool_states
from funds.cash.services import ceiling_set
from funds.settlement.cash_facts import receipt_facts
from funds.settlement.services import (
    box_cash_bank_ask,
    box_cash_bank_confirm,
    box_cash_bank_refuse,
    cash_line_link,
    cash_take_back_approve,
    cash_take_back_ask,
    cash_take_back_refuse,
)

from .finding import banking_for, bankings_named, bankings_seen, line_named, line_needed, take_back_for
from .inputs import BankingInput, CeilingInput, LinkInput
from .outputs import BankingOutput, CashBook, CashBookOutput, CeilingOutput, ReceiptOutput, TakeBackOutput

POOL = OpenApiParameter("public_id", {"type": "string"}, OpenApiParameter.PATH, description="The pool.")


class ReceiptView(ApiView):
    """A receipt for cash, for everyone."""

    @extend_schema(summary="Check a receipt for cash", responses=ReceiptOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return number, sum, day, purpose, custodian, and what became of it. No names."""
        return Response(ReceiptOutput(receipt_facts(public_id)).data)


class CashBookView(ApiView):
    """What is in the hands of a pool's treasurers."""

    @extend_schema(summary="The cash in hand of a pool", responses=CashBookOutput, parameters=[POOL])
    def get(self, request: Request, public_id: str) -> Response:
        """Return the totals to everyone, the receipts by number to its own people."""
        user = requester(request)
        pool = pool_for(user, public_id)
        states = pool_states(pool.public_id)
        most = ceiling_for(pool.organisation, pool.currency)
        shown = states if is_inside(user, pool) else None
        return Response(CashBookOutput(CashBook(cash_totals(states, pool.currency), most, shown)).data)


class CeilingView(WriteView):
    """How much one person may have in hand."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    @extend_schema(
        summary="Set how much cash one person may have in hand",
        description="By the chair or manager, with a second factor. Never more than the platform allows; who "
        "takes cash does not raise it.",
        request=CeilingInput,
        responses={201: CeilingOutput},
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Set it."""
        (scope, key), body = idempotency(request), self.read(CeilingInput)
        organisation = organisation_seen(public_id)
        made = signed_once(
            request,
            verb="cash_ceiling_set",
            target=public_id,
            body=body,
            run=lambda proof: ceiling_set(
                organisation=organisation,
                amount=body["amount"],
                actor=self.actor,
                reason=body["reason"],
                proof=proof,
                idempotency=(f"{scope}/ceiling", key),
            ),
            again=lambda ref: organisation.cash_office.ceilings.get(public_id=ref),
        )
        return Response(CeilingOutput(made).data, status=status.HTTP_201_CREATED)


class BankingFilters(django_filters.FilterSet):
    """By pool and status."""

    pool = PublicIdFilter(field_name="pool_ref")
    status = django_filters.ChoiceFilter(choices=BankingStatus.choices)

    class Meta:
        model = CashBanking
        fields: list[str] = []


@extend_schema_view(get=extend_schema(summary="List the cash that came to one's custodian's bank"))
class BankingListView(ListView, WriteView):
    """Cash that came to the bank, newest first: for the custodian's officers."""

    queryset = CashBanking.objects.none()
    serializer_class = BankingOutput
    filterset_class = BankingFilters
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[CashBanking]:
        """Return what this officer may see."""
        return bankings_seen(self.actor)

    @extend_schema(
        summary="Say that cash of the custodian's box came to the bank",
        description="By an officer; another books it. A pool's cash: `pools/<id>/cash/bank/`.",
        request=BankingInput,
        responses={201: BankingOutput},
        parameters=[PARAMETER],
    )
    def post(self, request: Request) -> Response:
        """Write it down."""
        (scope, key), body = idempotency(request), self.read(BankingInput)
        banking = signed_once(
            request,
            verb="box_cash_bank_ask",
            target="",
            body=body,
            run=lambda _proof: box_cash_bank_ask(
                custodian=organisation_named(body["custodian"], "custodian"),
                amount=body["amount"],
                actor=self.actor,
                bank_reference=body.get("bank_reference", ""),
                bank_line=document_named(self.actor, body.get("bank_line"), "bank_line"),
                line=line_named(self.actor, body.get("line")),
                idempotency=(f"{scope}/ask", key),
            ),
            again=lambda ref: banking_for(self.actor, ref),
        )
        return Response(BankingOutput(banking).data, status=status.HTTP_201_CREATED)


class BankingView(WriteView):
    """One banking."""

    @extend_schema(summary="One banking", responses=BankingOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it to an officer of its custodian."""
        return Response(BankingOutput(banking_for(self.actor, public_id)).data)


class _Step(WriteView):
    """What the steps share: once, by its key, and the answer as it is then."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    def banking(self, verb: str, public_id: str, body: dict[str, Any], run: Any) -> Response:
        """Run a verb of a banking."""
        done = signed_once(
            self.request,
            verb=verb,
            target=public_id,
            body=body,
            run=run,
            again=lambda ref: banking_for(self.actor, ref),
        )
        return Response(BankingOutput(banking_for(self.actor, done.public_id)).data)

    def wish(self, verb: str, public_id: str, body: dict[str, Any], run: Any, code: int = 200) -> Response:
        """Run a verb of a wish to take one back."""
        done = signed_once(
            self.request, verb=verb, target=public_id, body=body, run=run,
            again=lambda ref: take_back_for(self.actor, ref),
        )  # fmt: skip
        return Response(TakeBackOutput(done).data, status=code)


class BankingConfirmView(_Step):
    """Another officer saw it."""

    @extend_schema(summary="Book cash of the box", request=FactorInput, responses=BankingOutput, parameters=[PARAMETER])
    def post(self, request: Request, public_id: str) -> Response:
        """Book it, with a second factor; never by who wrote it down."""
        found, body = banking_for(self.actor, public_id), self.read(FactorInput)
        return self.banking(
            "box_cash_bank_confirm",
            public_id,
            body,
            lambda proof: box_cash_bank_confirm(banking=found, actor=self.actor, proof=proof),
        )


class BankingRefuseView(_Step):
    """It did not come."""

    @extend_schema(
        summary="Refuse cash of the box", request=RefuseInput, responses=BankingOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Say so, with a reason; the line is free again."""
        found, body = banking_for(self.actor, public_id), self.read(RefuseInput)
        return self.banking(
            "box_cash_bank_refuse",
            public_id,
            body,
            lambda _proof: box_cash_bank_refuse(banking=found, actor=self.actor, reason=body["reason"]),
        )


class BankingLinkView(_Step):
    """It was seen on a statement."""

    @extend_schema(
        summary="Say which bankings a line of the statement is",
        description="One, or several that were paid in together: their sum is exactly the line's.",
        request=LinkInput,
        responses=BankingOutput(many=True),
        parameters=[PARAMETER],
    )
    def post(self, request: Request) -> Response:
        """Link them."""
        (scope, key), body = idempotency(request), self.read(LinkInput)
        line, bankings = line_needed(self.actor, body["line"]), bankings_named(self.actor, body["bankings"])
        signed_once(
            request,
            verb="cash_line_link",
            target=body["line"],
            body=body,
            run=lambda proof: cash_line_link(
                line=line, bankings=bankings, actor=self.actor, proof=proof, idempotency=(f"{scope}/link", key)
            )[0],
            again=lambda ref: banking_for(self.actor, ref),
        )
        return Response(BankingOutput(bankings_named(self.actor, body["bankings"]), many=True).data)


class TakeBackAskView(_Step):
    """It was booked by mistake."""

    @extend_schema(
        summary="Ask to take a banking back", request=ReasonInput, responses={201: TakeBackOutput},
        parameters=[PARAMETER],
    )  # fmt: skip
    def post(self, request: Request, public_id: str) -> Response:
        """Ask, with a reason; another officer decides."""
        found, body = banking_for(self.actor, public_id), self.read(ReasonInput)
        return self.wish(
            "cash_take_back_ask",
            public_id,
            body,
            lambda _proof: cash_take_back_ask(banking=found, actor=self.actor, reason=body["reason"]),
            status.HTTP_201_CREATED,
        )


class TakeBackApproveView(_Step):
    """Another officer agrees."""

    @extend_schema(
        summary="Agree to take a banking back", request=FactorInput, responses=TakeBackOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Book the mirror, with a second factor."""
        found, body = take_back_for(self.actor, public_id), self.read(FactorInput)
        return self.wish(
            "cash_take_back_approve",
            public_id,
            body,
            lambda proof: cash_take_back_approve(wish=found, actor=self.actor, proof=proof),
        )


class TakeBackRefuseView(_Step):
    """Another officer does not agree."""

    @extend_schema(
        summary="Refuse to take a banking back", request=RefuseInput, responses=TakeBackOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Say so, with a reason."""
        found, body = take_back_for(self.actor, public_id), self.read(RefuseInput)
        return self.wish(
            "cash_take_back_refuse",
            public_id,
            body,
            lambda _proof: cash_take_back_refuse(wish=found, actor=self.actor, reason=body["reason"]),
        )
