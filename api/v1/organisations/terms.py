"""Terms of reference: everyone reads them, one who leads writes them, another who signs agrees."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import document_named, requester
from api.idempotency import PARAMETER, signed_once
from api.throttling import FactorThrottle
from api.v1.payments.inputs import FactorInput, RefuseInput
from api.views import ListView, WriteView
from birge.accounts.models import User
from birge.errors import NotFound
from birge.organisations.models import Organisation, RequestStatus, TermsOfReference
from birge.organisations.selectors import belongs
from birge.organisations.services import terms_approve, terms_ask, terms_refuse

from .inputs import TermsInput
from .joining import organisation_seen
from .outputs import TermsOutput


def terms_seen(user: User | None, organisation: Organisation) -> QuerySet[TermsOfReference]:
    """Return what was ever in force, and for its own people also what was only asked for."""
    seen = Q() if belongs(user, organisation) else Q(status=RequestStatus.APPROVED)
    return TermsOfReference.objects.filter(seen, organisation=organisation).select_related("organisation", "paper")


def terms_for(user: User, public_id: str, version: int | str) -> TermsOfReference:
    """Return one version that this person may see. Raises NotFound."""
    found = terms_seen(user, organisation_seen(public_id)).filter(version=int(version)).first()
    if found is None:
        raise NotFound
    return found


@extend_schema_view(
    get=extend_schema(
        summary="List terms of reference",
        parameters=[OpenApiParameter("public_id", {"type": "string"}, OpenApiParameter.PATH)],
    )
)
class TermsListView(ListView, WriteView):
    """All versions that were ever in force, newest first; its own people also see what waits or was refused."""

    queryset = TermsOfReference.objects.none()
    serializer_class = TermsOutput
    permission_classes = [IsAuthenticatedOrReadOnly]

    def get_queryset(self) -> QuerySet[TermsOfReference]:
        """Return what this reader may see."""
        return terms_seen(requester(self.request), organisation_seen(self.kwargs.get("public_id", "")))

    @extend_schema(
        summary="Write new terms of reference",
        request=TermsInput,
        responses={201: TermsOutput},
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Ask, for whoever leads; they count once another person who signs has agreed."""
        organisation, body = organisation_seen(public_id), self.read(TermsInput)
        said = {name: value for name, value in body.items() if name != "paper"}
        asked = signed_once(
            request,
            verb="terms_ask",
            target=public_id,
            body=body,
            run=lambda _proof: terms_ask(
                organisation=organisation,
                actor=self.actor,
                paper=document_named(self.actor, body.get("paper"), "paper"),
                **said,
            ),
            again=lambda ref: terms_for(self.actor, public_id, ref.rpartition(":")[2]),
        )
        output = TermsOutput(terms_for(self.actor, public_id, asked.version))
        return Response(output.data, status=status.HTTP_201_CREATED)


class TermsApproveView(WriteView):
    """Another person who signs agrees."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    @extend_schema(
        summary="Agree to terms of reference", request=FactorInput, responses=TermsOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str, version: int) -> Response:
        """Let them count from now on; with a second factor."""
        terms = terms_for(self.actor, public_id, version)
        signed_once(
            request,
            verb="terms_approve",
            target=terms.public_id,
            body=self.read(FactorInput),
            run=lambda proof: terms_approve(terms=terms, actor=self.actor, proof=proof),
            again=lambda _ref: terms_for(self.actor, public_id, version),
        )
        return Response(TermsOutput(terms_for(self.actor, public_id, version)).data)


class TermsRefuseView(WriteView):
    """Another person who signs does not agree."""

    @extend_schema(
        summary="Refuse terms of reference", request=RefuseInput, responses=TermsOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str, version: int) -> Response:
        """Refuse them, with a reason; what was in force stays."""
        terms, body = terms_for(self.actor, public_id, version), self.read(RefuseInput)
        signed_once(
            request,
            verb="terms_refuse",
            target=terms.public_id,
            body=body,
            run=lambda _proof: terms_refuse(terms=terms, actor=self.actor, reason=body["reason"]),
            again=lambda _ref: terms_for(self.actor, public_id, version),
        )
        return Response(TermsOutput(terms_for(self.actor, public_id, version)).data)
