"""Background work: sending one message."""

from __future__ import annotations

from django_tasks import task

from .services import notice_deliver


@task()
def deliver(notice_id: int) -> None:
    """Send the message with this id, if it still waits."""
    notice_deliver(notice_id)
