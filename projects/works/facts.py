"""What the money says about a plan: handed in by `funds.settlement`, checked here, kept in the history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class PlanFacts:
    """All in minor units of `currency`. `shares` is what each party has promised or paid so far."""

    currency: str
    shares: Mapping[str, int]
    held_minor: int
    plan_minor: int

    def as_json(self) -> dict[str, Any]:
        """Return what is kept with the transition."""
        return {**asdict(self), "shares": dict(self.shares)}
