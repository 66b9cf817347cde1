"""Comparing, and who looks after what does not agree."""

from .owning import difference_agree, difference_explain, difference_note, difference_take
from .running import ReconcileReport, reconcile, reconcile_due

__all__ = [
    "ReconcileReport",
    "difference_agree",
    "difference_explain",
    "difference_note",
    "difference_take",
    "reconcile",
    "reconcile_due",
]
