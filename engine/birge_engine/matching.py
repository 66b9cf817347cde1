"""Matching rules: what is published, what the platform does, and what anyone computes once more, are this one text."""

from __future__ import annotations

VILLAGE_RULE = "village-1:1"  # som for som, as long as the village's share lasts
# As they stand in the archive's rules.json.
RULES = {
    VILLAGE_RULE: {
        "formula": "min(pledge, rest)",
        "text": "A confirmed pledge draws from the share that the village's council resolved what it promises itself, "
        "som for som, as long as that share lasts. A reservation that is divided later stays within its pledge.",
    }
}


def village_match(amount: int, rest: int) -> int:
    """Return what a pledge of `amount` draws from a village share of which `rest` is left (minor units).

    1:1, never more than the rest; nothing from an empty or overdrawn rest.
    """
    if amount < 0:
        raise ValueError("an amount cannot be negative")
    return max(0, min(amount, rest))
