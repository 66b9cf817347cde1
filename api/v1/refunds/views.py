"""Refunds: sent by one officer, confirmed by another."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import custodians_of, document_named
from api.filters import PublicIdFilter
from api.idempotency import PARAMETER, signed_once
from api.throttling import FactorThrottle
from api.v1.payments.inputs import FactorInput
from api.v1.projects.inputs import ReasonInput
from api.views import ListView, SignedIn, WriteView
from birge.accounts.models import User
from birge.errors import NotFound
from funds.releases.models import Refund, RefundStatus
from funds.settlement.services import refund_confirm, refund_not_sent, refund_send

from .inputs import RefundSendInput
from .outputs import RefundOutput


class RefundFilters(django_filters.FilterSet):
    """By project, payment and status."""

    project = PublicIdFilter(field_name="project__public_id")
    payment = PublicIdFilter(field_name="payment__public_id")
    status = django_filters.ChoiceFilter(choices=RefundStatus.choices)

    class Meta:
        model = Refund
        fields: list[str] = []


def refunds_seen(user: User) -> QuerySet[Refund]:
    """Return the refunds of the custodians whose officer this person is."""
    return Refund.objects.filter(custodian__in=custodians_of(user)).select_related("project", "payment", "custodian")


def refund_for(user: User, public_id: str) -> Refund:
    """Return a refund that this officer may see. Raises NotFound."""
    refund = refunds_seen(user).filter(public_id=public_id).first()
    if refund is None:
        raise NotFound
    return refund


@extend_schema(summary="List the refunds of one's custodian")
class RefundListView(ListView, WriteView):
    """What the custodians whose officer one is have to send back, or have sent; newest first."""

    queryset = Refund.objects.none()
    serializer_class = RefundOutput
    filterset_class = RefundFilters
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[Refund]:
        """Return what this officer may see."""
        return refunds_seen(self.actor)


class RefundView(WriteView):
    """One refund."""

    @extend_schema(summary="One refund", responses=RefundOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it to an officer of its custodian."""
        return Response(RefundOutput(refund_for(self.actor, public_id)).data)


class _RefundStep(WriteView):
    """What the steps of a refund share."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    def step(self, verb: str, public_id: str, body: dict[str, Any], run: Any) -> Response:
        """Run the verb once and return the refund as it is then."""
        signed_once(
            self.request,
            verb=verb,
            target=public_id,
            body=body,
            run=run,
            again=lambda ref: refund_for(self.actor, ref),
        )
        return Response(RefundOutput(refund_for(self.actor, public_id)).data)


class RefundSendView(_RefundStep):
    """The money was sent back."""

    @extend_schema(
        summary="Say that a refund was sent", request=RefundSendInput, responses=RefundOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Note it, with the bank's line and a second factor; nothing is booked before another officer confirms."""
        refund, body = refund_for(self.actor, public_id), self.read(RefundSendInput)
        return self.step(
            "refund_send",
            public_id,
            body,
            lambda proof: refund_send(
                refund=refund,
                actor=self.actor,
                bank_reference=body["bank_reference"],
                bank_line=document_named(self.actor, body.get("bank_line"), "bank_line"),
                proof=proof,
            ),
        )


class RefundConfirmView(_RefundStep):
    """A second officer saw it leave."""

    @extend_schema(summary="Confirm a refund", request=FactorInput, responses=RefundOutput, parameters=[PARAMETER])
    def post(self, request: Request, public_id: str) -> Response:
        """Book it, with a second factor; never by who sent it."""
        refund, body = refund_for(self.actor, public_id), self.read(FactorInput)
        return self.step(
            "refund_confirm",
            public_id,
            body,
            lambda proof: refund_confirm(refund=refund, actor=self.actor, proof=proof),
        )


class RefundNotSentView(_RefundStep):
    """It did not go back after all."""

    @extend_schema(
        summary="Say that a refund was not sent", request=ReasonInput, responses=RefundOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Make it due again, with a reason."""
        refund, body = refund_for(self.actor, public_id), self.read(ReasonInput)
        return self.step(
            "refund_not_sent",
            public_id,
            body,
            lambda _proof: refund_not_sent(refund=refund, actor=self.actor, reason=body["reason"]),
        )
