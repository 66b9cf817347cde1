"""Corrections: one officer asks to take a payment back, another agrees."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import custodians_of
from api.filters import PublicIdFilter
from api.idempotency import PARAMETER, signed_once
from api.throttling import FactorThrottle
from api.v1.payments.inputs import FactorInput, RefuseInput
from api.v1.payments.views import payment_named
from api.views import ListView, SignedIn, WriteView
from birge.accounts.models import User
from birge.errors import NotFound
from funds.releases.models import Correction
from funds.settlement.services import payment_correct_approve, payment_correct_ask, payment_correct_refuse

from .inputs import CorrectionInput
from .outputs import CorrectionOutput


class CorrectionFilters(django_filters.FilterSet):
    """By payment and status."""

    payment = PublicIdFilter(field_name="payment__public_id")
    status = django_filters.ChoiceFilter(choices=Correction.Status.choices)

    class Meta:
        model = Correction
        fields: list[str] = []


def corrections_seen(user: User) -> QuerySet[Correction]:
    """Return those of the custodians whose officer this person is."""
    seen = Correction.objects.filter(payment__custodian__in=custodians_of(user))
    return seen.select_related("payment")


def correction_for(user: User, public_id: str) -> Correction:
    """Return one that this officer may see. Raises NotFound."""
    found = corrections_seen(user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


@extend_schema_view(get=extend_schema(summary="List the corrections of one's custodian"))
class CorrectionListView(ListView, WriteView):
    """Payments that were written down by mistake; newest first."""

    queryset = Correction.objects.none()
    serializer_class = CorrectionOutput
    filterset_class = CorrectionFilters
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[Correction]:
        """Return what this officer may see."""
        return corrections_seen(self.actor)

    @extend_schema(
        summary="Ask to take a payment back",
        request=CorrectionInput,
        responses={201: CorrectionOutput},
        parameters=[PARAMETER],
    )
    def post(self, request: Request) -> Response:
        """Say that a confirmed payment was a mistake; nothing is booked before another officer agrees."""
        body = self.read(CorrectionInput)
        asked = signed_once(
            request,
            verb="payment_correct_ask",
            target=body["payment"],
            body=body,
            run=lambda _proof: payment_correct_ask(
                payment=payment_named(self.actor, body["payment"]),
                reason=body["reason"],
                actor=self.actor,
            ),
            again=lambda ref: correction_for(self.actor, ref),
        )
        output = CorrectionOutput(correction_for(self.actor, asked.public_id))
        return Response(output.data, status=status.HTTP_201_CREATED)


class CorrectionView(WriteView):
    """One of them."""

    @extend_schema(summary="One correction", responses=CorrectionOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it to an officer of its custodian."""
        return Response(CorrectionOutput(correction_for(self.actor, public_id)).data)


class CorrectionApproveView(WriteView):
    """A second officer agrees."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    @extend_schema(
        summary="Approve a correction", request=FactorInput, responses=CorrectionOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Book it, with a second factor; never by who asked."""
        asked = correction_for(self.actor, public_id)
        signed_once(
            request,
            verb="payment_correct_approve",
            target=public_id,
            body=self.read(FactorInput),
            run=lambda proof: payment_correct_approve(correction=asked, actor=self.actor, proof=proof),
            again=lambda ref: correction_for(self.actor, ref),
        )
        return Response(CorrectionOutput(correction_for(self.actor, public_id)).data)


class CorrectionRefuseView(WriteView):
    """A second officer does not agree."""

    @extend_schema(
        summary="Refuse a correction", request=RefuseInput, responses=CorrectionOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Refuse it, with a reason; the payment stays as it is."""
        asked, body = correction_for(self.actor, public_id), self.read(RefuseInput)
        signed_once(
            request,
            verb="payment_correct_refuse",
            target=public_id,
            body=body,
            run=lambda _proof: payment_correct_refuse(correction=asked, actor=self.actor, reason=body["reason"]),
            again=lambda ref: correction_for(self.actor, ref),
        )
        return Response(CorrectionOutput(correction_for(self.actor, public_id)).data)
