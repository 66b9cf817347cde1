"""Disputes, refunds by card and payouts: what an officer sees, asks for, agrees to and ties to the bank."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.idempotency import PARAMETER, signed_once
from api.throttling import FactorThrottle
from api.v1.payments.inputs import FactorInput, RefuseInput
from api.v1.payments.views import payment_named
from api.views import ListView, SignedIn, WriteView
from birge.errors import InvalidInput
from funds.banking.models import BankLine
from funds.payments.models import StripeDispute, StripePayout, StripeRefundOrder
from funds.payments.providers.stripe.refund_asking import card_refund_agree, card_refund_ask, card_refund_turn_down
from funds.settlement.services import payout_explain

from .inputs import CardRefundInput, PayoutTieInput
from .outputs import CardRefundOutput, DisputeOutput, PayoutOutput
from .seen import card_refunds_seen, disputes_seen, one_of, payouts_seen


@extend_schema_view(get=extend_schema(summary="List the disputes of one's custodian"))
class DisputeListView(ListView, WriteView):
    """Payments that payers' banks want back; newest first. They are answered at Stripe."""

    queryset = StripeDispute.objects.none()
    serializer_class = DisputeOutput
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[StripeDispute]:
        """Return what this officer may see."""
        return disputes_seen(self.actor)


@extend_schema_view(get=extend_schema(summary="List the refunds by card of one's custodian"))
class CardRefundListView(ListView, WriteView):
    """What was asked, or ordered for failed projects, to go back to cards; newest first."""

    queryset = StripeRefundOrder.objects.none()
    serializer_class = CardRefundOutput
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[StripeRefundOrder]:
        """Return what this officer may see."""
        return card_refunds_seen(self.actor)

    @extend_schema(
        summary="Ask to send a card's payment back",
        request=CardRefundInput,
        responses={201: CardRefundOutput},
        parameters=[PARAMETER],
    )
    def post(self, request: Request) -> Response:
        """Ask for all or a part of it; nothing goes back before another officer agrees."""
        body = self.read(CardRefundInput)
        asked = signed_once(
            request,
            verb="card_refund_ask",
            target=body["payment"],
            body=body,
            run=lambda _proof: card_refund_ask(
                payment=payment_named(self.actor, body["payment"]),
                amount=body["amount"],
                reason=body["reason"],
                actor=self.actor,
                idempotency=(f"card_refund:{self.actor.public_id}", request.headers["Idempotency-Key"]),
            ),
            again=lambda ref: one_of(card_refunds_seen(self.actor), ref),
        )
        output = CardRefundOutput(one_of(card_refunds_seen(self.actor), asked.public_id))
        return Response(output.data, status=status.HTTP_201_CREATED)


class _CardRefundStep(WriteView):
    """What the two answers share."""

    def step(self, verb: str, public_id: str, body: dict[str, Any], run: Any) -> Response:
        """Run the verb once and return the refund as it is then."""
        signed_once(
            self.request, verb=verb, target=public_id, body=body, run=run,
            again=lambda ref: one_of(card_refunds_seen(self.actor), ref),
        )  # fmt: skip
        return Response(CardRefundOutput(one_of(card_refunds_seen(self.actor), public_id)).data)


class CardRefundAgreeView(_CardRefundStep):
    """A second officer agrees."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    @extend_schema(
        summary="Agree to a refund by card", request=FactorInput, responses=CardRefundOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Have Stripe send it, with a second factor; never by who asked."""
        order, body = one_of(card_refunds_seen(self.actor), public_id), self.read(FactorInput)
        return self.step(
            "card_refund_agree",
            public_id,
            body,
            lambda proof: card_refund_agree(order=order, actor=self.actor, proof=proof),
        )


class CardRefundRefuseView(_CardRefundStep):
    """A second officer does not agree."""

    @extend_schema(
        summary="Refuse a refund by card", request=RefuseInput, responses=CardRefundOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Refuse it, with a reason; nothing goes back."""
        order, body = one_of(card_refunds_seen(self.actor), public_id), self.read(RefuseInput)
        return self.step(
            "card_refund_refuse",
            public_id,
            body,
            lambda _proof: card_refund_turn_down(order=order, actor=self.actor, reason=body["reason"]),
        )


@extend_schema_view(get=extend_schema(summary="List the payouts of one's custodian"))
class PayoutListView(ListView, WriteView):
    """What Stripe paid out to the bank; newest first."""

    queryset = StripePayout.objects.none()
    serializer_class = PayoutOutput
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[StripePayout]:
        """Return what this officer may see."""
        return payouts_seen(self.actor)


class PayoutTieView(WriteView):
    """It is on the bank's statement."""

    @extend_schema(
        summary="Tie a payout to its line of the bank",
        request=PayoutTieInput,
        responses=PayoutOutput,
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Say which line it is; its sum has to be the same, and the line nothing else."""
        payout, body = one_of(payouts_seen(self.actor), public_id), self.read(PayoutTieInput)
        lines = BankLine.objects.filter(account__custodian=payout.account.custodian).select_related("account")
        line = lines.filter(public_id=body["line"]).first()
        if line is None:
            raise InvalidInput(_("We do not know this line."), field="line", code="unknown")
        signed_once(
            request,
            verb="payout_explain",
            target=public_id,
            body=body,
            run=lambda _proof: payout_explain(payout=payout, line=line, actor=self.actor),
            again=lambda ref: one_of(payouts_seen(self.actor), ref),
        )
        return Response(PayoutOutput(one_of(payouts_seen(self.actor), public_id)).data)
