"""Matching rules and what their rounds gave."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.views import ApiView, ListView
from funds.matching.models import Rule, Run

from .filters import RuleFilters
from .outputs import RuleDetailOutput, RuleOutput, RunReportOutput


@extend_schema(summary="List matching rules")
class RuleListView(ListView):
    """Rules of pools, those that ended too, the newest first."""

    queryset = Rule.objects.select_related("custodian")
    serializer_class = RuleOutput
    filterset_class = RuleFilters


class RuleView(ApiView):
    """One rule."""

    @extend_schema(summary="One matching rule", responses=RuleDetailOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return the rule with its versions, in words too."""
        rule = get_object_or_404(Rule.objects.select_related("custodian"), public_id=public_id)
        return Response(RuleDetailOutput(rule).data)


class RuleRunView(ApiView):
    """The settlement of one version's round."""

    @extend_schema(
        summary="The report of a settled round",
        description="With it anyone reckons the round once more: `birge_engine.matching.rounds.report_read`.",
        responses=RunReportOutput,
    )
    def get(self, request: Request, public_id: str, number: int) -> Response:
        """Return the report."""
        runs = Run.objects.select_related("version__rule")
        run = get_object_or_404(runs, version__rule__public_id=public_id, version__number=number)
        return Response(RunReportOutput(run).data)
