"""Questions about what was compared."""

from __future__ import annotations

from django.db.models import Max, QuerySet

from birge.organisations.models import Organisation

from .models import Difference, ExplainedShare, Reconciliation


def differences_open(custodian: Organisation) -> QuerySet[Difference]:
    """Return what does not agree, the oldest first."""
    found = Difference.objects.filter(custodian=custodian, resolved_at=None)
    return found.select_related("owner", "custodian").order_by("day", "id")


def newest_reconciliation(custodian: Organisation) -> list[Reconciliation]:
    """Return the newest comparison of each account kind and currency."""
    ids = Reconciliation.objects.filter(custodian=custodian).values("kind", "currency").annotate(newest=Max("id"))
    newest = [row["newest"] for row in ids.order_by()]
    return list(Reconciliation.objects.filter(pk__in=newest).order_by("kind", "currency"))


def newest_shares(custodian: Organisation) -> list[ExplainedShare]:
    """Return the newest public figure of each currency; of currencies that moved in the newest comparison only."""
    newest = ExplainedShare.objects.filter(custodian=custodian).aggregate(at=Max("at"))["at"]
    if newest is None:
        return []
    return list(ExplainedShare.objects.filter(custodian=custodian, at=newest).order_by("currency"))
