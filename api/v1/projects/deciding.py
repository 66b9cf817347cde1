"""Not all the money came: the village's head raises it longer."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import project_for
from api.fields import StrictSerializer, Text, WholeNumber
from api.idempotency import PARAMETER, idempotency
from api.views import WriteView
from funds.settlement.services import project_extend_and_tell

from .outputs import ProjectDetailOutput


class ExtendInput(StrictSerializer):
    """So many days more, and why."""

    days = WholeNumber(min_value=1, max_value=366)
    reason = Text(max_length=300, help_text="Everyone reads it.")


class ExtendView(WriteView):
    """More time for a project whose money did not all come."""

    @extend_schema(
        summary="Raise a project's money longer",
        description="Once the days of grace are nearly over and money lacks. Everyone who promised or paid is told.",
        request=ExtendInput,
        responses=ProjectDetailOutput,
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Move its last days on."""
        project, key = project_for(self.actor, public_id), idempotency(request)
        body = self.read(ExtendInput)
        project_extend_and_tell(project=project, actor=self.actor, idempotency=key, **body)
        return Response(ProjectDetailOutput(project_for(self.actor, public_id)).data)
