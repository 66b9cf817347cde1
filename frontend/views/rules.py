"""A matching rule for everyone: its page, its data and the reports of its rounds, byte for byte as they were hashed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from birge_engine.matching import rule_canonical
from frontend.presenters.rules import rule_page
from funds.matching.models import Rule, RuleVersion, Run


@require_GET
def rule(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one rule."""
    found = get_object_or_404(Rule.objects.select_related("custodian"), public_id=public_id)
    return render(request, "rules/detail.html", rule_page(found))


@require_GET
def rule_data(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """Give the data of one version, as its digest was made from them."""
    version = get_object_or_404(RuleVersion, rule__public_id=public_id, number=number)
    return _file(rule_canonical(version.data), f"birge-rule-{public_id}-{number}.json")


@require_GET
def rule_run(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """Give the report of a settled round, as its digest was made from it."""
    run = get_object_or_404(Run, version__rule__public_id=public_id, version__number=number)
    return _file(run.report.encode(), f"birge-round-{public_id}-{number}.json")


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
