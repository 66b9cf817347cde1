"""Questions about the village's share."""

from __future__ import annotations

from django.db.models import Sum

from birge_engine.matching import village_match
from funds.ledger import codes
from funds.ledger.balances import balance
from projects.works.models import Project

from .models import Reservation, ReservationStatus

VILLAGE = "village"  # the party of a funding plan


def village_share_minor(project: Project) -> int:
    """Return what the plan asks of the village (minor units)."""
    share = project.shares.filter(party=VILLAGE).first()
    return 0 if share is None else share.amount_minor


def village_rest(project: Project) -> int:
    """Return what of the village's promise is neither reserved nor paid. Exact under the project's lock."""
    if project.custodian is None:
        return 0
    return balance(codes.village_pool(project.custodian.public_id, project.public_id), project.currency)


def village_match_quote(*, project: Project, amount_minor: int) -> int:
    """Return what a pledge of this amount would draw if it were confirmed now; the confirmation decides."""
    return village_match(amount_minor, village_rest(project))


def village_reserved(project: Project) -> int:
    """Return what is reserved for pledges and not yet paid."""
    live = Reservation.objects.filter(project=project, status=ReservationStatus.RESERVED, version=None)
    return int(live.aggregate(total=Sum("amount_minor"))["total"] or 0)


def village_outstanding(project: Project) -> int:
    """Return what the village has promised and not yet paid."""
    return village_rest(project) + village_reserved(project)


def reservation_live(pledge_ref: str) -> Reservation | None:
    """Return what of the village's share is reserved for this pledge now, if anything."""
    return (
        Reservation.objects.filter(pledge_ref=pledge_ref, status=ReservationStatus.RESERVED, version=None)
        .select_related("project", "project__custodian")
        .first()
    )


def match_of(pledge_ref: str) -> int:
    """Return what the village's share adds to this pledge: reserved or already paid (minor units)."""
    rows = Reservation.objects.filter(pledge_ref=pledge_ref, version=None).exclude(status=ReservationStatus.RELEASED)
    return int(rows.aggregate(total=Sum("amount_minor"))["total"] or 0)


def reserved_refs(project: Project) -> list[str]:
    """Return the pledges for which something is reserved now, by the village or by rules of pools, oldest first."""
    live = Reservation.objects.filter(project=project, status=ReservationStatus.RESERVED)
    return list(dict.fromkeys(live.order_by("id").values_list("pledge_ref", flat=True)))
