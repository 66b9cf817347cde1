"""The running balance of every account, along the log."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import OuterRef, Subquery

from .leaves import Taken
from .models import Account, StatementLine


def statement_lines(start: int, taken: Sequence[Taken]) -> list[tuple[int, int, int, int]]:
    """Return (account, index, amount, balance after it) for entries that get the places from `start` on."""
    touched = {moved.account_id for each in taken for moved in each.moved}
    normal, held = _standing(touched)
    lines = []
    for index, each in enumerate(taken, start=start):
        sums: dict[int, int] = {}
        for moved in each.moved:
            sums[moved.account_id] = sums.get(moved.account_id, 0) + moved.amount
        for account, amount in sums.items():
            held[account] += normal[account] * amount
            lines.append((account, index, normal[account] * amount, held[account]))
    return lines


def _standing(accounts: set[int]) -> tuple[dict[int, int], dict[int, int]]:
    """Return the normal side of accounts, and what they hold by their last line."""
    last = StatementLine.objects.filter(account=OuterRef("pk")).order_by("-index").values("balance")[:1]
    rows = Account.objects.filter(pk__in=accounts).annotate(held=Subquery(last)).values_list("pk", "normal", "held")
    normal, held = {}, {}
    for account, side, balance in rows:
        normal[account], held[account] = side, balance or 0
    return normal, held
