"""Becoming a member of an association: whoever is signed in asks, the chair decides."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.idempotency import PARAMETER, signed_once
from api.v1.payments.inputs import RefuseInput
from api.views import ListView, SignedIn, WriteView
from birge.accounts.models import User
from birge.errors import NotFound
from birge.organisations.models import JoinRequest, Organisation, OrganisationStatus, Role
from birge.organisations.selectors import holds_office, join_last, organisations_verified, terms_today
from birge.organisations.services import join_approve, join_ask, join_refuse, join_withdraw

from .inputs import JoinInput
from .outputs import JoinOutput


class JoinFilters(django_filters.FilterSet):
    """By status."""

    status = django_filters.ChoiceFilter(choices=JoinRequest.Status.choices)

    class Meta:
        model = JoinRequest
        fields: list[str] = []


def organisation_seen(public_id: str) -> Organisation:
    """Return a verified organisation. Raises NotFound."""
    found = organisations_verified().filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def join_for(user: User, public_id: str, join_id: str) -> JoinRequest:
    """Return a request to join for who asked and for the chair. Raises NotFound."""
    chaired = terms_today().filter(user=user, office__role=Role.CHAIR).values("office__organisation")
    theirs = Q(person=user) | Q(organisation__in=chaired)
    requests = JoinRequest.objects.filter(theirs, organisation__status=OrganisationStatus.VERIFIED)
    found = requests.filter(organisation__public_id=public_id, public_id=join_id)
    request = found.select_related("organisation", "person").first()
    if request is None:
        raise NotFound
    return request


class JoinView(WriteView):
    """One's own request to join."""

    @extend_schema(summary="My newest request to join", responses=JoinOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it, whatever became of it."""
        found = join_last(organisation_seen(public_id), self.actor)
        if found is None:
            raise NotFound
        return Response(JoinOutput(found).data)

    @extend_schema(
        summary="Ask to join an association",
        request=JoinInput,
        responses={201: JoinOutput},
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Ask; the chair decides."""
        organisation, body = organisation_seen(public_id), self.read(JoinInput)
        asked = signed_once(
            request,
            verb="join_ask",
            target=public_id,
            body=body,
            private=["message"],
            run=lambda _proof: join_ask(organisation=organisation, person=self.actor, message=body.get("message", "")),
            again=lambda ref: join_for(self.actor, public_id, ref),
        )
        output = JoinOutput(join_for(self.actor, public_id, asked.public_id))
        return Response(output.data, status=status.HTTP_201_CREATED)


@extend_schema(
    summary="List who asks to join",
    parameters=[OpenApiParameter("public_id", {"type": "string"}, OpenApiParameter.PATH)],
)
class JoinListView(ListView, WriteView):
    """Requests to join, newest first: for the association's chair."""

    queryset = JoinRequest.objects.none()
    serializer_class = JoinOutput
    filterset_class = JoinFilters
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[JoinRequest]:
        """Return the association's. Raises NotFound for whoever has no need to know."""
        organisation = organisation_seen(self.kwargs.get("public_id", ""))
        if not holds_office(self.actor, organisation, [Role.CHAIR]):
            raise NotFound
        return JoinRequest.objects.filter(organisation=organisation).select_related("organisation", "person")


class JoinApproveView(WriteView):
    """The chair says yes."""

    @extend_schema(summary="Admit who asks to join", request=None, responses=JoinOutput, parameters=[PARAMETER])
    def post(self, request: Request, public_id: str, join_id: str) -> Response:
        """Let them be a member from now on."""
        asked = join_for(self.actor, public_id, join_id)
        signed_once(
            request,
            verb="join_approve",
            target=join_id,
            body={},
            run=lambda _proof: join_approve(request=asked, actor=self.actor),
            again=lambda ref: join_for(self.actor, public_id, ref),
        )
        return Response(JoinOutput(join_for(self.actor, public_id, join_id)).data)


class JoinRefuseView(WriteView):
    """The chair says no."""

    @extend_schema(
        summary="Do not admit who asks to join", request=RefuseInput, responses=JoinOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str, join_id: str) -> Response:
        """Refuse it, with a reason that they read."""
        asked, body = join_for(self.actor, public_id, join_id), self.read(RefuseInput)
        signed_once(
            request,
            verb="join_refuse",
            target=join_id,
            body=body,
            run=lambda _proof: join_refuse(request=asked, actor=self.actor, reason=body["reason"]),
            again=lambda ref: join_for(self.actor, public_id, ref),
        )
        return Response(JoinOutput(join_for(self.actor, public_id, join_id)).data)


class JoinWithdrawView(WriteView):
    """Who asked thinks again."""

    @extend_schema(summary="Take a request to join back", request=None, responses=JoinOutput, parameters=[PARAMETER])
    def post(self, request: Request, public_id: str, join_id: str) -> Response:
        """Take it back; one may ask again."""
        asked = join_for(self.actor, public_id, join_id)
        signed_once(
            request,
            verb="join_withdraw",
            target=join_id,
            body={},
            run=lambda _proof: join_withdraw(request=asked, actor=self.actor),
            again=lambda ref: join_for(self.actor, public_id, ref),
        )
        return Response(JoinOutput(join_for(self.actor, public_id, join_id)).data)
