"""Projects: list, one, a new draft, its words and its plan."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import document_named, organisation_named, place_named, project_for, requester
from api.views import ApiView, ListView, WriteView
from birge.errors import InvalidInput
from birge.money import Money
from projects.works.models import Project
from projects.works.selectors import projects_public
from projects.works.services import (
    BudgetLineData,
    MilestoneData,
    ShareData,
    budget_lines_set,
    milestones_set,
    project_create,
    project_edit,
    shares_set,
)

from .filters import ProjectFilters
from .inputs import PlanInput, ProjectEditInput, ProjectInput
from .outputs import ProjectDetailOutput, ProjectOutput


@extend_schema_view(get=extend_schema(summary="List projects"))
class ProjectListView(ListView, WriteView):
    """Projects that a council has adopted or declined, and all that follows; newest first."""

    queryset = Project.objects.all()
    serializer_class = ProjectOutput
    filterset_class = ProjectFilters
    permission_classes = [IsAuthenticatedOrReadOnly]

    def get_queryset(self) -> QuerySet[Project]:
        """Return what everyone may see."""
        return projects_public().select_related("village__parent", "administration", "custodian")

    @extend_schema(summary="Write a new draft", request=ProjectInput, responses={201: ProjectDetailOutput})
    def post(self, request: Request) -> Response:
        """Make a draft, for an officer of the village administration."""
        body = self.read(ProjectInput)
        village = place_named(body.pop("village"), "village")
        administration = organisation_named(body.pop("administration"), "administration")
        project = project_create(village=village, administration=administration, actor=self.actor, **body)
        found = project_for(self.actor, project.public_id)
        return Response(ProjectDetailOutput(found).data, status=status.HTTP_201_CREATED)


class ProjectDetailView(ApiView):
    """One project."""

    permission_classes = [IsAuthenticatedOrReadOnly]

    @extend_schema(summary="One project", responses=ProjectDetailOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it with its plan, its progress and its history. Drafts are seen by those who work on them."""
        return Response(ProjectDetailOutput(project_for(requester(request), public_id)).data)

    @extend_schema(summary="Change the words of a draft", request=ProjectEditInput, responses=ProjectDetailOutput)
    def patch(self, request: Request, public_id: str) -> Response:
        """Change what is given and leave the rest."""
        user = requester(request)
        project = project_for(user, public_id)
        assert user is not None  # noqa: S101 - the permission class lets guests read only
        project_edit(project=project, actor=user, **self.read(ProjectEditInput))
        return Response(ProjectDetailOutput(project_for(user, public_id)).data)


class ProjectPlanView(WriteView):
    """Budget, shares and milestones of a draft."""

    @extend_schema(summary="Set the plan of a draft", request=PlanInput, responses=ProjectDetailOutput)
    def put(self, request: Request, public_id: str) -> Response:
        """Replace each list that is given, all or none of them."""
        project = project_for(self.actor, public_id)
        body = self.read(PlanInput)
        with transaction.atomic():
            self._set(project, body)
        return Response(ProjectDetailOutput(project_for(self.actor, public_id)).data)

    def _set(self, project: Project, body: dict[str, Any]) -> None:
        """Hand each list to its service."""
        if "budget_lines" in body:
            lines = [
                BudgetLineData(
                    line["text"],
                    line["quantity"],
                    line["unit"],
                    line["unit_price_minor"],
                    document_named(self.actor, line.get("quote"), "quote"),
                )
                for line in body["budget_lines"]
            ]
            budget_lines_set(project=project, actor=self.actor, lines=lines)
        if "shares" in body:
            shares = [
                ShareData(
                    share["party"],
                    _in_plan(share["amount"], project),
                    organisation_named(share["organisation"], "organisation") if "organisation" in share else None,
                    share.get("note", ""),
                )
                for share in body["shares"]
            ]
            shares_set(project=project, actor=self.actor, shares=shares)
        if "milestones" in body:
            stages = [
                MilestoneData(stage["text"], _in_plan(stage["tranche"], project), stage.get("due_on"))
                for stage in body["milestones"]
            ]
            milestones_set(project=project, actor=self.actor, milestones=stages)


def _in_plan(amount: Money, project: Project) -> int:
    """Return the minor units of an amount in the plan's currency. Raises InvalidInput (`currency`)."""
    if amount.currency != project.currency:
        message = _("This project counts in %(currency)s.") % {"currency": project.currency}
        raise InvalidInput(message, field="currency", code="currency")
    return amount.minor
