"""Questions about transfers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Q, QuerySet, Sum

from birge import clock
from birge.organisations.models import Organisation
from funds.screening.matching import Party
from funds.screening.states import PartyKind

from .models import Transfer
from .states import ON_THE_WAY, OPEN


def bound_minor(pool_refs: Iterable[str]) -> dict[str, int]:
    """Return what of each pool's held money is bound by transfers that have not ended (minor units).

    It is decided on or on its way: nothing else may be paid from it. Exact under the pool's lock.
    """
    rows = Transfer.objects.filter(from_pool_ref__in=list(pool_refs), status__in=OPEN).order_by()
    return {
        row["from_pool_ref"]: int(row["total"])
        for row in rows.values("from_pool_ref").annotate(total=Sum("amount_minor"))
    }


def coming_to(pool_ref: str) -> QuerySet[Transfer]:
    """Return the transfers to a pool that have not ended, oldest first."""
    return transfers().filter(to_pool_ref=pool_ref, status__in=OPEN).order_by("id")


def transfers() -> QuerySet[Transfer]:
    """Return all transfers with both custodians, newest first."""
    return Transfer.objects.select_related("sender", "receiver").order_by("-id")


def transfers_of(custodian: Organisation) -> QuerySet[Transfer]:
    """Return what this custodian sends or is to receive, newest first."""
    return transfers().filter(Q(sender=custodian) | Q(receiver=custodian))


def on_the_way(pool_ref: str = "") -> QuerySet[Transfer]:
    """Return what has left and not arrived, the oldest first; from or to one pool, if given."""
    found = transfers().filter(status__in=ON_THE_WAY)
    if pool_ref:
        found = found.filter(Q(from_pool_ref=pool_ref) | Q(to_pool_ref=pool_ref))
    return found.order_by("sent_on", "id")


def late(day: dt.date | None = None) -> QuerySet[Transfer]:
    """Return what has been on its way longer than settings.TRANSIT_DAYS on this day, the oldest first."""
    last = (day or clock.today()) - dt.timedelta(days=settings.TRANSIT_DAYS)
    return on_the_way().filter(sent_on__lt=last)


def is_late(transfer: Transfer) -> bool:
    """Say whether it takes too long."""
    if transfer.status not in ON_THE_WAY or transfer.sent_on is None:
        return False
    return (clock.today() - transfer.sent_on).days > settings.TRANSIT_DAYS


def parties_of(transfer: Transfer) -> list[Party]:
    """Return everybody to be looked up for a transfer: both custodians, and the banks it goes by."""
    banks = [
        ("sender_bank", transfer.sender_bank, (transfer.sender_bic,)),
        ("via_bank", transfer.via_bank, (transfer.via_bic,)),
        ("receiver_bank", transfer.receiver_bank, (transfer.receiver_bic, transfer.receiver_account)),
    ]
    found = [Party(PartyKind.BANK, name, role, tuple(filter(None, numbers))) for role, name, numbers in banks if name]
    for role, custodian in (("sender", transfer.sender), ("receiver", transfer.receiver)):
        names = dict.fromkeys((custodian.name_ru, custodian.name_ky, custodian.name_en))
        found += [Party(PartyKind.ORGANISATION, name, role) for name in names if name]
    return found


def countries_of(transfer: Transfer) -> list[str]:
    """Return the countries whose law binds one of the two custodians."""
    return sorted({transfer.sender.country, transfer.receiver.country})
