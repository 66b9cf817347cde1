"""Matching rules: what is published, what the platform does, and what anyone computes once more, are this one text."""

from __future__ import annotations

from .amounts import amount_parse, amount_text, exponent
from .eligible import Eligibility
from .model import Allocation, Drawn, Gift, ProjectFacts, Result, RuleError, Standing
from .rules import Rule, projects_parse, rule_canonical, rule_digest, rule_parse
from .run import Tally, allocate, combine, gift_draw, split_between
from .shares import shares_called, shares_plan, shares_settle

__all__ = [
    "RELATED_RULE",
    "RULES",
    "VILLAGE_RULE",
    "Allocation",
    "Drawn",
    "Eligibility",
    "Gift",
    "ProjectFacts",
    "Result",
    "Rule",
    "RuleError",
    "Standing",
    "Tally",
    "allocate",
    "amount_parse",
    "amount_text",
    "combine",
    "exponent",
    "gift_draw",
    "projects_parse",
    "rule_canonical",
    "rule_digest",
    "rule_parse",
    "shares_called",
    "shares_plan",
    "shares_settle",
    "split_between",
    "village_match",
]

VILLAGE_RULE = "village-1:1"  # som for som, as long as the village's share lasts
RELATED_RULE = "related-0"  # promised by somebody who sells to the project or works for it: nothing follows
# As they stand in the archive's rules.json.
RULES = {
    VILLAGE_RULE: {
        "formula": "min(pledge, rest)",
        "text": "A confirmed pledge draws from the share that the village's council resolved what it promises itself, "
        "som for som, as long as that share lasts. A reservation that is divided later stays within its pledge.",
    },
    RELATED_RULE: {
        "formula": "0",
        "text": "A pledge of somebody who sells to the project, works for the village's administration or signs for "
        "the project draws nothing: not from the village's share, and by no rule of a pool.",
    },
}


def village_match(amount: int, rest: int) -> int:
    """Return what a pledge of `amount` draws from a village share of which `rest` is left (minor units).

    1:1, never more than the rest; nothing from an empty or overdrawn rest.
    """
    if amount < 0:
        raise ValueError("an amount cannot be negative")
    return max(0, min(amount, rest))
