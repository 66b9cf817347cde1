"""Projects: list, one, a new draft, its words and its plan."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import (
    document_named,
    document_needed,
    organisation_named,
    place_named,
    project_for,
    projects_worked_on,
    requester,
)
from api.errors import fields_named
from api.views import ListView, WriteView
from birge.accounts.models import User
from birge.money import Money
from funds.settlement.selectors import projects_money
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
    quote_attach,
    shares_set,
)

from .filters import ProjectFilters
from .finding import line_at
from .inputs import PlanInput, ProjectEditInput, ProjectInput, QuoteInput
from .outputs import ProjectDetailOutput, ProjectListOutput


@extend_schema_view(get=extend_schema(summary="List projects"))
class ProjectListView(ListView, WriteView):
    """Projects that a council has adopted or declined, and all that follows; newest first.

    With `mine=yes` those that one works on, drafts too: of one's village administration, or before one's council.
    """

    queryset = Project.objects.all()
    serializer_class = ProjectListOutput
    filterset_class = ProjectFilters
    permission_classes = [IsAuthenticatedOrReadOnly]

    def get_queryset(self) -> QuerySet[Project]:
        """Return what everyone may see, or what one works on. Raises NotAuthenticated for a guest's `mine`."""
        seen = projects_worked_on(self.actor) if "mine" in self.request.query_params else projects_public()
        return seen.select_related("village__parent", "administration", "custodian")

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Add what came for each project, for all of the page at once."""
        money = projects_money(args[0]) if args else {}
        kwargs["context"] = {**self.get_serializer_context(), "money": money}
        return ProjectListOutput(*args, **kwargs)

    @extend_schema(summary="Write a new draft", request=ProjectInput, responses={201: ProjectDetailOutput})
    def post(self, request: Request) -> Response:
        """Make a draft, for an officer of the village administration."""
        body = self.read(ProjectInput)
        _picture(self.actor, body)
        village = place_named(body.pop("village"), "village")
        administration = organisation_named(body.pop("administration"), "administration")
        project = project_create(village=village, administration=administration, actor=self.actor, **body)
        found = project_for(self.actor, project.public_id)
        return Response(ProjectDetailOutput(found).data, status=status.HTTP_201_CREATED)


class ProjectDetailView(WriteView):
    """One project."""

    permission_classes = [IsAuthenticatedOrReadOnly]

    @extend_schema(summary="One project", responses=ProjectDetailOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it with its plan, its progress and its history. Drafts are seen by those who work on them."""
        return Response(ProjectDetailOutput(project_for(requester(request), public_id)).data)

    @extend_schema(summary="Change the words of a draft", request=ProjectEditInput, responses=ProjectDetailOutput)
    def patch(self, request: Request, public_id: str) -> Response:
        """Change what is given and leave the rest."""
        project = project_for(self.actor, public_id)
        body = self.read(ProjectEditInput)
        _picture(self.actor, body)
        project_edit(project=project, actor=self.actor, **body)
        return Response(ProjectDetailOutput(project_for(self.actor, public_id)).data)


class ProjectPlanView(WriteView):
    """Budget, shares and milestones of a draft."""

    @extend_schema(summary="Set the plan of a draft", request=PlanInput, responses=ProjectDetailOutput)
    def put(self, request: Request, public_id: str) -> Response:
        """Replace each list that is given, all or none of them."""
        project = project_for(self.actor, public_id)
        body = self.read(PlanInput)
        with transaction.atomic(), fields_named(budget="budget_lines"):
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
                    document_named(self.actor, line.get("quote"), "budget_lines"),
                )
                for line in body["budget_lines"]
            ]
            budget_lines_set(project=project, actor=self.actor, lines=lines)
        if "shares" in body:
            shares = [
                ShareData(
                    share["party"],
                    _in_plan(project, share["amount"], "shares", index, "amount"),
                    organisation_named(share["organisation"], "shares") if "organisation" in share else None,
                    share.get("note", ""),
                )
                for index, share in enumerate(body["shares"])
            ]
            shares_set(project=project, actor=self.actor, shares=shares)
        if "milestones" in body:
            stages = [
                MilestoneData(
                    stage["text"],
                    _in_plan(project, stage["tranche"], "milestones", index, "tranche"),
                    stage.get("due_on"),
                )
                for index, stage in enumerate(body["milestones"])
            ]
            milestones_set(project=project, actor=self.actor, milestones=stages)


class ProjectQuoteView(WriteView):
    """The quote behind the price of one budget line."""

    @extend_schema(summary="Attach a quote", request=QuoteInput, responses=ProjectDetailOutput)
    def put(self, request: Request, public_id: str, position: int) -> Response:
        """Attach it, or put another in its place, until money is raised."""
        project = project_for(self.actor, public_id)
        line = line_at(project, position)
        quote = document_needed(self.actor, self.read(QuoteInput)["quote"], "quote")
        quote_attach(line=line, actor=self.actor, document=quote)
        return Response(ProjectDetailOutput(project_for(self.actor, public_id)).data)


def _picture(user: User, body: dict[str, Any]) -> None:
    """Put the document in the place of its identifier."""
    if "picture" in body:
        body["picture"] = document_named(user, body["picture"], "picture")


def _in_plan(project: Project, amount: Money, *place: str | int) -> int:
    """Return the minor units of an amount in the plan's currency. Raises ValidationError at `place` in the body."""
    if amount.currency == project.currency:
        return amount.minor
    fault: Any = [_("This project counts in %(currency)s.") % {"currency": project.currency}]
    for step in reversed([*place, "currency"]):
        fault = {str(step): fault}
    raise ValidationError(fault, code="currency")
