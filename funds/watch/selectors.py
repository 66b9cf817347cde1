"""Questions about flags, and about who is one donor."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from birge.organisations.models import Organisation
from funds.pledges.models import Pledge
from funds.pledges.states import IN_LEDGER
from projects.works.models import Project

from .models import Decision, Flag, FlagStatus, SameDonor

TOUCHING = (Decision.SUPPLIER, Decision.OFFICE, Decision.ONE_DONOR, Decision.NO_CARDS)


def flags_waiting(custodian: Organisation) -> QuerySet[Flag]:
    """Return what waits to be looked at or agreed to, the oldest first."""
    waiting = Flag.objects.filter(custodian=custodian, status__in=[FlagStatus.OPEN, FlagStatus.ASKED])
    return waiting.select_related("project", "custodian").annotate(n=Count("pledges")).order_by("id")


def one_donor(identity: str) -> str:
    """Return the identity that stands for this one: its own, unless two officers said that several are one."""
    leader = SameDonor.objects.filter(identity=identity).values_list("leader", flat=True).first()
    return leader or identity


def joined(identity: str) -> bool:
    """Say whether this donor and others are one."""
    return SameDonor.objects.filter(identity=identity).exists()


def flag_on(pledge: Pledge) -> Flag | None:
    """Return the newest decision that touches this promise and its donor may object to."""
    decided = Flag.objects.filter(status=FlagStatus.DECIDED, decision__in=TOUCHING)
    return decided.filter(pledges__pledge__group=pledge.group).order_by("-decided_at", "-id").first()


def related_kinds(project: Project) -> list[str]:
    """Return the kinds of related parties that promised or gave to the project: kinds only, no counts and no sums."""
    related = Pledge.objects.filter(project=project, status__in=IN_LEDGER).exclude(related="")
    return sorted(set(related.order_by().values_list("related", flat=True)))
