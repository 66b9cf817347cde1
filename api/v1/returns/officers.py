"""Divisions of money, many refunds at once, and gifts asked back: the custodian's officers."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import custodians_of, document_named, organisation_named
from api.filters import PublicIdFilter
from api.idempotency import PARAMETER, signed_once
from api.throttling import FactorThrottle
from api.v1.payments.inputs import RefuseInput
from api.v1.payments.views import payment_named
from api.v1.refunds.inputs import RefundSendInput
from api.v1.refunds.outputs import RefundOutput
from api.v1.refunds.views import refund_for
from api.views import ListView, SignedIn, WriteView
from birge.accounts.models import User
from birge.errors import NotFound
from funds.releases.models import GiftBack
from funds.returns.models import RefundBatch
from funds.settlement.services import (
    gift_back_ask,
    gift_back_pay,
    gift_back_refuse,
    refunds_confirm_many,
    refunds_send_many,
)
from funds.settlement.services.returning.sending_list import sending_csv

from .inputs import ConfirmManyInput, GiftBackInput, SendManyInput
from .outputs import BatchOutput, GiftBackOutput


class BatchFilters(django_filters.FilterSet):
    """By project."""

    project = PublicIdFilter(field_name="project__public_id")

    class Meta:
        model = RefundBatch
        fields: list[str] = []


@extend_schema(summary="List the divisions of money of one's custodian")
class BatchListView(ListView, WriteView):
    """What failed projects, and built ones with money left, give back; newest first."""

    queryset = RefundBatch.objects.none()
    serializer_class = BatchOutput
    filterset_class = BatchFilters
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[RefundBatch]:
        """Return what this officer may see, with how far each has come."""
        found = RefundBatch.objects.filter(custodian__in=custodians_of(self.actor)).select_related("project")
        return found.annotate(
            n_parts=Count("parts"),
            n_back=Count("parts", filter=Q(parts__status="done")),
            n_officer=Count("parts", filter=Q(parts__status="officer")),
        )


class SendingListView(WriteView):
    """What is to be sent, as a table."""

    @extend_schema(
        summary="What is to be sent back, as a table",
        description="Personal: it may name donors and their accounts.",
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request, public_id: str) -> HttpResponse:
        """Return it to an officer of this custodian."""
        custodian = custodians_of(self.actor).filter(public_id=public_id).first()
        if custodian is None:
            raise NotFound
        table = sending_csv(custodian, language=(get_language() or "ky")[:2])
        response = HttpResponse(table, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="birge-refunds-{public_id}.csv"'
        return response


class _ManyView(WriteView):
    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]


class SendManyView(_ManyView):
    """Many refunds left the account."""

    @extend_schema(
        summary="Say that many refunds were sent",
        description="Each with a line of the custodian's bank of the same sum. All of them, or none.",
        request=SendManyInput,
        responses=RefundOutput(many=True),
        parameters=[PARAMETER],
    )
    def post(self, request: Request) -> Response:
        """Note them; nothing is booked before another officer confirms."""
        body = self.read(SendManyInput)
        pairs = [(pair["refund"], pair["line"]) for pair in body["refunds"]]
        signed_once(
            request,
            verb="refunds_send_many",
            target=body["custodian"],
            body=body,
            run=lambda proof: refunds_send_many(
                custodian=organisation_named(body["custodian"], "custodian"),
                pairs=pairs,
                actor=self.actor,
                proof=proof,
            )[0],
            again=lambda ref: refund_for(self.actor, ref),
        )
        return Response(RefundOutput([refund_for(self.actor, ref) for ref, _line in pairs], many=True).data)


class ConfirmManyView(_ManyView):
    """A second officer saw the list."""

    @extend_schema(
        summary="Confirm many refunds",
        description="With the sum that was shown with the list. All of them, or none; never by who sent one of them.",
        request=ConfirmManyInput,
        responses=RefundOutput(many=True),
        parameters=[PARAMETER],
    )
    def post(self, request: Request) -> Response:
        """Book them, with a second factor."""
        body = self.read(ConfirmManyInput)
        signed_once(
            request,
            verb="refunds_confirm_many",
            target=body["custodian"],
            body=body,
            run=lambda proof: refunds_confirm_many(
                custodian=organisation_named(body["custodian"], "custodian"),
                refs=body["refunds"],
                total_minor=body["total_minor"],
                actor=self.actor,
                proof=proof,
            )[0],
            again=lambda ref: refund_for(self.actor, ref),
        )
        return Response(RefundOutput([refund_for(self.actor, ref) for ref in body["refunds"]], many=True).data)


class GiftBackFilters(django_filters.FilterSet):
    """By payment and status."""

    payment = PublicIdFilter(field_name="payment__public_id")
    status = django_filters.ChoiceFilter(choices=GiftBack.Status.choices)

    class Meta:
        model = GiftBack
        fields: list[str] = []


def gift_back_for(user: User, public_id: str) -> GiftBack:
    """Return one that this officer may see. Raises NotFound."""
    found = GiftBack.objects.filter(custodian__in=custodians_of(user), public_id=public_id)
    wish = found.select_related("payment", "custodian").first()
    if wish is None:
        raise NotFound
    return wish


@extend_schema_view(get=extend_schema(summary="List the gifts asked back of one's custodian"))
class GiftBackListView(ListView, WriteView):
    """Gifts that donors want back while their projects are built; newest first."""

    queryset = GiftBack.objects.none()
    serializer_class = GiftBackOutput
    filterset_class = GiftBackFilters
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[GiftBack]:
        """Return what this officer may see."""
        return GiftBack.objects.filter(custodian__in=custodians_of(self.actor)).select_related("payment")

    @extend_schema(
        summary="Ask to give a gift back", request=GiftBackInput, responses={201: GiftBackOutput},
        parameters=[PARAMETER],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Ask; it comes out of that gift's own part and the reserve, and another officer sends it."""
        body = self.read(GiftBackInput)
        asked = signed_once(
            request,
            verb="gift_back_ask",
            target=body["payment"],
            body=body,
            run=lambda _proof: gift_back_ask(
                payment=payment_named(self.actor, body["payment"]),
                amount=body["amount"],
                reason=body["reason"],
                actor=self.actor,
            ),
            again=lambda ref: gift_back_for(self.actor, ref),
        )
        output = GiftBackOutput(gift_back_for(self.actor, asked.public_id))
        return Response(output.data, status=status.HTTP_201_CREATED)


class _GiftBackStep(_ManyView):
    def step(self, verb: str, public_id: str, body: dict[str, Any], run: Any) -> Response:
        """Run the verb once and return it as it is then."""
        signed_once(
            self.request, verb=verb, target=public_id, body=body, run=run,
            again=lambda ref: gift_back_for(self.actor, ref),
        )  # fmt: skip
        return Response(GiftBackOutput(gift_back_for(self.actor, public_id)).data)


class GiftBackPayView(_GiftBackStep):
    """Another officer sent it."""

    @extend_schema(
        summary="Give a gift back", request=RefundSendInput, responses=GiftBackOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Book it, with a second factor; never by who asked."""
        wish, body = gift_back_for(self.actor, public_id), self.read(RefundSendInput)
        return self.step(
            "gift_back_pay",
            public_id,
            body,
            lambda proof: gift_back_pay(
                wish=wish,
                actor=self.actor,
                bank_reference=body["bank_reference"],
                bank_line=document_named(self.actor, body.get("bank_line"), "bank_line"),
                proof=proof,
            ),
        )


class GiftBackRefuseView(_GiftBackStep):
    """It does not go back."""

    @extend_schema(
        summary="Refuse to give a gift back", request=RefuseInput, responses=GiftBackOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Say no, with a reason."""
        wish, body = gift_back_for(self.actor, public_id), self.read(RefuseInput)
        return self.step(
            "gift_back_refuse",
            public_id,
            body,
            lambda _proof: gift_back_refuse(wish=wish, actor=self.actor, reason=body["reason"]),
        )
