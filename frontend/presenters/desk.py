"""The desk of one person: what waits, which offices they hold, whether they can sign."""

from __future__ import annotations

from typing import Any

from birge.accounts.models import User

from .tasks import village_tasks
from .tasks_others import tasks_for


def desk_home(user: User) -> dict[str, Any]:
    """Return what the desk shows."""
    return {"tasks": [*village_tasks(user), *tasks_for(user)]}
