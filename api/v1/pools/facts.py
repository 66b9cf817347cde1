"""What is told of one pool beside its own row: asked once, then written out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Sum

from funds.matching.models import Given
from funds.matching.rule_selectors import rules_of_pool
from funds.pools.models import Pool
from funds.pools.selectors import GivenTo, PoolMoney, credit_lines, gifts_paid, given_to_projects, pools_money
from funds.pools.statements import months_of


@dataclass(frozen=True)
class PoolFacts:
    """The pool's rules, totals, words of thanks, gifts to projects and months."""

    rules: list[dict[str, Any]]
    totals: dict[str, Any]
    credit_lines: list[str]
    given: list[GivenTo]
    months: list[str]


def pool_context(pool: Pool) -> dict[str, Any]:
    """Return what the detailed output of this pool needs."""
    money = pools_money([pool])
    return {"money": money, "facts": pool_facts(pool, money[pool.public_id])}


def pool_facts(pool: Pool, money: PoolMoney) -> PoolFacts:
    """Return what everyone may know of it."""
    given = given_to_projects(pool)
    return PoolFacts(
        rules=_rules(pool, money),
        totals=_totals(pool, given),
        credit_lines=credit_lines(pool),
        given=given,
        months=[f"{year}-{month:02}" for year, month in months_of(pool)],
    )


def _rules(pool: Pool, money: PoolMoney) -> list[dict[str, Any]]:
    return [
        {
            "id": version.rule.public_id,
            "name": version.rule.name,
            "version": version.number,
            "status": version.rule.status,
            "set_aside_minor": money.by_rule.get(version.rule.public_id, 0),
            "currency": pool.currency,
        }
        for version in rules_of_pool(pool.public_id)
    ]


def _totals(pool: Pool, given: list[GivenTo]) -> dict[str, Any]:
    paid = gifts_paid(pool).order_by()
    matched = Given.objects.filter(version__rule__pool_ref=pool.public_id)
    return {
        "gifts": paid.count(),
        "received_minor": int(paid.aggregate(total=Sum("received_minor"))["total"] or 0),
        "given_minor": sum(each.given_minor - each.returned_minor for each in given),
        "matched_minor": int(matched.aggregate(total=Sum(F("amount_minor") - F("returned_minor")))["total"] or 0),
        "currency": pool.currency,
    }
