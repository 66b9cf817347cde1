"""Whether the books agree with themselves. Each pass reports what it finds; none of them repairs anything."""

from __future__ import annotations

from .accounts import (
    accounts_match,
    assets_cover,
    balances_match,
    floors_held,
    openings_stand,
    promises_match,
    spending_accounted,
)
from .entries import entries_balance, entries_hold
from .faults import Fault
from .tables import commands_finished, outbox_complete, rows_complete, triggers_installed

__all__ = ["PASSES", "Fault", "check_ledger"]

PASSES = (
    triggers_installed,
    rows_complete,
    entries_balance,
    entries_hold,
    accounts_match,
    balances_match,
    floors_held,
    openings_stand,
    promises_match,
    assets_cover,
    spending_accounted,
    commands_finished,
    outbox_complete,
)


def check_ledger() -> list[Fault]:
    """Run every pass; an empty list means that the books agree with themselves."""
    return [fault for check in PASSES for fault in check()]
