"""Releases: one asks, two sign, the custodian pays."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import document_named, project_named
from api.filters import PublicIdFilter
from api.idempotency import PARAMETER, signed_once
from api.throttling import FactorThrottle
from api.v1.payments.inputs import FactorInput, RefuseInput
from api.v1.projects.finding import milestone_named
from api.views import ApiView, ListView, WriteView
from birge.errors import NotFound
from funds.releases.models import Release, ReleaseStatus
from funds.releases.services import release_ask, release_pay, release_refuse, release_sign
from projects.works.selectors import projects_public

from .inputs import ReleaseInput, ReleasePayInput
from .outputs import ReleaseOutput


class ReleaseFilters(django_filters.FilterSet):
    """By project and status."""

    project = PublicIdFilter(field_name="project__public_id")
    status = django_filters.ChoiceFilter(choices=ReleaseStatus.choices)

    class Meta:
        model = Release
        fields: list[str] = []


def releases_public() -> QuerySet[Release]:
    """Return the releases of public projects, with what their output reads."""
    releases = Release.objects.filter(project__in=projects_public()).select_related("project", "milestone")
    return releases.prefetch_related("signatures")


def release_at(public_id: str) -> Release:
    """Return the release that an address names. Raises NotFound."""
    release = releases_public().filter(public_id=public_id).first()
    if release is None:
        raise NotFound
    return release


@extend_schema_view(get=extend_schema(summary="List releases"))
class ReleaseListView(ListView, WriteView):
    """All releases, in public; a new one is asked for by the village administration."""

    queryset = Release.objects.all()
    serializer_class = ReleaseOutput
    filterset_class = ReleaseFilters
    permission_classes = [IsAuthenticatedOrReadOnly]

    def get_queryset(self) -> QuerySet[Release]:
        """Return what everyone may see."""
        return releases_public()

    @extend_schema(
        summary="Ask for a tranche", request=ReleaseInput, responses={201: ReleaseOutput}, parameters=[PARAMETER]
    )
    def post(self, request: Request) -> Response:
        """Ask for the money of one milestone."""
        body = self.read(ReleaseInput)
        project = project_named(self.actor, body["project"])
        release = signed_once(
            request,
            verb="release_ask",
            target=project.public_id,
            body=body,
            run=lambda _proof: release_ask(
                milestone=milestone_named(project, body["milestone"]),
                actor=self.actor,
                reason=body["reason"],
                basis=document_named(self.actor, body.get("basis"), "basis"),
            ),
            again=release_at,
        )
        return Response(ReleaseOutput(release_at(release.public_id)).data, status=status.HTTP_201_CREATED)


class ReleaseView(ApiView):
    """One release."""

    @extend_schema(summary="One release", responses=ReleaseOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it."""
        return Response(ReleaseOutput(release_at(public_id)).data)


class _ReleaseStep(WriteView):
    """What the steps of a release share."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    def step(self, verb: str, public_id: str, body: dict[str, Any], run: Any) -> Response:
        """Run the verb once and return the release as it is then."""
        release_at(public_id)
        signed_once(self.request, verb=verb, target=public_id, body=body, run=run, again=release_at)
        return Response(ReleaseOutput(release_at(public_id)).data)


class ReleaseSignView(_ReleaseStep):
    """One of two signatures."""

    @extend_schema(summary="Sign a release", request=FactorInput, responses=ReleaseOutput, parameters=[PARAMETER])
    def post(self, request: Request, public_id: str) -> Response:
        """Sign as the village's head or as the outside signatory: the service knows which of them one is."""
        release = release_at(public_id)
        return self.step(
            "release_sign",
            public_id,
            self.read(FactorInput),
            lambda proof: release_sign(release=release, actor=self.actor, proof=proof),
        )


class ReleaseRefuseView(_ReleaseStep):
    """It is not to be paid."""

    @extend_schema(summary="Refuse a release", request=RefuseInput, responses=ReleaseOutput, parameters=[PARAMETER])
    def post(self, request: Request, public_id: str) -> Response:
        """Refuse, with a reason."""
        release, body = release_at(public_id), self.read(RefuseInput)
        return self.step(
            "release_refuse",
            public_id,
            body,
            lambda _proof: release_refuse(release=release, actor=self.actor, reason=body["reason"]),
        )


class ReleasePayView(_ReleaseStep):
    """The custodian pays."""

    @extend_schema(summary="Pay a release", request=ReleasePayInput, responses=ReleaseOutput, parameters=[PARAMETER])
    def post(self, request: Request, public_id: str) -> Response:
        """Book the payment to the village, with the bank's line and a second factor."""
        release, body = release_at(public_id), self.read(ReleasePayInput)
        return self.step(
            "release_pay",
            public_id,
            body,
            lambda proof: release_pay(
                release=release,
                actor=self.actor,
                bank_reference=body["bank_reference"],
                bank_line=document_named(self.actor, body["bank_line"], "bank_line"),
                proof=proof,
            ),
        )
