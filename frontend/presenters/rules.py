"""A matching rule's public page: what it says, what became of its money, and how anyone computes it once more."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import F, Sum
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from birge_engine.matching import RuleError
from birge_engine.matching.rounds import rule_with
from funds.matching.listing import matched_by_project
from funds.matching.models import Rule, RuleStatus, RuleVersion, Run
from funds.matching.rule_selectors import rule_money
from funds.matching.wording import reason_words, rule_words
from funds.settlement.matched import pool_names
from projects.works.models import Project
from projects.works.selectors import projects_public

from .facts import Fact, day, facts, say
from .matching import pool_url
from .rows import Row
from .words import language, place_line

MOST_PROJECTS = 200


def rule_page(rule: Rule) -> dict[str, Any]:
    """Return everything the page shows."""
    versions = list(rule.versions.order_by("-number"))
    now, money = versions[0], rule_money(rule)
    pools = pool_names([rule.pool_ref])
    last_day = rule_with(now.data, 0).eligible.until
    return {
        "rule": rule,
        "ended": rule.status == RuleStatus.ENDED,
        "dry": money.offered <= 0,
        "pool": pools.get(rule.pool_ref, ""),
        "pool_url": pool_url(rule.pool_ref) if rule.pool_ref in pools else "",
        "words": rule_words(now.data, language()),
        "now": now,
        "is_round": not rule_with(now.data, 0).by_gift,
        "last_day": last_day or "",
        "facts": facts(
            Fact(_("Pool"), pools.get(rule.pool_ref, ""), pool_url(rule.pool_ref) if rule.pool_ref in pools else ""),
            Fact(_("Who holds the money"), rule.custodian.name(language())),
            Fact(_("Left to add"), say(money.offered, rule.currency), css="num"),
            Fact(_("Waits for promises"), say(money.reserved, rule.currency), css="num"),
            Fact(_("Given"), say(money.given, rule.currency), css="num"),
            Fact(_("Ended on"), day(rule.ended_at)),
        ),
        "versions": [_version(each, newest=each.pk == now.pk) for each in versions],
        "projects": _projects(rule),
        "runs": [_run(run) for run in Run.objects.filter(version__rule=rule).select_related("version")],
    }


def data_shown(version: RuleVersion) -> str:
    """Return the rule's data as people read JSON."""
    return json.dumps(version.data, ensure_ascii=False, indent=2, sort_keys=True)


def rule_says(data: dict[str, Any]) -> tuple[list[str], str]:
    """Return a rule in words, or an empty list and what is wrong with it."""
    try:
        return rule_words(data, language()), ""
    except RuleError as error:
        return [], str(error)


def _version(version: RuleVersion, *, newest: bool) -> dict[str, Any]:
    rule = version.rule
    return {
        "number": version.number,
        "digest": version.digest,
        "published_at": version.published_at,
        "superseded_at": version.superseded_at,
        "newest": newest,
        "words": rule_words(version.data, language()),
        "json": data_shown(version),
        "url": reverse("rule_data", args=[rule.public_id, version.number]),
        "proposal": version.proposal_ref,
        "proposal_url": _proposal_url(version.proposal_ref),
    }


def _projects(rule: Rule) -> list[Row]:
    """Return what each project got. Of persons nothing is said: several gifts are one sum."""
    did = matched_by_project(rule)
    found = projects_public().filter(pk__in=did).select_related("village__parent__parent__parent").order_by("-pk")
    return [_project_row(project, did[project.pk].given, did[project.pk].reserved) for project in found[:MOST_PROJECTS]]


def _project_row(project: Project, given: int, reserved: int) -> Row:
    waits = _("%(sum)s waits for promises") % {"sum": say(reserved, project.currency)} if reserved else ""
    return Row(
        title=project.title(language()),
        text=place_line(project.village),
        url=reverse("project", args=[project.public_id]),
        amount=say(given, project.currency),
        tag=waits,
        tone="wait",
    )


def _run(run: Run) -> dict[str, Any]:
    report = json.loads(run.report)
    titles = {each.public_id: each for each in Project.objects.filter(public_id__in=report["projects"])}
    currency = run.version.rule.currency
    rows = []
    for row in report["results"]:
        project = titles.get(row["project"])
        rows.append(
            Row(
                title=project.title(language()) if project else row["project"],
                text=_("donors brought %(sum)s.") % {"sum": say(row["contributed"], currency)}
                + " "
                + reason_words(row["reason"]),
                url=reverse("project", args=[project.public_id]) if project else "",
                amount=say(row["matched"], currency),
            )
        )
    back = run.given.aggregate(total=Sum(F("returned_minor")))["total"] or 0
    return {
        "run": run,
        "rows": rows,
        "total": say(run.total_minor, currency),
        "pool": say(report["pool"], currency),
        "back": say(back, currency) if back else "",
        "gifts": len(report["gifts"]),
        "url": reverse("rule_run", args=[run.version.rule.public_id, run.version.number]),
    }


def _proposal_url(ref: str) -> str:
    try:
        return reverse("proposal", args=[ref])
    except NoReverseMatch:
        return ""
