"""How far money on its way back has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum

from projects.works.models import Project

from .models import PartStatus, RefundBatch, RefundPart


@dataclass(frozen=True)
class BatchProgress:
    """Counts of parts, and their sums in minor units of the project's currency."""

    parts: int
    back: int
    officer: int
    provider: int
    offered: int
    total_minor: int
    back_minor: int

    @property
    def waiting(self) -> int:
        """Return how many parts nobody has begun with."""
        return self.parts - self.back - self.officer - self.provider - self.offered


def progress_of_batches(batches: Iterable[RefundBatch]) -> dict[int, BatchProgress]:
    """Return how far each batch has come, by primary key, in one query."""
    found = RefundPart.objects.filter(batch__in=[batch.pk for batch in batches]).order_by()
    return {row["batch"]: _progress(row) for row in found.values("batch").annotate(**_SUMS)}


def progress_of_project(project: Project) -> BatchProgress | None:
    """Return how far all that this project gives back has come, in one query; None if nothing was divided."""
    row = RefundPart.objects.filter(batch__project=project).aggregate(**_SUMS)
    return _progress(row) if row["parts"] else None


def _count(status: PartStatus) -> Count:
    return Count("pk", filter=Q(status=status))


_SUMS = {
    "parts": Count("pk"),
    "back": _count(PartStatus.DONE),
    "officer": _count(PartStatus.OFFICER),
    "provider": _count(PartStatus.PROVIDER),
    "offered": _count(PartStatus.OFFERED),
    "total_minor": Sum("amount_minor"),
    "back_minor": Sum("amount_minor", filter=Q(status=PartStatus.DONE)),
}


def _progress(row: Mapping[str, Any]) -> BatchProgress:
    return BatchProgress(**{name: int(row[name] or 0) for name in _SUMS})
