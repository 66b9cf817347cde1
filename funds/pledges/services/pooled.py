"""A pool gives: its promise is made and kept in one breath, by whom decided on it. It names no person."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction

from birge import clock
from birge.accounts.models import User
from birge.money import Money
from birge.organisations.models import Organisation
from projects.works.models import Project

from ..models import Party, Pledge
from .transitions import history_write


@transaction.atomic
def pledge_make_for_pool(
    *, project: Project, custodian: Organisation, amount: Money, pool_ref: str, country: str, actor: User
) -> Pledge:
    """Write down what a pool gives (status *made*), of the donors' share and without conditions: it is paid at once.

    `funds.settlement` calls it when the pool's decision is booked; it has checked project, custodian and currency.
    """
    pledge = Pledge.objects.create(
        project=project,
        custodian=custodian,
        party=Party.DONORS,
        amount_minor=amount.minor,
        currency=amount.currency,
        plan_amount_minor=amount.minor,
        pool_ref=pool_ref,
        made_by=actor,
        country=country,
        language=project.language,
        conditions=[],
        terms_version=settings.TERMS_VERSION,
        horizon=clock.today() + dt.timedelta(days=settings.PLEDGE_CONFIRM_DAYS),
        made_at=clock.now(),
    )
    history_write(pledge, before="", actor=actor)
    return pledge
