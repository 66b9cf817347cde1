"""A promise like one that was made a day ago: asked about, never refused. Only who made it may be told of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import Q, QuerySet

from birge import clock
from birge.accounts.models import User
from birge.notifications.contacts import contact_root
from projects.works.models import Project

from .models import Pledge, PledgeContact
from .states import IN_LEDGER, PledgeStatus

HOURS, PERCENT = 24, 20  # a promise of the last hours whose sum differs by no more than so many per cent is alike


def similar_promise(
    *,
    project: Project,
    amount_minor: int,
    contact: str,
    donor: User | None,
    known: Collection[str] = (),
    apart: str = "",
) -> Pledge | None:
    """Return the newest promise like this one (minor units of the plan) that who asks may know of, or None.

    That is one of their own account, or one of those in `known` (made in the same browser) with the same contact: else
    anybody could find out by an address whether its owner has promised. `apart` is a group that does not count.
    """
    own = Q(donor=donor) if donor is not None else Q(pk__in=[])
    found = _alike(project, amount_minor).filter(own | Q(public_id__in=list(known))).exclude(group=apart)
    return next((each for each in found if each.donor_id == getattr(donor, "pk", 0) or _same(each, contact)), None)


def similar_before(pledge: Pledge) -> Pledge | None:
    """Return the newest promise like this one, by the same contact or account; for who has proven the contact."""
    contact = PledgeContact.objects.filter(pledge=pledge).values_list("value", flat=True).first() or ""
    found = _alike(pledge.project, pledge.plan_amount_minor).exclude(group=pledge.group).filter(pk__lt=pledge.pk)
    own = pledge.donor_id
    return next((each for each in found if (own and each.donor_id == own) or _same(each, contact)), None)


def _alike(project: Project, amount_minor: int) -> QuerySet[Pledge]:
    since = clock.now() - dt.timedelta(hours=HOURS)
    near = amount_minor * PERCENT // 100
    return (
        Pledge.objects.filter(
            project=project,
            made_at__gte=since,
            status__in=[PledgeStatus.MADE, *IN_LEDGER],
            plan_amount_minor__gte=amount_minor - near,
            plan_amount_minor__lte=amount_minor + near,
        )
        .select_related("contact", "project")
        .order_by("-id")
    )


def _same(pledge: Pledge, contact: str) -> bool:
    theirs = getattr(pledge, "contact", None)
    return bool(contact) and theirs is not None and contact_root(theirs.value) == contact_root(contact)
