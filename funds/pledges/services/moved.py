"""A gift goes on to another project, as its donor chose: a promise of the same person, paid in the same breath."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction

from birge import clock
from projects.works.models import Project

from ..models import Party, Pledge, PledgeContact, PledgeCredit
from .transitions import history_write


@transaction.atomic
def pledge_make_moved(*, pledge: Pledge, project: Project, amount_minor: int) -> Pledge:
    """Write down for `project` what comes from `pledge` (status *made*): same donor, contact, thanks and terms.

    A group of its own: it is another gift, with a page of its own. `funds.settlement` books it at once; it has checked
    project, custodian and currency.
    """
    moved = Pledge.objects.create(
        project=project,
        custodian=pledge.custodian,
        party=Party.DONORS,
        amount_minor=amount_minor,
        currency=project.currency,
        plan_amount_minor=amount_minor,
        donor=pledge.donor,
        made_by=pledge.made_by,
        country=pledge.country,
        language=pledge.language,
        conditions=[],
        related=pledge.related,  # who earns in this village draws no match there either
        terms_version=pledge.terms_version,
        horizon=clock.today() + dt.timedelta(days=settings.PLEDGE_CONFIRM_DAYS),
        made_at=clock.now(),
    )
    for contact in PledgeContact.objects.filter(pledge=pledge):
        PledgeContact.objects.create(pledge=moved, kind=contact.kind, value=contact.value)
    for credit in PledgeCredit.objects.filter(pledge=pledge):
        PledgeCredit.objects.create(pledge=moved, choice=credit.choice, line=credit.line)
    history_write(moved, before="", actor=None, reason=f"moved from {pledge.public_id}")
    return moved
