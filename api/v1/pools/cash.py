"""Cash of a pool: the treasurer writes it down, its giver or another who signs says yes, the custodian banks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import device, document_named
from api.errors import fields_named
from api.idempotency import PARAMETER, idempotency, signed_once
from api.throttling import FactorThrottle
from api.v1.cash.finding import line_named, receipts_named
from api.v1.payments.inputs import FactorInput, RefuseInput
from api.views import ListView, SignedIn, WriteView
from birge.accounts.factors import FactorProof
from funds.cash.models import Kept
from funds.payments.models import Payment
from funds.pools.selectors import pool_money
from funds.settlement.services import (
    pool_cash_bank,
    pool_cash_confirm,
    pool_cash_confirm_by_payer,
    pool_cash_record,
    pool_cash_refuse,
)

from .filters import CashFilters
from .finding import cash_for, cash_seen, pool_for
from .giving import POOL, contact_of
from .inputs import CashBankInput, GiverCodeInput, PoolCashInput
from .outputs import CashBankOutput, PoolPaymentOutput


@extend_schema_view(get=extend_schema(summary="List the cash of a pool", parameters=[POOL]))
class CashListView(ListView, WriteView):
    """Cash that the treasurer wrote down, newest first: for the pool's own people."""

    queryset = Payment.objects.none()
    serializer_class = PoolPaymentOutput
    filterset_class = CashFilters
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[Payment]:
        """Return it. Raises NotFound for whoever has no need to know."""
        return cash_seen(self.actor, self.kwargs.get("public_id", ""))

    @extend_schema(
        summary="Write cash for a pool down",
        description="By its treasurer. With a contact, the giver gets a link and a code to say yes or no.",
        request=PoolCashInput,
        responses={201: PoolPaymentOutput},
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Record it; nothing is booked before the giver, or another who signs, confirms."""
        key, pool = idempotency(request), pool_for(self.actor, public_id)
        body = self.read(PoolCashInput)
        payment = pool_cash_record(
            pool=pool,
            amount=body["amount"],
            received_on=body["received_on"],
            actor=self.actor,
            contact=contact_of(body),
            credit_line=body.get("credit_line", ""),
            language=body.get("language", ""),
            reference=body.get("reference", ""),
            kept=body.get("kept", Kept.HAND),
            idempotency=key,
            device=device(request),
        )
        return Response(PoolPaymentOutput(payment).data, status=status.HTTP_201_CREATED)


class CashConfirmView(WriteView):
    """Another who signs for the pool saw the cash."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    @extend_schema(
        summary="Confirm cash of a pool", request=FactorInput, responses=PoolPaymentOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str, payment_id: str) -> Response:
        """Book it, with a second factor; never by who wrote it down."""
        payment = cash_for(self.actor, public_id, payment_id)
        confirmed = signed_once(
            request,
            verb="pool_cash_confirm",
            target=payment_id,
            body=self.read(FactorInput),
            run=lambda proof: pool_cash_confirm(payment=payment, actor=self.actor, proof=proof, device=device(request)),
            again=lambda ref: cash_for(self.actor, public_id, ref),
        )
        return Response(PoolPaymentOutput(confirmed).data)


class CashCodeView(WriteView):
    """The giver reads the code out."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    @extend_schema(
        summary="Confirm cash of a pool by its giver's code",
        description="For givers who have no use for a link: anyone of the pool's own people types what they read "
        "out. Once confirmed, it stays confirmed.",
        request=GiverCodeInput,
        responses=PoolPaymentOutput,
    )
    def post(self, request: Request, public_id: str, payment_id: str) -> Response:
        """Book it at the giver's word."""
        payment, body = cash_for(self.actor, public_id, payment_id), self.read(GiverCodeInput)
        with fields_named(code="giver_code"):
            confirmed = pool_cash_confirm_by_payer(payment=payment, code=body["giver_code"], actor=self.actor)
        return Response(PoolPaymentOutput(confirmed).data)


class CashRefuseView(WriteView):
    """The cash was not handed over."""

    @extend_schema(
        summary="Refuse cash of a pool", request=RefuseInput, responses=PoolPaymentOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str, payment_id: str) -> Response:
        """Say so, with a reason: the treasurer, or another who signs."""
        payment, body = cash_for(self.actor, public_id, payment_id), self.read(RefuseInput)
        refused = signed_once(
            request,
            verb="pool_cash_refuse",
            target=payment_id,
            body=body,
            run=lambda _proof: pool_cash_refuse(payment=payment, actor=self.actor, reason=body["reason"]),
            again=lambda ref: cash_for(self.actor, public_id, ref),
        )
        return Response(PoolPaymentOutput(refused).data)


@dataclass(frozen=True)
class Banked:
    """The entry by which cash came to the bank."""

    public_id: str


class CashBankView(WriteView):
    """The treasurer's cash came to the bank."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    @extend_schema(
        summary="Say that a pool's cash came to the bank",
        description="By an officer of its custodian who does not sign for the pool, with a second factor. From then on "
        "it can be paid from.",
        request=CashBankInput,
        responses={201: CashBankOutput},
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Book it."""
        (scope, key), pool = idempotency(request), pool_for(self.actor, public_id)
        body = self.read(CashBankInput)

        def bank(proof: FactorProof | None) -> Banked:
            entry = pool_cash_bank(
                pool=pool,
                amount=body["amount"],
                actor=self.actor,
                bank_reference=body.get("bank_reference", ""),
                line=line_named(self.actor, body.get("line")),
                receipts=receipts_named(pool, body["receipts"]) if "receipts" in body else [],
                bank_line=document_named(self.actor, body.get("bank_line"), "bank_line"),
                proof=proof,
                idempotency=(f"{scope}/bank", key),
            )
            return Banked(str(entry.pk))

        banked = signed_once(request, verb="pool_cash_bank", target=public_id, body=body, run=bank, again=Banked)
        done: dict[str, Any] = {
            "entry": banked.public_id,
            "amount_minor": body["amount"].minor,
            "cash_minor": pool_money(pool).with_treasurer_minor,
            "currency": pool.currency,
        }
        return Response(CashBankOutput(done).data, status=status.HTTP_201_CREATED)
