"""Rules of pools in lists: many at once, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Q, Sum

from funds.ledger import codes
from funds.ledger.balances import balances_of
from funds.ledger.models import Account
from projects.works.models import Project

from .models import Given, Reservation, ReservationStatus, Rule, RuleVersion
from .rule_selectors import RuleMoney

NOTHING = RuleMoney(0, 0, 0)


@dataclass(frozen=True)
class Matched:
    """What one rule has set aside for, and given to, one project (minor units; less what came back)."""

    reserved: int = 0
    given: int = 0


def rules_money(rules: Iterable[Rule]) -> dict[int, RuleMoney]:
    """Return what became of the money of many rules, by primary key; as `rule_money` does for one."""
    listed = list(rules)
    code_of = {rule.pk: codes.rule_pool(rule.custodian.public_id, rule.pool_ref, rule.public_id) for rule in listed}
    offered = {row.code: row.amount for row in balances_of(Account.objects.filter(code__in=code_of.values()))}
    matched = _matched(Q(version__rule__in=listed), "version__rule")
    return {
        rule.pk: RuleMoney(
            offered=offered.get(code_of[rule.pk], 0),
            reserved=matched.get(rule.pk, Matched()).reserved,
            given=matched.get(rule.pk, Matched()).given,
        )
        for rule in listed
    }


def matched_by_rule(project: Project) -> dict[int, Matched]:
    """Return what each rule did for a project, by the rule's primary key."""
    return _matched(Q(project=project), "version__rule")


def matched_by_project(rule: Rule) -> dict[int, Matched]:
    """Return what a rule did for each project, by the project's primary key."""
    return _matched(Q(version__rule=rule), "project")


def newest_versions(rules: Iterable[int]) -> list[RuleVersion]:
    """Return the newest version of each of these rules (primary keys), in the rules' order."""
    found = RuleVersion.objects.filter(rule__in=list(rules), superseded_at=None)
    return list(found.select_related("rule__custodian").order_by("rule__position"))


def _matched(which: Q, by: str) -> dict[int, Matched]:
    live = Reservation.objects.filter(which, version__isnull=False, status=ReservationStatus.RESERVED)
    given = Given.objects.filter(which)
    reserved = dict(live.values_list(by).annotate(total=Sum("amount_minor")).order_by())
    kept = dict(given.values_list(by).annotate(total=Sum(F("amount_minor") - F("returned_minor"))).order_by())
    return {key: Matched(int(reserved.get(key, 0)), int(kept.get(key, 0))) for key in sorted(set(reserved) | set(kept))}
