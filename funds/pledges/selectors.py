"""Questions about pledges."""

from __future__ import annotations

import datetime as dt

from django.db.models import Case, F, Q, QuerySet, Sum, When

from birge.accounts.models import User
from funds.payments.selectors import exchange_forgiven
from projects.works.models import Project

from .models import Party, Pledge, PledgeContact, PledgeCredit
from .states import IN_LEDGER, OPEN, PledgeStatus


def promised_minor(project: Project, party: Party = Party.DONORS) -> int:
    """Return what `party` has promised and not taken back: open pledges, and what really came for collected ones."""
    total = Pledge.objects.filter(project=project, party=party, status__in=IN_LEDGER).aggregate(
        total=Sum(Case(When(status=PledgeStatus.COLLECTED, then=F("collected_minor")), default=F("plan_amount_minor")))
    )["total"]
    return int(total or 0)


def gave_before(pledge: Pledge) -> bool:
    """Say whether the same donor, by contact or account, has another promise that stands, or was kept."""
    others = Pledge.objects.filter(status__in=IN_LEDGER).exclude(group=pledge.group)
    contact = PledgeContact.objects.filter(pledge=pledge).first()
    same = Q(pk__in=[])
    if contact is not None:
        same |= Q(contact__value__iexact=contact.value)
    if pledge.donor_id is not None:
        same |= Q(donor_id=pledge.donor_id)
    return others.filter(same).exists()


def plan_rest(project: Project, party: Party = Party.DONORS) -> int:
    """Return what `party`'s share of the plan still lacks in promises. Exact under the project's lock."""
    share = project.shares.filter(party=party).first()
    return max(0, (share.amount_minor if share else 0) - promised_minor(project, party))


def collected_minor(project: Project, party: Party = Party.DONORS) -> int:
    """Return what came for `party`'s pledges and was not refunded."""
    collected = Pledge.objects.filter(project=project, party=party, status=PledgeStatus.COLLECTED)
    return int(collected.aggregate(total=Sum("collected_minor"))["total"] or 0)


def exchange_lost_minor(project: Project, party: Party | None = None) -> int:
    """Return what exchange rates took of promises that were kept (minor units of the plan's currency).

    What they gave counts against it. See `exchange_forgiven` for how much of it is out of the plan.
    """
    kept = Pledge.objects.filter(project=project, status=PledgeStatus.COLLECTED, kept_minor__isnull=False)
    if party is not None:
        kept = kept.filter(party=party)
    sums = kept.aggregate(kept=Sum("kept_minor"), came=Sum("collected_minor"))
    return exchange_forgiven(int(sums["kept"] or 0), int(sums["came"] or 0))


def confirmed_count(project: Project) -> int:
    """Return how many promises stand or were kept (a remainder counts with the pledge it came from)."""
    return Pledge.objects.filter(project=project, status__in=IN_LEDGER).values("group").distinct().count()


def pledges_open(project: Project) -> QuerySet[Pledge]:
    """Return the pledges that wait for their money, oldest first."""
    return Pledge.objects.filter(project=project, status__in=OPEN).order_by("id")


def pledge_open_in_group(group: str) -> Pledge | None:
    """Return the pledge of this group that still waits for money: the first one, or its newest remainder."""
    return Pledge.objects.filter(group=group, status__in=OPEN).order_by("id").last()


def pledges_of(user: User) -> QuerySet[Pledge]:
    """Return what this person pledged while signed in, newest first."""
    return Pledge.objects.filter(donor=user).select_related("project", "custodian").order_by("-id")


def pledges_past_horizon(day: dt.date) -> QuerySet[Pledge]:
    """Return the pledges whose last day was before `day` and that were neither kept nor ended."""
    waiting = [PledgeStatus.MADE, *OPEN]
    return Pledge.objects.filter(status__in=waiting, horizon__lt=day).order_by("id")


def pledges_to_ask_again(day: dt.date, until: dt.date) -> QuerySet[Pledge]:
    """Return the confirmed pledges that end between `day` and `until` and have not been asked to be prolonged."""
    return Pledge.objects.filter(
        status=PledgeStatus.CONFIRMED, horizon__gte=day, horizon__lte=until, horizon_asked_on__isnull=True
    ).order_by("id")


def credit_lines(project: Project) -> list[str]:
    """Return the names under which the project's givers want to be thanked, in the order of their promises."""
    rows = PledgeCredit.objects.filter(pledge__project=project, pledge__status__in=IN_LEDGER).exclude(line="")
    lines = rows.order_by("pledge_id").values_list("line", flat=True)
    return list(dict.fromkeys(lines))  # a remainder bears its pledge's line once more
