"""What waits for officers of custodians, councils, associations and donors."""

from __future__ import annotations

from birge.accounts.models import User
from birge.organisations.models import OrganisationKind, OrganisationStatus
from birge.organisations.selectors import organisations_of

from .council import council_tasks
from .custodian.desk import custodian_tasks
from .donors import donor_tasks
from .offices import administrator_tasks
from .pools.tasks import pool_tasks
from .rates import rate_tasks
from .screening import screening_tasks
from .signing import signing_tasks
from .tasks import Task
from .terms import belonging_tasks


def tasks_for(user: User) -> list[Task]:
    """Return what waits for this person outside village administrations, the most urgent kind first."""
    custodians = organisations_of(user).filter(kind=OrganisationKind.CUSTODIAN, status=OrganisationStatus.VERIFIED)
    return [
        *signing_tasks(user),
        *(task for custodian in custodians for task in custodian_tasks(custodian, user)),
        *council_tasks(user),
        *donor_tasks(user),
        *pool_tasks(user),
        *belonging_tasks(user),
        *administrator_tasks(user),
        *rate_tasks(user),
        *screening_tasks(user),
    ]
