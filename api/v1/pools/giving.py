"""Gifts to a pool: announced by who gives, seen by its people, recorded by its custodian's officer."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import device, document_named, requester
from api.idempotency import PARAMETER, idempotency, signed_once
from api.throttling import PledgeThrottle
from api.v1.pool_gifts.outputs import PoolGiftStoryOutput
from api.views import ListView, SignedIn, WriteView
from birge.notifications.services import Contact
from funds.payments.models import Payment
from funds.pools.models import PoolGift
from funds.pools.services import gift_announce
from funds.settlement.services import pool_payment_record

from .filters import PoolGiftFilters
from .finding import gift_for, gifts_seen, pool_for
from .inputs import PoolGiftInput, PoolPaymentInput
from .outputs import PoolGiftOutput, PoolPaymentOutput

POOL = OpenApiParameter("public_id", {"type": "string"}, OpenApiParameter.PATH, description="The pool.")


@extend_schema_view(get=extend_schema(summary="List the gifts to a pool", parameters=[POOL]))
class PoolGiftListView(ListView, WriteView):
    """Announced and paid gifts, newest first: for the pool's own people and its custodian's officers."""

    queryset = PoolGift.objects.none()
    serializer_class = PoolGiftOutput
    filterset_class = PoolGiftFilters
    throttle_classes = [PledgeThrottle, *ListView.throttle_classes]

    def get_permissions(self) -> list[Any]:
        """Let guests announce a gift; the list needs somebody whose affair it is."""
        return [SignedIn()] if self.request.method == "GET" else []

    def get_queryset(self) -> QuerySet[PoolGift]:
        """Return them. Raises NotFound for whoever has no need to know."""
        return gifts_seen(self.actor, self.kwargs.get("public_id", ""))

    @extend_schema(
        summary="Announce a gift to a pool",
        description="The answer tells where to pay and what to write with it; a message says so too. Nothing is "
        "booked before the money came.",
        request=PoolGiftInput,
        responses={201: PoolGiftStoryOutput},
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Write it down, with or without an account."""
        key, user = idempotency(request), requester(request)
        pool, body = pool_for(user, public_id), self.read(PoolGiftInput)
        gift = gift_announce(
            pool=pool,
            amount=body["amount"],
            actor=user,
            contact=contact_of(body),
            language=body["language"],
            credit_line=body.get("credit_line", ""),
            idempotency=key,
        )
        found = PoolGift.objects.select_related("pool__custodian", "pool__organisation").get(pk=gift.pk)
        return Response(PoolGiftStoryOutput(found).data, status=status.HTTP_201_CREATED)


class PoolGiftPaymentView(WriteView):
    """Money came to the custodian for a gift."""

    @extend_schema(
        summary="Write a payment for a pool down",
        description="By an officer of its custodian. Another officer confirms it below `payments/`, or the giver by "
        "the link.",
        request=PoolPaymentInput,
        responses={201: PoolPaymentOutput},
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str, gift_id: str) -> Response:
        """Record that it came; nothing is booked before a second person confirms it."""
        (scope, key), gift = idempotency(request), gift_for(self.actor, public_id, gift_id)
        body = self.read(PoolPaymentInput)
        payment = signed_once(
            request,
            verb="pool_payment_record",
            target=gift_id,
            body=body,
            run=lambda _proof: pool_payment_record(
                gift=gift,
                kind=body["kind"],
                amount=body["amount"],
                received_on=body["received_on"],
                actor=self.actor,
                reference=body.get("reference", ""),
                payer_note=body.get("payer_note", ""),
                evidence=document_named(self.actor, body.get("evidence"), "evidence"),
                idempotency=(f"{scope}/record", key),
                device=device(request),
            ),
            again=lambda ref: Payment.objects.get(public_id=ref),
            private=["payer_note"],
        )
        return Response(PoolPaymentOutput(payment).data, status=status.HTTP_201_CREATED)


def contact_of(body: dict[str, Any]) -> Contact | None:
    """Return the contact that a body gives, if it gives one."""
    contact = body.get("contact")
    return Contact(contact["kind"], contact["value"]) if contact else None
