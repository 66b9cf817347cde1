"""The village's rule: som for som, as long as its share lasts."""

from __future__ import annotations

VILLAGE_RULE = "village-1:1"  # its name in the ledger, where anyone recomputes it


def village_match(amount: int, rest: int) -> int:
    """Return what a pledge of `amount` draws from a village share of which `rest` is left (minor units).

    1:1, never more than the rest; nothing from an empty or overdrawn rest.
    """
    if amount < 0:
        raise ValueError("an amount cannot be negative")
    return max(0, min(amount, rest))
