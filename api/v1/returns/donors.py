"""What donors say about money that goes back or on, by the token of their signed link; and what everyone reads."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import project_for, requester
from api.throttling import PledgeThrottle
from api.v1.projects.inputs import EmptyInput
from api.views import ApiView
from funds.returns.selectors import progress_of_project
from funds.settlement.services import back_account_set, move_refuse, wish_change

from .inputs import AccountInput, WishInput
from .outputs import BackAccountOutput, ReturnsOutput, WishOutput

FEW = 5  # groups smaller than this are not broken down in public


class WishView(ApiView):
    """What is to become of a gift whose project does not happen."""

    throttle_classes = [PledgeThrottle, *ApiView.throttle_classes]

    @extend_schema(
        summary="Choose what becomes of a gift if its project fails",
        description="`back` (the default) or `village`: another project of the village. Until the money is divided.",
        request=WishInput,
        responses=WishOutput,
    )
    def put(self, request: Request, token: str) -> Response:
        """Keep the choice."""
        body = self.read(WishInput)
        return Response(WishOutput(wish_change(token=token, choice=body["choice"])).data)


class MoveRefuseView(ApiView):
    """The gift is to come back after all."""

    throttle_classes = [PledgeThrottle, *ApiView.throttle_classes]

    @extend_schema(
        summary="Say no to another project",
        description="The gift goes back the way it came. Said twice is said once.",
        request=EmptyInput,
        responses={204: None},
    )
    def post(self, request: Request, token: str) -> Response:
        """Send it back."""
        self.read(EmptyInput)
        move_refuse(token=token)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AccountView(ApiView):
    """Where the money should go back to."""

    throttle_classes = [PledgeThrottle, *ApiView.throttle_classes]

    @extend_schema(
        summary="Say where money should go back to",
        description="Seen only by the officers who send it, and deleted once it went. All empty deletes it now.",
        request=AccountInput,
        responses={200: BackAccountOutput, 204: None},
    )
    def put(self, request: Request, token: str) -> Response:
        """Keep it, or delete it."""
        kept = back_account_set(token=token, **self.read(AccountInput))
        return Response(status=status.HTTP_204_NO_CONTENT) if kept is None else Response(BackAccountOutput(kept).data)


class ProjectReturnsView(ApiView):
    """How far a project's money has gone back."""

    @extend_schema(summary="How far a project's money has gone back", responses=ReturnsOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it for everyone; zeros where nothing was divided."""
        project = project_for(requester(request), public_id)
        far = progress_of_project(project)
        many = far is not None and far.parts >= FEW
        return Response(
            ReturnsOutput(
                {
                    "total_minor": far.total_minor if far else 0,
                    "back_minor": far.back_minor if far else 0,
                    "currency": project.currency,
                    "gifts": far.parts if far and many else None,
                    "gifts_back": far.back if far and many else None,
                    "waits_for_officer": far.officer if far and many else None,
                }
            ).data
        )
