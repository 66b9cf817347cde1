"""Writing messages and sending them after the commit, with three tries."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation

from birge import clock

from .contacts import Contact
from .models import Notice
from .sms import sms_backend

__all__ = ["Contact", "notice_deliver", "notice_send", "notices_resend"]
MOST_ATTEMPTS = 3
WAIT = dt.timedelta(minutes=5)  # doubled with each try


def notice_send(*, contact: Contact, template: str, language: str, **context: Any) -> Notice:
    """Write a message in the caller's transaction; it leaves after the commit, or never if that fails.

    `template` is `notifications/<template>.txt`: its first line is the subject. `context` is turned into text here.
    """
    notice = Notice.objects.create(
        to_kind=contact.kind, to=contact.value, template=template, language=language, context=_plain(context)
    )
    transaction.on_commit(partial(_enqueue, notice.pk))
    return notice


def notice_deliver(notice_id: int) -> None:
    """Send one message now; a failure is noted and tried again later by `notices_resend`."""
    with transaction.atomic():
        notice = Notice.objects.select_for_update().filter(pk=notice_id, sent_at=None).first()
        if notice is None or notice.attempts >= MOST_ATTEMPTS:
            return
        notice.attempts += 1
        subject, body = render(notice)
        try:
            _out(notice, subject, body)
        except Exception as error:
            notice.error = type(error).__name__
            notice.next_try_at = clock.now() + WAIT * 2 ** (notice.attempts - 1)
        else:
            notice.sent_at, notice.to, notice.context, notice.error = clock.now(), "", {}, ""
        notice.save()


def notices_resend() -> int:
    """Try again what failed and is due, and what was never picked up; return how many. Called by `tick`."""
    now = clock.now()
    waiting = Notice.objects.filter(sent_at=None, attempts__lt=MOST_ATTEMPTS).filter(
        Q(next_try_at__lte=now) | Q(next_try_at=None, created_at__lte=now - WAIT)
    )
    due = list(waiting.order_by("pk").values_list("pk", flat=True)[:500])
    for notice_id in due:
        notice_deliver(notice_id)
    return len(due)


def render(notice: Notice) -> tuple[str, str]:
    """Return subject and body in the notice's language. Values are put in as text and are never templates."""
    with translation.override(notice.language):
        text = render_to_string(f"notifications/{notice.template}.txt", {**notice.context, "site": settings.SITE_URL})
    subject, _newline, body = text.strip().partition("\n")
    return " ".join(subject.split()), body.strip() + "\n"


def _out(notice: Notice, subject: str, body: str) -> None:
    if notice.to_kind == Notice.Kind.EMAIL:
        EmailMessage(subject=subject, body=body, to=[notice.to]).send()
    else:
        sms_backend().send(notice.to, body)


def _enqueue(notice_id: int) -> None:
    from .tasks import deliver

    deliver.enqueue(notice_id)


def _plain(context: dict[str, Any]) -> dict[str, Any]:
    return {key: _text(value) for key, value in context.items()}


def _text(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_text(each) for each in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)
