"""What must hold before a pledge is due: data that is kept with the pledge, judged by one pure function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from birge.errors import InvalidInput

PLAN_WHOLE = "plan_whole"  # every share of the plan is promised
VILLAGE_PAID = "village_paid"  # the village has paid its share to the custodian
OTHERS = "others"  # so many other pledges are confirmed: {"kind": "others", "count": 20}
DEFAULT: list[dict[str, Any]] = [{"kind": PLAN_WHOLE}]
MOST_OTHERS = 10_000


@dataclass(frozen=True)
class ConditionFacts:
    """What the conditions look at."""

    plan_whole: bool
    village_paid: bool
    confirmed_pledges: int  # this one included


def conditions_clean(conditions: Sequence[Mapping[str, Any]] | None) -> list[dict[str, Any]]:
    """Return the conditions in their stored form; None means the default. Raises InvalidInput (`conditions`)."""
    if conditions is None:
        return [dict(condition) for condition in DEFAULT]
    cleaned = []
    for condition in conditions:
        kind = condition.get("kind")
        if kind == OTHERS:
            count = condition.get("count")
            if type(count) is not int or not 1 <= count <= MOST_OTHERS or set(condition) != {"kind", "count"}:
                raise InvalidInput(_("Say how many others, as a whole number."), field="conditions")
        elif kind not in (PLAN_WHOLE, VILLAGE_PAID) or set(condition) != {"kind"}:
            raise InvalidInput(_("We do not know this condition."), field="conditions")
        if dict(condition) not in cleaned:
            cleaned.append(dict(condition))
    return cleaned


def conditions_hold(conditions: Sequence[Mapping[str, Any]], facts: ConditionFacts) -> bool:
    """Say whether all of them hold. A pledge without conditions is due at once."""
    return all(_holds(condition, facts) for condition in conditions)


def _holds(condition: Mapping[str, Any], facts: ConditionFacts) -> bool:
    match condition["kind"]:
        case "plan_whole":
            return facts.plan_whole
        case "village_paid":
            return facts.village_paid
        case "others":
            return facts.confirmed_pledges - 1 >= int(condition["count"])
        case unknown:
            raise ValueError(f"unknown condition {unknown!r}")
