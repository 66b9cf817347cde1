"""The steps of a project's life. Each view reads its body and calls the one service that knows the rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import document_named, organisation_named, person_named, project_for
from api.errors import fields_named
from api.idempotency import PARAMETER, signed_once
from api.views import WriteView
from funds.settlement.services import project_cancel_and_refund, project_open_with_money
from projects.works.models import Project
from projects.works.services import (
    milestone_accept,
    milestone_report,
    project_adopt,
    project_close,
    project_complete,
    project_decline,
    project_resume,
    project_return,
    project_start,
    project_submit,
    project_suspend,
)

from .finding import milestone_at
from .inputs import AdoptInput, CloseInput, EmptyInput, OpenInput, ReasonInput
from .outputs import ProjectDetailOutput


class _Step(WriteView):
    """A step of one project."""

    def step(self, public_id: str, serializer: Any, run: Callable[[Project, dict[str, Any]], Any]) -> Response:
        """Run the step and return the project as it is then."""
        project = project_for(self.actor, public_id)
        body = self.read(serializer)
        with fields_named(reason="report" if "report" in body else "reason"):
            run(project, body)
        return Response(ProjectDetailOutput(project_for(self.actor, public_id)).data)


class SubmitView(_Step):
    """The village administration hands the project to the council."""

    @extend_schema(summary="Submit a draft to the council", request=EmptyInput, responses=ProjectDetailOutput)
    def post(self, request: Request, public_id: str) -> Response:
        """Submit it."""
        return self.step(public_id, EmptyInput, lambda p, _b: project_submit(project=p, actor=self.actor))


class ReturnView(_Step):
    """The council gives it back to be corrected."""

    @extend_schema(summary="Return a project to its draft", request=ReasonInput, responses=ProjectDetailOutput)
    def post(self, request: Request, public_id: str) -> Response:
        """Return it, with a reason."""
        return self.step(
            public_id, ReasonInput, lambda p, b: project_return(project=p, actor=self.actor, reason=b["reason"])
        )


class AdoptView(_Step):
    """The council adopts it."""

    @extend_schema(summary="Adopt a project", request=AdoptInput, responses=ProjectDetailOutput)
    def post(self, request: Request, public_id: str) -> Response:
        """Adopt it, with the resolution."""

        def run(project: Project, body: dict[str, Any]) -> Project:
            return project_adopt(
                project=project,
                actor=self.actor,
                resolution=document_named(self.actor, body["resolution"], "resolution"),
                number=body["number"],
                date=body["date"],
            )

        return self.step(public_id, AdoptInput, run)


class DeclineView(_Step):
    """The council refuses it."""

    @extend_schema(summary="Decline a project", request=ReasonInput, responses=ProjectDetailOutput)
    def post(self, request: Request, public_id: str) -> Response:
        """Decline it, with a reason that everyone reads."""
        return self.step(
            public_id, ReasonInput, lambda p, b: project_decline(project=p, actor=self.actor, reason=b["reason"])
        )


class OpenView(_Step):
    """Money is raised from now on."""

    @extend_schema(
        summary="Open a project for pledges", request=OpenInput, responses=ProjectDetailOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Open it; the village's share is promised in the ledger at the same moment."""
        project = project_for(self.actor, public_id)
        body = self.read(OpenInput)
        signed_once(
            request,
            verb="project_open",
            target=public_id,
            body=body,
            run=lambda _proof: project_open_with_money(
                project=project,
                actor=self.actor,
                deadline=body["deadline"],
                custodian=organisation_named(body["custodian"], "custodian"),
                outside_signatory=person_named(body["outside_signatory"], "outside_signatory"),
                outside_substitute=person_named(body["outside_substitute"], "outside_substitute"),
                signatory_organisation=organisation_named(body["signatory_organisation"], "signatory_organisation"),
            ),
            again=lambda ref: project_for(self.actor, ref),
        )
        return Response(ProjectDetailOutput(project_for(self.actor, public_id)).data)


class StartView(_Step):
    """Work begins."""

    @extend_schema(summary="Start the work", request=EmptyInput, responses=ProjectDetailOutput)
    def post(self, request: Request, public_id: str) -> Response:
        """Start it."""
        return self.step(public_id, EmptyInput, lambda p, _b: project_start(project=p, actor=self.actor))


class CompleteView(_Step):
    """All stages are accepted."""

    @extend_schema(summary="Complete a project", request=EmptyInput, responses=ProjectDetailOutput)
    def post(self, request: Request, public_id: str) -> Response:
        """Complete it."""
        return self.step(public_id, EmptyInput, lambda p, _b: project_complete(project=p, actor=self.actor))


class CloseView(_Step):
    """A year later it still stands."""

    @extend_schema(summary="Close a project", request=CloseInput, responses=ProjectDetailOutput)
    def post(self, request: Request, public_id: str) -> Response:
        """Close it with a report on its upkeep, as the outside signatory."""
        return self.step(
            public_id, CloseInput, lambda p, b: project_close(project=p, actor=self.actor, reason=b["report"])
        )


class SuspendView(_Step):
    """Everything stops."""

    @extend_schema(summary="Suspend a project", request=ReasonInput, responses=ProjectDetailOutput)
    def post(self, request: Request, public_id: str) -> Response:
        """Suspend it, with a reason that everyone reads."""
        return self.step(
            public_id, ReasonInput, lambda p, b: project_suspend(project=p, actor=self.actor, reason=b["reason"])
        )


class ResumeView(_Step):
    """It goes on where it stopped."""

    @extend_schema(summary="Resume a project", request=ReasonInput, responses=ProjectDetailOutput)
    def post(self, request: Request, public_id: str) -> Response:
        """Resume it, with a reason."""
        return self.step(
            public_id, ReasonInput, lambda p, b: project_resume(project=p, actor=self.actor, reason=b["reason"])
        )


class CancelView(_Step):
    """It will not be built."""

    @extend_schema(
        summary="Cancel a project", request=ReasonInput, responses=ProjectDetailOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Cancel it, with a reason; what was paid becomes due to be refunded."""
        project = project_for(self.actor, public_id)
        body = self.read(ReasonInput)
        signed_once(
            request,
            verb="project_cancel",
            target=public_id,
            body=body,
            run=lambda _proof: project_cancel_and_refund(project=project, actor=self.actor, reason=body["reason"]),
            again=lambda ref: project_for(self.actor, ref),
        )
        return Response(ProjectDetailOutput(project_for(self.actor, public_id)).data)


class MilestoneReportView(_Step):
    """The village says that a stage is done."""

    @extend_schema(summary="Report a milestone", request=EmptyInput, responses=ProjectDetailOutput)
    def post(self, request: Request, public_id: str, position: int) -> Response:
        """Report it."""
        return self.step(
            public_id, EmptyInput, lambda p, _b: milestone_report(milestone=milestone_at(p, position), actor=self.actor)
        )


class MilestoneAcceptView(_Step):
    """Somebody from outside says so too."""

    @extend_schema(summary="Accept a milestone", request=EmptyInput, responses=ProjectDetailOutput)
    def post(self, request: Request, public_id: str, position: int) -> Response:
        """Accept it, as the project's outside signatory."""
        return self.step(
            public_id, EmptyInput, lambda p, _b: milestone_accept(milestone=milestone_at(p, position), actor=self.actor)
        )
