"""What waits for officers of custodians, councils, associations and donors."""

from __future__ import annotations

from birge.accounts.models import User

from .tasks import Task


def tasks_for(user: User) -> list[Task]:
    """Return what waits for this person outside village administrations."""
    return []
