"""Rounds of pools: with their last day ahead, and settled as if that day were over."""

from __future__ import annotations

import datetime as dt
from typing import Any

import time_machine

from birge import clock
from funds.matching.models import RuleVersion, Run
from funds.settlement.services.rounds import round_settle


def a_round(days: int = 9, **more: Any) -> dict[str, Any]:
    """Return the data of a quadratic round whose last day is so many days ahead."""
    last = clock.today() + dt.timedelta(days=days)
    return {"kind": "quadratic", "variant": "normalised", "eligible": {"until": last.isoformat()}} | more


def settled(version: RuleVersion) -> Run:
    """Settle a round on the morning after its last day."""
    last = dt.date.fromisoformat(version.data["eligible"]["until"])
    with time_machine.travel(dt.datetime.combine(last + dt.timedelta(days=1), dt.time(8), dt.UTC), tick=True):
        return round_settle(version=version)
