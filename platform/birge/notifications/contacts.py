"""Where a person can be reached, in one spelling each."""

from __future__ import annotations

import hashlib
import hmac
from typing import NamedTuple

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from birge.errors import InvalidInput

EMAIL, SMS = "email", "sms"
GMAIL = frozenset({"gmail.com", "googlemail.com"})  # there dots count for nothing


class Contact(NamedTuple):
    """`kind` is "email" or "sms"; `value` an address or an E.164 number."""

    kind: str
    value: str


def contact_clean(contact: Contact, country: str) -> Contact:
    """Return the contact in its one spelling (lower-case e-mail, E.164 phone).

    A phone number without a country code is read as one of `country`. Raises InvalidInput (field `contact`).
    """
    value = contact.value.strip()
    if contact.kind == EMAIL:
        try:
            validate_email(value)
        except ValidationError:
            raise InvalidInput(_("This does not look like an e-mail address."), field="contact") from None
        return Contact(EMAIL, value.lower())
    if contact.kind != SMS:
        raise InvalidInput(_("Please give an e-mail address or a phone number."), field="contact")
    try:
        number = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise InvalidInput(_("This does not look like a phone number."), field="contact")
    return Contact(SMS, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def contact_root(value: str) -> str:
    """Return what all spellings of one mailbox have in common: one person can make as many of them as they like.

    Only for telling whether two contacts are one person's; messages go to the contact as it was given.
    """
    name, at, host = value.strip().lower().rpartition("@")
    if not at:
        return host
    name = name.partition("+")[0] or name
    if host in GMAIL:
        name, host = name.replace(".", ""), "gmail.com"
    return f"{name}@{host}"


def fingerprint(*parts: str) -> str:
    """Return a keyed digest of something personal, for comparing requests without keeping what was in them."""
    message = b"".join(len(part).to_bytes(4, "big") + part for part in (each.encode() for each in parts))
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()
