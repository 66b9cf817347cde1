"""Are two accounts one person? What shows: a phone or a mailbox in any spelling, and the device."""

from __future__ import annotations

import re
from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils.translation import gettext as _

from birge.errors import NotAllowed
from birge.notifications.contacts import contact_root

from .devices import device_used_by
from .models import User

SUBSCRIBER = 9  # so many digits at the end are a phone, however country and trunk code are written before them


def contact_key(value: str) -> str:
    """Return what all spellings of one mailbox or one phone have in common; nothing for nothing."""
    value = value.strip()
    if "@" in value:
        return contact_root(value)
    return re.sub(r"\D", "", value)[-SUBSCRIBER:]


def contact_keys(user: User) -> set[str]:
    """Return the keys of everything under which this person can be reached, proven or not."""
    addresses = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    return {contact_key(value) for value in (user.email, user.phone, *addresses) if value} - {""}


def contact_is_of(value: str, people: Iterable[User]) -> bool:
    """Say whether this phone or address is one of these people's own."""
    key = contact_key(value)
    return bool(key) and any(key in contact_keys(person) for person in people)


def another_person_check(*, first: User, second: User, device: str = "") -> None:
    """Raise NotAllowed unless `second` is, as far as we can know, another person than `first` on another phone.

    `device` is what `second` acts on now (see `devices`). Codes: `same_person`, `same_contact`, `same_device`.
    """
    if first.pk == second.pk:
        raise NotAllowed(_("Who recorded it cannot confirm it."), code="same_person")
    if contact_keys(first) & contact_keys(second):
        raise NotAllowed(
            _("You and who wrote it down have the same phone or e-mail. Another person must confirm it."),
            code="same_contact",
        )
    device_check(first=first, device=device)


def device_check(*, first: User, device: str) -> None:
    """Raise NotAllowed (`same_device`) where `first` did deeds about cash on this very device."""
    if settings.CASH_OTHER_DEVICE and device_used_by(user=first, device=device):
        raise NotAllowed(
            _("This is the phone on which it was written down. Please confirm it on your own."), code="same_device"
        )
