"""What waits for somebody, as the desk shows it: one sentence and one link each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from birge.accounts.models import User


@dataclass(frozen=True)
class Task:
    """Something that waits for this person. `tone` is a tag's: empty, `wait` or `bad`."""

    title: str
    text: str
    url: str
    tone: str = ""
    waiting_since: dt.datetime | None = None
    organisation_name: str = ""


def village_tasks(user: User) -> list[Task]:
    """Return what waits for an officer of a village administration."""
    return []
