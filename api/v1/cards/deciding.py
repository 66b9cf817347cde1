"""What does not fit at Stripe, and the reserve: one officer asks or explains, another agrees."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import custodians_of
from api.idempotency import PARAMETER, signed_once
from api.throttling import FactorThrottle
from api.v1.payments.inputs import FactorInput, RefuseInput
from api.views import ListView, SignedIn, WriteView
from birge.errors import InvalidInput
from funds.payments.models import ReserveMove, StripeQuarantine
from funds.payments.providers.stripe.quarantine import quarantine_agree, quarantine_explain
from funds.payments.services import (
    reserve_cover_ask,
    reserve_fill_ask,
    reserve_move_agree,
    reserve_move_refuse,
)
from projects.works.models import Project

from .inputs import ExplainInput, ReserveInput
from .outputs import OddOutput, ReserveMoveOutput
from .seen import moves_seen, odd_seen, one_of


@extend_schema_view(get=extend_schema(summary="List what goes into one's custodian's reserve and out of it"))
class ReserveListView(ListView, WriteView):
    """The reserve against gifts that are taken back; newest first."""

    queryset = ReserveMove.objects.none()
    serializer_class = ReserveMoveOutput
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[ReserveMove]:
        """Return what this officer may see."""
        return moves_seen(self.actor)

    @extend_schema(
        summary="Fill the reserve, or cover a shortfall from it",
        request=ReserveInput,
        responses={201: ReserveMoveOutput},
        parameters=[PARAMETER],
    )
    def post(self, request: Request) -> Response:
        """Ask for it; nothing is booked before another officer agrees."""
        body = self.read(ReserveInput)
        once = (f"reserve:{self.actor.public_id}", request.headers.get("Idempotency-Key", ""))
        asked = signed_once(
            request,
            verb="reserve_ask",
            target=body.get("project") or body.get("custodian") or "",
            body=body,
            run=lambda _proof: self._ask(body, once),
            again=lambda ref: one_of(moves_seen(self.actor), ref),
        )
        output = ReserveMoveOutput(one_of(moves_seen(self.actor), asked.public_id))
        return Response(output.data, status=status.HTTP_201_CREATED)

    def _ask(self, body: dict[str, Any], once: tuple[str, str]) -> ReserveMove:
        mine = custodians_of(self.actor)
        if "project" in body:
            project = Project.objects.select_related("custodian").filter(public_id=body["project"]).first()
            if project is None or project.custodian not in mine:
                raise InvalidInput(_("We do not know this project."), field="project", code="unknown")
            return reserve_cover_ask(
                project=project, amount=body["amount"], reason=body["reason"], actor=self.actor, idempotency=once
            )
        custodian = mine.filter(public_id=body["custodian"]).first()
        if custodian is None:
            raise InvalidInput(_("We do not know this custodian."), field="custodian", code="unknown")
        return reserve_fill_ask(
            custodian=custodian, amount=body["amount"], reference=body["reference"], reason=body["reason"],
            actor=self.actor, idempotency=once,
        )  # fmt: skip


class ReserveAgreeView(WriteView):
    """A second officer agrees."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    @extend_schema(
        summary="Book a move of the reserve", request=FactorInput, responses=ReserveMoveOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Book it, with a second factor; never by who asked."""
        move = one_of(moves_seen(self.actor), public_id)
        signed_once(
            request,
            verb="reserve_agree",
            target=public_id,
            body=self.read(FactorInput),
            run=lambda proof: reserve_move_agree(move=move, actor=self.actor, proof=proof),
            again=lambda ref: one_of(moves_seen(self.actor), ref),
        )
        return Response(ReserveMoveOutput(one_of(moves_seen(self.actor), public_id)).data)


class ReserveRefuseView(WriteView):
    """An officer does not agree, or takes back what they asked."""

    @extend_schema(
        summary="Refuse a move of the reserve", request=RefuseInput, responses=ReserveMoveOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Refuse it, with a reason; nothing is booked."""
        move, body = one_of(moves_seen(self.actor), public_id), self.read(RefuseInput)
        signed_once(
            request,
            verb="reserve_refuse",
            target=public_id,
            body=body,
            run=lambda _proof: reserve_move_refuse(move=move, actor=self.actor, reason=body["reason"]),
            again=lambda ref: one_of(moves_seen(self.actor), ref),
        )
        return Response(ReserveMoveOutput(one_of(moves_seen(self.actor), public_id)).data)


@extend_schema_view(get=extend_schema(summary="List what at Stripe does not fit"))
class OddListView(ListView, WriteView):
    """What was put aside for people, decided on or not; newest first."""

    queryset = StripeQuarantine.objects.none()
    serializer_class = OddOutput
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[StripeQuarantine]:
        """Return what this officer may see."""
        return odd_seen(self.actor)


class OddExplainView(WriteView):
    """An officer knows what it is."""

    @extend_schema(
        summary="Explain what does not fit", request=ExplainInput, responses=OddOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Say what it is and what is to be done; nothing is done before another officer agrees."""
        item, body = one_of(odd_seen(self.actor), public_id), self.read(ExplainInput)
        signed_once(
            request,
            verb="stripe_explain",
            target=public_id,
            body=body,
            run=lambda _proof: quarantine_explain(
                item=item, actor=self.actor, explanation=body["reason"], decision=body["decision"]
            ),
            again=lambda ref: one_of(odd_seen(self.actor), ref),
        )
        return Response(OddOutput(one_of(odd_seen(self.actor), public_id)).data)


class OddAgreeView(WriteView):
    """A second officer agrees."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    @extend_schema(
        summary="Agree to what is to be done", request=FactorInput, responses=OddOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Do what was decided, with a second factor; never by who explained it."""
        item = one_of(odd_seen(self.actor), public_id)
        signed_once(
            request,
            verb="stripe_agree",
            target=public_id,
            body=self.read(FactorInput),
            run=lambda proof: quarantine_agree(item=item, actor=self.actor, proof=proof),
            again=lambda ref: one_of(odd_seen(self.actor), ref),
        )
        return Response(OddOutput(one_of(odd_seen(self.actor), public_id)).data)
