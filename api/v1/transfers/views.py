"""Transfers: open to everyone; each step is one officer's of the sender or the receiver."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import custodians_of, document_named, requester
from api.filters import PublicIdFilter
from api.idempotency import PARAMETER, signed_once
from api.throttling import FactorThrottle
from api.v1.payments.inputs import FactorInput
from api.v1.projects.inputs import ReasonInput
from api.views import ApiView, ListView, WriteView
from birge.accounts.factors import FactorProof
from birge.accounts.models import User
from birge.errors import InvalidInput, NotFound
from birge.organisations.models import Organisation
from funds.banking.models import BankLine
from funds.settlement.services import transfer_close_confirm, transfer_receive, transfer_refuse, transfer_send
from funds.transfers.models import Transfer
from funds.transfers.selectors import transfers
from funds.transfers.services import (
    Route,
    transfer_approve,
    transfer_close_ask,
    transfer_close_refuse,
    transfer_prepare,
)
from funds.transfers.states import TransferStatus

from .inputs import ClosingInput, RouteInput, TransferReceiveInput, TransferSendInput
from .outputs import TransferOutput


class TransferFilters(django_filters.FilterSet):
    """By either end, either pool, and status."""

    sender = PublicIdFilter(field_name="sender__public_id")
    receiver = PublicIdFilter(field_name="receiver__public_id")
    from_pool = PublicIdFilter(field_name="from_pool_ref")
    to_pool = PublicIdFilter(field_name="to_pool_ref")
    status = django_filters.ChoiceFilter(choices=TransferStatus.choices)

    class Meta:
        model = Transfer
        fields: list[str] = []


def context_for(user: User | None) -> dict[str, Any]:
    """Return what an output needs to know of its reader: for which custodians they see the banks."""
    return {"senders": set(custodians_of(user).values_list("pk", flat=True)) if user is not None else set()}


def transfer_for(public_id: str) -> Transfer:
    """Return a transfer. Raises NotFound."""
    found = transfers().filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


@extend_schema(summary="List transfers between custodians")
class TransferListView(ListView):
    """What pools have decided to send to other custodians, and how far it is; newest first."""

    queryset = Transfer.objects.none()
    serializer_class = TransferOutput
    filterset_class = TransferFilters

    def get_queryset(self) -> QuerySet[Transfer]:
        """Return all of them: sums and days are public."""
        return transfers()

    def get_serializer_context(self) -> dict[str, Any]:
        """Add for whom the reader sees banks."""
        return {**super().get_serializer_context(), **context_for(requester(self.request))}


class TransferView(ApiView):
    """One transfer."""

    @extend_schema(summary="One transfer between custodians", responses=TransferOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it to anyone."""
        return Response(TransferOutput(transfer_for(public_id), context=context_for(requester(request))).data)


class _TransferStep(WriteView):
    """What the steps of a transfer share."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    def step(
        self, verb: str, public_id: str, body: dict[str, Any], run: Callable[[FactorProof | None], Transfer]
    ) -> Response:
        """Run the verb once and return the transfer as it is then."""
        signed_once(self.request, verb=verb, target=public_id, body=body, run=run, again=transfer_for)
        return Response(TransferOutput(transfer_for(public_id), context=context_for(self.actor)).data)

    def line(self, body: dict[str, Any], custodian: Organisation) -> BankLine | None:
        """Return the line of a statement that a body names. Raises InvalidInput (`line`)."""
        ref = body.get("line")
        if ref is None:
            return None
        lines = BankLine.objects.filter(account__custodian__in=custodians_of(self.actor)).select_related("account")
        found = lines.filter(public_id=ref, account__custodian=custodian).first()
        if found is None:
            raise InvalidInput(_("We do not know this line."), field="line", code="unknown")
        return found


class TransferPrepareView(_TransferStep):
    """By which banks."""

    @extend_schema(summary="Prepare a transfer", request=RouteInput, responses=TransferOutput, parameters=[PARAMETER])
    def post(self, request: Request, public_id: str) -> Response:
        """Write it down as an officer of the sender; everybody concerned is looked up in the block lists."""
        transfer, body = transfer_for(public_id), self.read(RouteInput)
        route = Route(**{name: value for name, value in body.items() if name != "paper"})
        return self.step(
            "transfer_prepare",
            public_id,
            body,
            lambda _proof: transfer_prepare(
                transfer=transfer,
                actor=self.actor,
                route=route,
                paper=document_named(self.actor, body.get("paper"), "paper"),
            ),
        )


class TransferApproveView(_TransferStep):
    """Another officer agrees."""

    @extend_schema(summary="Approve a transfer", request=FactorInput, responses=TransferOutput, parameters=[PARAMETER])
    def post(self, request: Request, public_id: str) -> Response:
        """Approve with a second factor; never by who prepared it, nor while a block list holds it up."""
        transfer, body = transfer_for(public_id), self.read(FactorInput)
        return self.step(
            "transfer_approve",
            public_id,
            body,
            lambda proof: transfer_approve(transfer=transfer, actor=self.actor, proof=proof),
        )


class TransferSendView(_TransferStep):
    """It has left."""

    @extend_schema(
        summary="Say that a transfer was sent", request=TransferSendInput, responses=TransferOutput,
        parameters=[PARAMETER],
    )  # fmt: skip
    def post(self, request: Request, public_id: str) -> Response:
        """Book it as on its way, with a second factor. The sender owes it until the receiver says it is there."""
        transfer, body = transfer_for(public_id), self.read(TransferSendInput)
        return self.step(
            "transfer_send",
            public_id,
            body,
            lambda proof: transfer_send(
                transfer=transfer,
                actor=self.actor,
                sent_on=body["sent_on"],
                bank_reference=body["bank_reference"],
                proof=proof,
                paper=document_named(self.actor, body.get("bank_line"), "bank_line"),
                line=self.line(body, transfer.sender),
            ),
        )


class TransferReceiveView(_TransferStep):
    """It is there."""

    @extend_schema(
        summary="Say that a transfer arrived", request=TransferReceiveInput, responses=TransferOutput,
        parameters=[PARAMETER],
    )  # fmt: skip
    def post(self, request: Request, public_id: str) -> Response:
        """Book it as an officer of the receiver, with a second factor. What banks kept is the sender's fee."""
        transfer, body = transfer_for(public_id), self.read(TransferReceiveInput)
        return self.step(
            "transfer_receive",
            public_id,
            body,
            lambda proof: transfer_receive(
                transfer=transfer,
                actor=self.actor,
                amount=body["amount"],
                received_on=body["received_on"],
                bank_reference=body["bank_reference"],
                rest_is_fee=body.get("rest_is_fee", False),
                proof=proof,
                paper=document_named(self.actor, body.get("bank_line"), "bank_line"),
                line=self.line(body, transfer.receiver),
            ),
        )


class TransferRefuseView(_TransferStep):
    """It will not be sent."""

    @extend_schema(
        summary="Do not send a transfer", request=ReasonInput, responses=TransferOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Say why, in public, before it has left; the pool's money is free again."""
        transfer, body = transfer_for(public_id), self.read(ReasonInput)
        return self.step(
            "transfer_refuse",
            public_id,
            body,
            lambda _proof: transfer_refuse(transfer=transfer, actor=self.actor, reason=body["reason"]),
        )


class TransferCloseView(_TransferStep):
    """It did not arrive."""

    @extend_schema(
        summary="Say that a transfer came back or is lost", request=ClosingInput, responses=TransferOutput,
        parameters=[PARAMETER],
    )  # fmt: skip
    def post(self, request: Request, public_id: str) -> Response:
        """Say so as an officer of the sender; nothing is booked before another confirms."""
        transfer, body = transfer_for(public_id), self.read(ClosingInput)
        return self.step(
            "transfer_close",
            public_id,
            body,
            lambda _proof: transfer_close_ask(
                transfer=transfer, actor=self.actor, how=body["how"], reason=body["reason"]
            ),
        )


class TransferCloseConfirmView(_TransferStep):
    """Another officer saw it too."""

    @extend_schema(
        summary="Confirm that a transfer came back or is lost", request=FactorInput, responses=TransferOutput,
        parameters=[PARAMETER],
    )  # fmt: skip
    def post(self, request: Request, public_id: str) -> Response:
        """Book it with a second factor; never by who said so."""
        transfer, body = transfer_for(public_id), self.read(FactorInput)
        return self.step(
            "transfer_close_confirm",
            public_id,
            body,
            lambda proof: transfer_close_confirm(transfer=transfer, actor=self.actor, proof=proof),
        )


class TransferCloseRefuseView(_TransferStep):
    """It is on its way after all."""

    @extend_schema(
        summary="Say that a transfer is on its way still", request=ReasonInput, responses=TransferOutput,
        parameters=[PARAMETER],
    )  # fmt: skip
    def post(self, request: Request, public_id: str) -> Response:
        """Take back that it came back or is lost, with a reason."""
        transfer, body = transfer_for(public_id), self.read(ReasonInput)
        return self.step(
            "transfer_close_refuse",
            public_id,
            body,
            lambda _proof: transfer_close_refuse(transfer=transfer, actor=self.actor, reason=body["reason"]),
        )
