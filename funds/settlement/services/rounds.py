"""Rounds: who took part with how much, what they would give now, and their settlement when their last day is over."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict

from django.db import transaction

from birge import clock
from birge.errors import RuleNotMet
from birge_engine.matching.rounds import RoundGift as ReportGift
from birge_engine.matching.rounds import looks_at_whole_gifts, round_report, rule_with
from funds.ledger.posting import command_finish, command_open
from funds.matching.models import RoundGift, Rule, RuleStatus, RuleVersion, Run
from funds.matching.rule_selectors import rule_offered, versions_now
from funds.matching.services import Giver, rule_end, rule_lock
from funds.matching.services.rounds import matched_already, round_book
from funds.payments.models import Payment, PaymentKind, PaymentStatus
from funds.pledges.models import Party, Pledge
from funds.pledges.states import OPEN
from projects.works.models import Project
from projects.works.services import project_lock
from projects.works.states import ProjectStatus

from ..matching import match_facts
from .advancing import project_advance
from .refunds import gift_entry, plan_entry

TAKES_PART = (ProjectStatus.OPEN, ProjectStatus.PLEDGED_IN_FULL, ProjectStatus.FUNDED, ProjectStatus.UNDER_WAY)


@transaction.atomic
def round_settle(*, version: RuleVersion) -> Run:
    """Settle a round after its last day: compute it, book it, and give back to the pool what it did not give.

    Settled once: asked again, it returns the run. Raises RuleNotMet (`not_a_round`, `round_not_over`).
    """
    rule, data = version.rule, version.data
    parsed = rule_with(data, 0)
    if parsed.by_gift or parsed.eligible.until is None:
        raise RuleNotMet(code="not_a_round")
    if clock.today() <= dt.date.fromisoformat(parsed.eligible.until):
        raise RuleNotMet(code="round_not_over", until=parsed.eligible.until)
    opened = command_open(scope=f"rule:{rule.public_id}", key="settle", request={"version": version.number})
    if opened.replayed:
        return Run.objects.get(public_id=opened.command.result_ref)
    projects = {each.public_id: project_lock(each) for each in round_projects(rule)}
    locked = rule_lock(rule)
    report = round_report(
        ref=version.ref,
        data=data,
        pool=rule_offered(locked),
        projects={name: match_facts(project) for name, project in projects.items()},
        gifts=round_gifts(version, projects),
    )
    run = round_book(version=version, report=report, projects=projects, command=opened.command)
    rule_end(rule=locked, command=opened.command)
    command_finish(opened.command, run.public_id)
    for row in json.loads(report)["results"]:
        if row["matched"]:
            project_advance(projects[row["project"]])
    return run


def rounds_over(today: dt.date) -> list[RuleVersion]:
    """Return the rounds whose last day has passed and that are not settled."""
    return [version for version in _with_last_day(today) if not rule_with(version.data, 0).by_gift]


def rules_over(today: dt.date) -> list[Rule]:
    """Return the rules that work gift by gift and whose last day has passed."""
    return [version.rule for version in _with_last_day(today) if rule_with(version.data, 0).by_gift]


@transaction.atomic
def rule_end_over(*, rule: Rule) -> bool:
    """End a rule whose last day has passed, once; say whether it was this call that did."""
    opened = command_open(scope=f"rule:{rule.public_id}", key="end", request={"rule": rule.public_id})
    if opened.replayed:
        return False
    rule_end(rule=rule, command=opened.command)
    command_finish(opened.command, rule.public_id)
    return True


def round_estimate(*, version: RuleVersion, project: Project, giver: Giver | None = None, taken: int = 0) -> int:
    """Return what the round would give to the project if it ended now (minor units); with one more gift, if named.

    `taken` of that gift is what rules that work gift by gift would match. An estimate: each gift to any project
    changes it.
    """
    projects = {each.public_id: each for each in round_projects(version.rule)}
    gifts = round_gifts(version, projects)
    if giver is not None:
        whole = looks_at_whole_gifts(rule_with(version.data, 0))
        gifts = [*gifts, _as_gift(version, project, giver, 0 if whole else taken)]
    report = round_report(
        ref=version.ref,
        data=version.data,
        pool=rule_offered(version.rule),
        projects={name: match_facts(each) for name, each in projects.items()},
        gifts=gifts,
    )
    rows = {row["project"]: row["matched"] for row in json.loads(report)["results"]}
    return int(rows.get(project.public_id, 0))


def round_projects(rule: Rule) -> list[Project]:
    """Return the projects that can take part, in the order in which they are locked."""
    found = Project.objects.filter(
        custodian=rule.custodian, currency=rule.currency, status__in=TAKES_PART, shares__party=Party.MATCHING
    )
    return list(found.select_related("village", "custodian").prefetch_related("shares").order_by("pk"))


def round_gifts(version: RuleVersion, projects: dict[str, Project]) -> list[ReportGift]:
    """Return the gifts that take part, with what has come for each, or is still promised if the rule counts that."""
    rows = RoundGift.objects.filter(version=version, project__public_id__in=projects).select_related("donor", "project")
    rows_by_group = {row.group: row for row in rows}
    rule = rule_with(version.data, 0)
    taken = {} if looks_at_whole_gifts(rule) else matched_already(rows_by_group)
    parts: dict[str, list[tuple[int, str]]] = defaultdict(list)
    payments = Payment.objects.filter(group__in=rows_by_group, status=PaymentStatus.CONFIRMED)
    for payment in payments.exclude(kind=PaymentKind.POOL).prefetch_related("identifications"):
        parts[payment.group].append((payment.plan_minor, str(plan_entry(payment) or gift_entry(payment))))
    if not rule.eligible.confirmed_only:
        for pledge in Pledge.objects.filter(group__in=rows_by_group, status__in=OPEN):
            parts[pledge.group].append((pledge.plan_amount_minor, str(pledge.entry_id)))
    return [_report_gift(rows_by_group[group], its_parts, taken) for group, its_parts in sorted(parts.items())]


def _report_gift(row: RoundGift, parts: list[tuple[int, str]], taken: dict[str, int]) -> ReportGift:
    amount = sum(part for part, _entry in parts)
    return ReportGift(
        group=row.group,
        project=row.project.public_id,
        tag=_tag(row),
        amount=amount,
        at=row.at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        first_time=row.first_time,
        entries=[entry for _amount, entry in parts],
        taken=min(amount, taken.get(row.group, 0)),
    )


def round_versions(project: Project) -> list[RuleVersion]:
    """Return the rounds that look at this project now: none where the plan leaves nothing to pools."""
    facts = match_facts(project)
    if Party.MATCHING not in facts.shares:
        return []
    found = versions_now(custodian_id=project.custodian_id, currency=project.currency)
    rules = [(version, rule_with(version.data, 0)) for version in found]
    return [version for version, rule in rules if not rule.by_gift and rule.eligible.project_refusal(facts) is None]


def _with_last_day(today: dt.date) -> list[RuleVersion]:
    found = RuleVersion.objects.filter(superseded_at=None, rule__status=RuleStatus.PUBLISHED)
    return [
        version
        for version in found.select_related("rule__custodian").order_by("rule__position")
        if (until := rule_with(version.data, 0).eligible.until) is not None and until < today.isoformat()
    ]


def _as_gift(version: RuleVersion, project: Project, giver: Giver, taken: int) -> ReportGift:
    donor = version.donors.filter(identity=giver.identity).first()
    return ReportGift(
        group=giver.group,
        project=project.public_id,
        tag=donor.tag if donor else giver.identity,
        amount=giver.amount,
        at=giver.at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        first_time=giver.first_time,
        entries=[],
        taken=min(giver.amount, taken),
    )


def _tag(row: RoundGift) -> str:
    """Return who gave, as the rule sees them. Donors are forgotten only after their round is settled."""
    if row.donor is None:
        raise RuntimeError(f"nobody knows any more whose the gift {row.group} is")
    return row.donor.tag
