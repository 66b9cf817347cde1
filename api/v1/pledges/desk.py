"""Pledges at the custodian's desk: what is kept there, calls back, and promises taken back on the phone."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import pledge_for_officer, pledges_held
from api.filters import PublicIdFilter
from api.views import ListView, SignedIn, WriteView
from funds.pledges.models import ConfirmedHow, Pledge
from funds.pledges.states import PledgeStatus
from funds.settlement.services import pledge_confirm_and_match, pledge_withdraw_and_release

from .inputs import CallBackInput, WithdrawInput
from .outputs import HeldPledgeOutput


class HeldPledgeFilters(django_filters.FilterSet):
    """By project and status."""

    project = PublicIdFilter(field_name="project__public_id")
    status = django_filters.ChoiceFilter(choices=PledgeStatus.choices)

    class Meta:
        model = Pledge
        fields: list[str] = []


@extend_schema(summary="List the pledges kept by one's custodian")
class HeldPledgeListView(ListView, WriteView):
    """Pledges of the custodians whose officer one is, without anything of who made them."""

    queryset = Pledge.objects.none()
    serializer_class = HeldPledgeOutput
    filterset_class = HeldPledgeFilters
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[Pledge]:
        """Return what this officer may see."""
        return pledges_held(self.actor)


class HeldPledgeView(WriteView):
    """One pledge, for an officer of its custodian."""

    @extend_schema(summary="One pledge kept by one's custodian", responses=HeldPledgeOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it, without anything of who made it."""
        return Response(HeldPledgeOutput(pledge_for_officer(self.actor, public_id)).data)


class PledgeCallBackView(WriteView):
    """The custodian's officer called the donor back."""

    @extend_schema(summary="Confirm a pledge by a call", request=CallBackInput, responses={204: None})
    def post(self, request: Request, public_id: str) -> Response:
        """Confirm it in the officer's name; recorded."""
        pledge = pledge_for_officer(self.actor, public_id)
        body = self.read(CallBackInput)
        pledge_confirm_and_match(pledge=pledge, how=ConfirmedHow.CALL_BACK, actor=self.actor, reason=body["reason"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class HeldPledgeWithdrawView(WriteView):
    """The donor took the promise back on the phone."""

    @extend_schema(
        summary="Take a pledge back for its donor",
        description="With a reason: who called, and when. Taken back twice is taken back once.",
        request=WithdrawInput,
        responses=HeldPledgeOutput,
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Release it and its match, in the officer's name."""
        pledge = pledge_for_officer(self.actor, public_id)
        reason = self.read(WithdrawInput).get("reason", "")
        withdrawn = pledge_withdraw_and_release(pledge=pledge, actor=self.actor, reason=reason)
        return Response(HeldPledgeOutput(withdrawn).data)
