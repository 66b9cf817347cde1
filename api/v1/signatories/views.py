"""Signatories: the association names them, the village's head agrees to a change."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import person_named, project_named
from api.filters import PublicIdFilter
from api.idempotency import PARAMETER, signed_once
from api.throttling import FactorThrottle
from api.v1.payments.inputs import FactorInput, RefuseInput
from api.views import ListView, SignedIn, WriteView
from birge.accounts.models import User
from birge.errors import NotFound
from birge.organisations.models import Organisation, OrganisationKind, OrganisationStatus, Role, Term
from birge.organisations.selectors import holds_office, organisations_of, terms_today
from projects.works.models import SignatoryChange
from projects.works.services import signatory_change_approve, signatory_change_ask, signatory_change_refuse
from projects.works.services.signatories import SIGNING_ROLES

from .inputs import SignatoryChangeInput
from .outputs import SignatoryChangeOutput, SignatoryOutput


class SignatoryChangeFilters(django_filters.FilterSet):
    """By project and status."""

    project = PublicIdFilter(field_name="project__public_id")
    status = django_filters.ChoiceFilter(choices=SignatoryChange.Status.choices)

    class Meta:
        model = SignatoryChange
        fields: list[str] = []


def changes_seen(user: User) -> QuerySet[SignatoryChange]:
    """Return those of the projects of one's village administration, or that one's association signs for."""
    signing = terms_today().filter(user=user, office__role__in=SIGNING_ROLES).values("office__organisation")
    theirs = Q(project__administration__in=organisations_of(user)) | Q(project__signatory_organisation__in=signing)
    return SignatoryChange.objects.filter(theirs).select_related("project__administration", "person")


def change_for(user: User, public_id: str) -> SignatoryChange:
    """Return one that this person may see. Raises NotFound."""
    change = changes_seen(user).filter(public_id=public_id).first()
    if change is None:
        raise NotFound
    return change


@extend_schema(
    summary="List who may sign for an association",
    parameters=[OpenApiParameter("public_id", {"type": "string"}, OpenApiParameter.PATH)],
)
class SignatoryListView(ListView, WriteView):
    """By identifier and office: for the association's own people, and for heads of villages who choose among them."""

    queryset = Term.objects.none()
    serializer_class = SignatoryOutput
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[Term]:
        """Return the terms of today. Raises NotFound for whoever has no need to know."""
        association = Organisation.objects.filter(
            public_id=self.kwargs.get("public_id"),
            kind=OrganisationKind.MIGRANT_ASSOCIATION,
            status=OrganisationStatus.VERIFIED,
        ).first()
        if association is None or not (_is_head(self.actor) or holds_office(self.actor, association, SIGNING_ROLES)):
            raise NotFound
        terms = terms_today().filter(office__organisation=association, office__role__in=SIGNING_ROLES)
        return terms.select_related("user", "office")


def _is_head(user: User) -> bool:
    heads = terms_today().filter(user=user, office__role=Role.HEAD)
    return heads.filter(office__organisation__status=OrganisationStatus.VERIFIED).exists()


@extend_schema_view(get=extend_schema(summary="List changes of signatories"))
class SignatoryChangeListView(ListView, WriteView):
    """Changes of the outside signatories that concern one's village or one's association; newest first."""

    queryset = SignatoryChange.objects.none()
    serializer_class = SignatoryChangeOutput
    filterset_class = SignatoryChangeFilters
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[SignatoryChange]:
        """Return what this person may see."""
        return changes_seen(self.actor)

    @extend_schema(
        summary="Ask for another signatory",
        request=SignatoryChangeInput,
        responses={201: SignatoryChangeOutput},
        parameters=[PARAMETER],
    )
    def post(self, request: Request) -> Response:
        """Ask, for the association; nothing changes before the village's head agrees."""
        body = self.read(SignatoryChangeInput)
        asked = signed_once(
            request,
            verb="signatory_change_ask",
            target=body["project"],
            body=body,
            run=lambda _proof: signatory_change_ask(
                project=project_named(self.actor, body["project"]),
                actor=self.actor,
                person=person_named(body["person"], "person"),
                reason=body["reason"],
                substitute=body.get("substitute", False),
            ),
            again=lambda ref: change_for(self.actor, ref),
        )
        output = SignatoryChangeOutput(change_for(self.actor, asked.public_id))
        return Response(output.data, status=status.HTTP_201_CREATED)


class SignatoryChangeView(WriteView):
    """One of them."""

    @extend_schema(summary="One change of a signatory", responses=SignatoryChangeOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it to the two sides."""
        return Response(SignatoryChangeOutput(change_for(self.actor, public_id)).data)


class SignatoryChangeApproveView(WriteView):
    """The village's head agrees."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    @extend_schema(
        summary="Approve another signatory",
        request=FactorInput,
        responses=SignatoryChangeOutput,
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Let the new person sign from now on; with a second factor."""
        change = change_for(self.actor, public_id)
        signed_once(
            request,
            verb="signatory_change_approve",
            target=public_id,
            body=self.read(FactorInput),
            run=lambda proof: signatory_change_approve(change=change, actor=self.actor, proof=proof),
            again=lambda ref: change_for(self.actor, ref),
        )
        return Response(SignatoryChangeOutput(change_for(self.actor, public_id)).data)


class SignatoryChangeRefuseView(WriteView):
    """The village's head does not agree."""

    @extend_schema(
        summary="Refuse another signatory",
        request=RefuseInput,
        responses=SignatoryChangeOutput,
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Refuse it, with a reason; who signs stays."""
        change, body = change_for(self.actor, public_id), self.read(RefuseInput)
        signed_once(
            request,
            verb="signatory_change_refuse",
            target=public_id,
            body=body,
            run=lambda _proof: signatory_change_refuse(change=change, actor=self.actor, reason=body["reason"]),
            again=lambda ref: change_for(self.actor, ref),
        )
        return Response(SignatoryChangeOutput(change_for(self.actor, public_id)).data)
