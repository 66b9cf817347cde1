"""The settlement of a round as a report: everything that went in and came out, so that anyone computes it once more.

A report is canonical JSON. Its hash stands in each entry by which the round gave something.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from .amounts import exponent
from .model import Gift, ProjectFacts, RuleError
from .rules import Rule, rule_canonical, rule_parse
from .run import FOR_PROJECTS, allocate

VERSION = 1
FIELDS = frozenset({"v", "rule", "data", "pool", "projects", "gifts", "results"})


class ReportError(ValueError):
    """A report that is none, or whose results are not what its rule gives."""


@dataclass(frozen=True, slots=True)
class RoundGift:
    """A gift that took part: `tag` stands for the donor inside this rule, `entries` are its entries in the ledger.

    `taken` of its `amount` has been matched by other rules already, and is not offered to this one.
    """

    group: str
    project: str
    tag: str
    amount: int
    at: str
    first_time: bool
    entries: Sequence[str]
    taken: int = 0


def looks_at_whole_gifts(rule: Rule) -> bool:
    """Say whether a round is offered what other rules have matched too: it says so, or asks what projects reached."""
    return rule.stack or rule.kind in FOR_PROJECTS


def round_report(
    *, ref: str, data: Mapping[str, Any], pool: int, projects: Mapping[str, ProjectFacts], gifts: Sequence[RoundGift]
) -> bytes:
    """Return the report of a round: the rule's `data`, its money `pool`, what is known of projects, and the gifts.

    Amounts are smallest units. Gifts are sorted, so that one round has one report.
    """
    content: dict[str, Any] = {
        "v": VERSION,
        "rule": ref,
        "data": data,
        "pool": pool,
        "projects": {name: _facts_out(facts) for name, facts in sorted(projects.items())},
        "gifts": [_gift_out(gift) for gift in sorted(gifts, key=lambda each: each.group)],
    }
    content["results"] = _results(content)
    return rule_canonical(content)


def rule_with(data: Mapping[str, Any], pool: int) -> Rule:
    """Return a published rule with the money that the ledger holds for it (smallest units). Raises RuleError.

    Its data name no pool of their own.
    """
    if data.get("pool") is not None:
        raise RuleError("pool", "a published rule does not state it: the ledger does")
    return replace(rule_parse({**data, "pool": 0}), pool=pool)


def report_input_digest(report: bytes) -> str:
    """Return the SHA-256 (hex) of what went in: the report without its results."""
    content = {name: value for name, value in report_read(report).items() if name != "results"}
    return hashlib.sha256(rule_canonical(content)).hexdigest()


def report_read(report: bytes) -> dict[str, Any]:
    """Return a report's content. Raises ReportError unless it is canonical, complete, and its results are right."""
    try:
        content = json.loads(report)
        if not isinstance(content, dict) or set(content) != FIELDS or content["v"] != VERSION:
            raise ReportError("is not a report of version 1")
        if rule_canonical(content) != report:
            raise ReportError("is not in canonical form")
        results = _results(content)
    except ReportError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ReportError(f"cannot be read: {error}") from error
    if results != content["results"]:
        raise ReportError("its rule gives something else than it says")
    return content


def _results(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Compute the round. A project gets no more than its plan still lacks: the rest stays in the pool."""
    rule = rule_with(content["data"], _whole(content["pool"]))
    if rule.by_gift or rule.scale != exponent(rule.currency):
        raise RuleError("kind", "this rule is not settled as a round")
    projects = {name: _facts_in(name, facts) for name, facts in content["projects"].items()}
    whole, given = looks_at_whole_gifts(rule), Counter[str]()
    offered = []
    for row in content["gifts"]:
        gift, taken = _gift_in(row), _whole(row.get("taken", 0))
        if not 0 <= taken <= gift.amount or (whole and taken):
            raise ReportError(f"of the gift {gift.id!r:.40} {taken} cannot be taken")
        given[gift.project] += gift.amount
        if taken < gift.amount:
            offered.append(replace(gift, amount=gift.amount - taken))
    found = allocate(rule, offered, {name: ProjectFacts(name) for name in given} | projects)
    rows = []
    for each in found.allocations:
        rest = projects[each.project].rest
        matched = each.matched if rest is None else min(each.matched, max(0, rest))
        reason = each.reason if matched == each.matched else "plan_full"
        rows.append({"project": each.project, "contributed": given[each.project], "matched": matched, "reason": reason})
    return rows


def _facts_out(facts: ProjectFacts) -> dict[str, Any]:
    weight = {} if facts.weight == 1 else {"weight": [facts.weight.numerator, facts.weight.denominator]}
    return {
        "category": facts.category,
        "oblast": facts.oblast,
        "village": facts.village,
        "shares": dict(facts.shares),
        "rest": facts.rest,
        "village_paid": facts.village_paid,
        **weight,
    }


def _facts_in(name: str, content: Mapping[str, Any]) -> ProjectFacts:
    rest = content.get("rest")
    return ProjectFacts(
        id=name,
        category=content["category"],
        oblast=content["oblast"],
        village=content["village"],
        shares={party: _whole(amount) for party, amount in content["shares"].items()},
        rest=None if rest is None else _whole(rest),
        village_paid=_whole(content["village_paid"]),
        weight=Fraction(*map(_whole, content.get("weight", [1, 1]))),
    )


def _gift_out(gift: RoundGift) -> dict[str, Any]:
    return {
        "group": gift.group,
        "project": gift.project,
        "tag": gift.tag,
        "amount": gift.amount,
        "at": gift.at,
        "first_time": gift.first_time,
        "entries": sorted(gift.entries),
        **({"taken": gift.taken} if gift.taken else {}),
    }


def _gift_in(content: Mapping[str, Any]) -> Gift:
    return Gift(
        id=content["group"],
        project=content["project"],
        donor=content["tag"],
        amount=_whole(content["amount"]),
        at=content["at"],
        first_time=content["first_time"],
    )


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise ReportError(f"{value!r:.40} is no whole number")
    return value
