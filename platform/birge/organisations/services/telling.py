"""Messages about organisations and offices, each in the reader's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils import formats, translation

from birge.accounts.models import User
from birge.notifications.services import Contact, notice_send

from ..models import Organisation, Role


def contact_of(user: User) -> Contact | None:
    """Return where this person can be reached, or None."""
    if user.email:
        return Contact("email", user.email)
    return Contact("sms", user.phone) if user.phone else None


def tell(
    people: Iterable[User | None],
    template: str,
    organisation: Organisation,
    *,
    role: str = "",
    until: dt.date | None = None,
    **context: Any,
) -> None:
    """Write to each person once, in the caller's transaction; who has no address or no account is left out."""
    for person in {one.pk: one for one in people if one is not None and one.is_active}.values():
        contact = contact_of(person)
        if contact is None:
            continue
        with translation.override(person.language):
            words = {
                "organisation": organisation.name(person.language),
                "office": str(Role(role).label) if role else "",
                "until": formats.date_format(until) if until else "",
            }
        notice_send(contact=contact, template=template, language=person.language, **words, **context)
