"""Whether the books agree with themselves. Each pass reports what it finds; none of them repairs anything."""

from __future__ import annotations

from .accounts import (
    accounts_match,
    assets_cover,
    balances_match,
    floors_held,
    matches_held,
    openings_stand,
    promises_match,
    spending_accounted,
)
from .entries import entries_balance, entries_hold
from .faults import Fault
from .log import checkpoints_signed, log_complete, statements_stand, tree_stands
from .tables import commands_finished, rows_complete, triggers_installed

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
    matches_held,
    spending_accounted,
    commands_finished,
    log_complete,
    tree_stands,
    checkpoints_signed,
    statements_stand,
)


def check_ledger() -> list[Fault]:
    """Run every pass; an empty list means that the books agree with themselves."""
    return [fault for check in PASSES for fault in check()]
