"""Payments: written down by one officer, confirmed by another."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import custodians_of, device, document_named, organisation_named, pledge_named, project_named
from api.idempotency import PARAMETER, idempotency, signed_once
from api.throttling import FactorThrottle
from api.views import ListView, SignedIn, WriteView
from birge.accounts.models import User
from birge.errors import InvalidInput, NotFound
from funds.payments.models import Payment
from funds.payments.services import payment_confirm, payment_refuse
from funds.settlement.services import pledge_payment_record, unidentified_payment_record, village_payment_record

from .filters import PaymentFilters
from .inputs import FactorInput, PaymentInput, RefuseInput
from .outputs import PaymentOutput


def payments_seen(user: User) -> QuerySet[Payment]:
    """Return the payments of the custodians whose officer this person is."""
    return Payment.objects.filter(custodian__in=custodians_of(user)).select_related("project", "custodian")


def payment_for(user: User, public_id: str) -> Payment:
    """Return a payment that this officer may see. Raises NotFound."""
    payment = payments_seen(user).filter(public_id=public_id).first()
    if payment is None:
        raise NotFound
    return payment


def payment_named(user: User, public_id: str) -> Payment:
    """Return the payment that a body names in `payment`. Raises InvalidInput there."""
    payment = payments_seen(user).filter(public_id=public_id).first()
    if payment is None:
        raise InvalidInput(_("We do not know this payment."), field="payment", code="unknown")
    return payment


@extend_schema_view(get=extend_schema(summary="List the payments of one's custodian"))
class PaymentListView(ListView, WriteView):
    """Payments of the custodians whose officer one is."""

    queryset = Payment.objects.none()
    serializer_class = PaymentOutput
    filterset_class = PaymentFilters
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[Payment]:
        """Return what this officer may see."""
        return payments_seen(self.actor)

    @extend_schema(
        summary="Write a payment down", request=PaymentInput, responses={201: PaymentOutput}, parameters=[PARAMETER]
    )
    def post(self, request: Request) -> Response:
        """Record that money came; nothing is booked before a second person confirms it."""
        scope, key = idempotency(request)
        body = self.read(PaymentInput)
        payment = signed_once(
            request,
            verb="payment_record",
            target="",
            body=body,
            run=lambda _proof: _record(self.actor, (f"{scope}/record", key), body, device(request)),
            again=lambda ref: payment_for(self.actor, ref),
            private=["payer_note"],
        )
        return Response(PaymentOutput(payment_for(self.actor, payment.public_id)).data, status=status.HTTP_201_CREATED)


def _record(actor: User, key: tuple[str, str], body: dict[str, Any], on_device: str) -> Payment:
    what: dict[str, Any] = {
        "amount": body["amount"],
        "received_on": body["received_on"],
        "reference": body.get("reference", ""),
        "evidence": document_named(actor, body.get("evidence"), "evidence"),
        "actor": actor,
        "idempotency": key,
    }
    if "project" in body:
        return village_payment_record(project=project_named(actor, body["project"]), **what)
    what |= {"kind": body["kind"], "payer_note": body.get("payer_note", ""), "device": on_device}
    if "pledge" in body:
        return pledge_payment_record(pledge=pledge_named(actor, body["pledge"]), **what)
    return unidentified_payment_record(custodian=organisation_named(body["custodian"], "custodian"), **what)


class PaymentView(WriteView):
    """One payment."""

    @extend_schema(summary="One payment", responses=PaymentOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it to an officer of its custodian."""
        return Response(PaymentOutput(payment_for(self.actor, public_id)).data)


class PaymentConfirmView(WriteView):
    """A second officer saw the money."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    @extend_schema(summary="Confirm a payment", request=FactorInput, responses=PaymentOutput, parameters=[PARAMETER])
    def post(self, request: Request, public_id: str) -> Response:
        """Book it, with a second factor; never by who recorded it."""
        payment = payment_for(self.actor, public_id)
        confirmed = signed_once(
            request,
            verb="payment_confirm",
            target=public_id,
            body=self.read(FactorInput),
            run=lambda proof: payment_confirm(payment=payment, actor=self.actor, proof=proof, device=device(request)),
            again=lambda ref: payment_for(self.actor, ref),
        )
        return Response(PaymentOutput(confirmed).data)


class PaymentRefuseView(WriteView):
    """The money did not come."""

    @extend_schema(summary="Refuse a payment", request=RefuseInput, responses=PaymentOutput, parameters=[PARAMETER])
    def post(self, request: Request, public_id: str) -> Response:
        """Say so, with a reason."""
        payment = payment_for(self.actor, public_id)
        body = self.read(RefuseInput)
        refused = signed_once(
            request,
            verb="payment_refuse",
            target=public_id,
            body=body,
            run=lambda _proof: payment_refuse(payment=payment, actor=self.actor, reason=body["reason"]),
            again=lambda ref: payment_for(self.actor, ref),
        )
        return Response(PaymentOutput(refused).data)
