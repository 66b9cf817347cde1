"""Identifications: one officer claims unknown money for a pledge, another agrees."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import custodians_of, document_needed, pledge_named
from api.filters import PublicIdFilter
from api.idempotency import PARAMETER, signed_once
from api.throttling import FactorThrottle
from api.v1.payments.inputs import FactorInput, RefuseInput
from api.v1.payments.views import payment_named
from api.views import ListView, SignedIn, WriteView
from birge.accounts.models import User
from birge.errors import NotFound
from funds.payments.models import Identification
from funds.settlement.services import payment_identify_approve, payment_identify_ask, payment_identify_refuse

from .inputs import IdentificationInput
from .outputs import IdentificationOutput


class IdentificationFilters(django_filters.FilterSet):
    """By payment and status."""

    payment = PublicIdFilter(field_name="payment__public_id")
    status = django_filters.ChoiceFilter(choices=Identification.Status.choices)

    class Meta:
        model = Identification
        fields: list[str] = []


def identifications_seen(user: User) -> QuerySet[Identification]:
    """Return those of the custodians whose officer this person is."""
    seen = Identification.objects.filter(payment__custodian__in=custodians_of(user))
    return seen.select_related("payment", "project", "proof")


def identification_for(user: User, public_id: str) -> Identification:
    """Return one that this officer may see. Raises NotFound."""
    found = identifications_seen(user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


@extend_schema_view(get=extend_schema(summary="List the identifications of one's custodian"))
class IdentificationListView(ListView, WriteView):
    """Claims on money of unknown origin; newest first."""

    queryset = Identification.objects.none()
    serializer_class = IdentificationOutput
    filterset_class = IdentificationFilters
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[Identification]:
        """Return what this officer may see."""
        return identifications_seen(self.actor)

    @extend_schema(
        summary="Claim unidentified money for a pledge",
        request=IdentificationInput,
        responses={201: IdentificationOutput},
        parameters=[PARAMETER],
    )
    def post(self, request: Request) -> Response:
        """Say whose money it is, with a paper that shows it; it moves once another officer agrees."""
        body = self.read(IdentificationInput)
        asked = signed_once(
            request,
            verb="payment_identify_ask",
            target=body["payment"],
            body=body,
            run=lambda _proof: payment_identify_ask(
                payment=payment_named(self.actor, body["payment"]),
                pledge=pledge_named(self.actor, body["pledge"]),
                proof=document_needed(self.actor, body["proof"], "proof"),
                note=body.get("note", ""),
                actor=self.actor,
            ),
            again=lambda ref: identification_for(self.actor, ref),
            private=["note"],
        )
        output = IdentificationOutput(identification_for(self.actor, asked.public_id))
        return Response(output.data, status=status.HTTP_201_CREATED)


class IdentificationView(WriteView):
    """One of them."""

    @extend_schema(summary="One identification", responses=IdentificationOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it to an officer of its custodian."""
        return Response(IdentificationOutput(identification_for(self.actor, public_id)).data)


class IdentificationApproveView(WriteView):
    """A second officer agrees."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    @extend_schema(
        summary="Approve an identification", request=FactorInput, responses=IdentificationOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Book it, with a second factor; never by who asked."""
        asked = identification_for(self.actor, public_id)
        signed_once(
            request,
            verb="payment_identify_approve",
            target=public_id,
            body=self.read(FactorInput),
            run=lambda proof: payment_identify_approve(identification=asked, actor=self.actor, proof=proof),
            again=lambda ref: identification_for(self.actor, ref),
        )
        return Response(IdentificationOutput(identification_for(self.actor, public_id)).data)


class IdentificationRefuseView(WriteView):
    """A second officer does not agree."""

    @extend_schema(
        summary="Refuse an identification", request=RefuseInput, responses=IdentificationOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Refuse it, with a reason; the money stays unidentified."""
        asked, body = identification_for(self.actor, public_id), self.read(RefuseInput)
        signed_once(
            request,
            verb="payment_identify_refuse",
            target=public_id,
            body=body,
            run=lambda _proof: payment_identify_refuse(identification=asked, actor=self.actor, reason=body["reason"]),
            again=lambda ref: identification_for(self.actor, ref),
        )
        return Response(IdentificationOutput(identification_for(self.actor, public_id)).data)
