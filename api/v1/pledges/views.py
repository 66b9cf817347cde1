"""Pledges: making, proving, following, taking back."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import pledge_for_officer, project_named, requester
from api.idempotency import PARAMETER, idempotency
from api.throttling import PledgeThrottle
from api.views import ApiView, ListView, SignedIn, WriteView
from birge.notifications.services import Contact
from funds.pledges.models import ConfirmedHow, Party, Pledge
from funds.pledges.selectors import pledges_of
from funds.pledges.services import confirmation_resend, pledge_make
from funds.pledges.tokens import pledge_by_token
from funds.settlement.services import pledge_confirm_and_match, pledge_withdraw_and_release

from .inputs import CallBackInput, ConfirmInput, PledgeInput, WithdrawInput
from .outputs import PledgeOutput, PledgeStoryOutput


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
        responses={201: PledgeOutput},
        parameters=[PARAMETER],
    )
    def post(self, request: Request) -> Response:
        """Write it down, and have the contact asked."""
        key = idempotency(request)
        body = self.read(PledgeInput)
        user = requester(request)
        contact = body.get("contact")
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
        )
        return Response(PledgeOutput(pledge).data, status=status.HTTP_201_CREATED)


class PledgeView(ApiView):
    """One pledge by the token of its signed link."""

    @extend_schema(summary="Where is my money", responses=PledgeStoryOutput)
    def get(self, request: Request, token: str) -> Response:
        """Return the pledge and its story so far."""
        return Response(PledgeStoryOutput(pledge_by_token(token)).data)


class PledgeConfirmView(ApiView):
    """The contact is proven."""

    throttle_classes = [PledgeThrottle, *ApiView.throttle_classes]

    @extend_schema(
        summary="Confirm a pledge",
        description="With the code or the link's token that the contact received. Once confirmed, it stays confirmed.",
        request=ConfirmInput,
        responses=PledgeOutput,
    )
    def post(self, request: Request, token: str) -> Response:
        """Book the promise and reserve its match."""
        pledge = pledge_by_token(token)
        body = self.read(ConfirmInput)
        how = ConfirmedHow.CODE if "code" in body else ConfirmedHow.LINK
        confirmed = pledge_confirm_and_match(
            pledge=pledge,
            how=how,
            code=body.get("code", ""),
            token=body.get("link_token", ""),
            actor=requester(request),
        )
        return Response(PledgeOutput(confirmed).data)


class PledgeResendView(ApiView):
    """The message is sent once more."""

    throttle_classes = [PledgeThrottle, *ApiView.throttle_classes]

    @extend_schema(summary="Send the code once more", request=None, responses={202: None})
    def post(self, request: Request, token: str) -> Response:
        """Send a new code; the one before stops working."""
        confirmation_resend(pledge=pledge_by_token(token))
        return Response(status=status.HTTP_202_ACCEPTED)


class PledgeWithdrawView(ApiView):
    """The promise is taken back."""

    @extend_schema(
        summary="Take a pledge back",
        description="Until its money came. Taken back twice is taken back once.",
        request=WithdrawInput,
        responses=PledgeOutput,
    )
    def post(self, request: Request, token: str) -> Response:
        """Release it and its match."""
        pledge = pledge_by_token(token)
        body = self.read(WithdrawInput)
        withdrawn = pledge_withdraw_and_release(
            pledge=pledge, token=token, actor=requester(request), reason=body.get("reason", "")
        )
        return Response(PledgeOutput(withdrawn).data)


class PledgeCallBackView(WriteView):
    """The custodian's officer called the donor back."""

    @extend_schema(summary="Confirm a pledge by a call", request=CallBackInput, responses={204: None})
    def post(self, request: Request, public_id: str) -> Response:
        """Confirm it in the officer's name; recorded."""
        pledge = pledge_for_officer(self.actor, public_id)
        body = self.read(CallBackInput)
        pledge_confirm_and_match(pledge=pledge, how=ConfirmedHow.CALL_BACK, actor=self.actor, reason=body["reason"])
        return Response(status=status.HTTP_204_NO_CONTENT)
