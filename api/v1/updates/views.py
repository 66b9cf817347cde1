"""Updates: reading and publishing."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import project_named
from api.filters import PublicIdFilter
from api.parsers import PhotosParser
from api.v1.projects.finding import milestone_named
from api.views import ApiView, ListView, WriteView
from birge.errors import NotFound
from projects.updates.models import Update
from projects.updates.services import update_publish
from projects.works.selectors import projects_public

from .inputs import UpdateInput
from .outputs import UpdateOutput


class UpdateFilters(django_filters.FilterSet):
    """By project and village."""

    project = PublicIdFilter(field_name="project__public_id")
    village = PublicIdFilter(field_name="project__village__public_id")

    class Meta:
        model = Update
        fields: list[str] = []


def updates_public() -> QuerySet[Update]:
    """Return the updates of public projects, with what their output reads."""
    updates = Update.objects.filter(project__in=projects_public()).select_related("project", "milestone")
    return updates.prefetch_related("photos__document__renditions")


@extend_schema_view(get=extend_schema(summary="List progress updates"))
class UpdateListView(ListView, WriteView):
    """What villages reported, newest first; a new report by the village administration."""

    queryset = Update.objects.all()
    serializer_class = UpdateOutput
    filterset_class = UpdateFilters
    parser_classes = [PhotosParser]
    permission_classes = [IsAuthenticatedOrReadOnly]

    def get_queryset(self) -> QuerySet[Update]:
        """Return what everyone may see."""
        return updates_public()

    @extend_schema(
        summary="Publish an update", request={"multipart/form-data": UpdateInput}, responses={201: UpdateOutput}
    )
    def post(self, request: Request) -> Response:
        """Publish a report with its photos. Photos are turned upright and lose all metadata."""
        body = self.read(UpdateInput)
        project = project_named(self.actor, body["project"])
        update = update_publish(
            project=project,
            actor=self.actor,
            text=body["text"],
            language=body["language"],
            photos=body.get("photos", []),
            captions=body.get("captions", []),
            taken_on=body.get("taken_on"),
            milestone=milestone_named(project, int(body["milestone"])) if "milestone" in body else None,
        )
        return Response(UpdateOutput(update).data, status=status.HTTP_201_CREATED)


class UpdateView(ApiView):
    """One progress update."""

    @extend_schema(summary="One progress update", responses=UpdateOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it."""
        update = updates_public().filter(public_id=public_id).first()
        if update is None:
            raise NotFound
        return Response(UpdateOutput(update).data)
