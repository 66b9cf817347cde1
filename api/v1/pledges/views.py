"""Pledges: one's own, and making one."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import origin_of, project_named, requester
from api.idempotency import PARAMETER, idempotency
from api.throttling import PledgeThrottle
from api.views import ListView, SignedIn
from birge.notifications.services import Contact
from funds.pledges.models import Party, Pledge
from funds.pledges.selectors import pledges_of
from funds.pledges.services import pledge_make
from funds.watch.services import origin_keep

from .inputs import PledgeInput
from .outputs import PledgeMadeOutput, PledgeOutput


@extend_schema_view(get=extend_schema(summary="List one's own pledges"))
class PledgeListView(ListView):
    """One's own pledges; a new one, with or without an account."""

    queryset = Pledge.objects.none()
    serializer_class = PledgeOutput
    throttle_classes = [PledgeThrottle, *ListView.throttle_classes]

    def get_permissions(self) -> list[Any]:
        """Let guests make a pledge; a list needs somebody whose it is."""
        return [SignedIn()] if self.request.method == "GET" else []

    def get_queryset(self) -> QuerySet[Pledge]:
        """Return what the person who asks has pledged."""
        user = requester(self.request)
        return pledges_of(user) if user else Pledge.objects.none()

    @extend_schema(
        summary="Make a pledge",
        description="Sends a code and a link to the contact. Nothing is promised before one of them is used.",
        request=PledgeInput,
        responses={201: PledgeMadeOutput},
        parameters=[PARAMETER],
    )
    def post(self, request: Request) -> Response:
        """Write it down, and have the contact asked."""
        key = idempotency(request)
        body = self.read(PledgeInput)
        user, contact = requester(request), body.get("contact")
        on_behalf = body.get("on_behalf", False)
        if on_behalf and user is None:
            raise NotAuthenticated
        pledge = pledge_make(
            project=project_named(user, body["project"]),
            amount=body["amount"],
            contact=Contact(contact["kind"], contact["value"]) if contact else None,
            country=body["country"],
            credit_choice=body.get("credit_choice"),
            credit_line=body.get("credit_line", ""),
            language=body["language"],
            terms_version=body["terms_version"],
            conditions=body.get("conditions"),
            party=body.get("party", Party.DONORS),
            idempotency=key,
            actor=user,
            on_behalf=on_behalf,
            related=body.get("related", ""),
            related_words=body.get("related_words", ""),
        )
        origin_keep(pledge, origin_of(request))
        return Response(PledgeMadeOutput(pledge).data, status=status.HTTP_201_CREATED)
