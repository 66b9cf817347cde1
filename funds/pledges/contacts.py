"""Where donors can be reached, in one spelling each."""

from __future__ import annotations

import hashlib
import hmac

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from birge.errors import InvalidInput
from birge.notifications.services import Contact

from .models import Pledge, PledgeContact


def contact_clean(contact: Contact, country: str) -> Contact:
    """Return the contact in its one spelling (lower-case e-mail, E.164 phone).

    A phone number without a country code is read as one of `country`. Raises InvalidInput (field `contact`).
    """
    value = contact.value.strip()
    if contact.kind == PledgeContact.Kind.EMAIL:
        try:
            validate_email(value)
        except ValidationError:
            raise InvalidInput(_("This does not look like an e-mail address."), field="contact") from None
        return Contact("email", value.lower())
    if contact.kind != PledgeContact.Kind.SMS:
        raise InvalidInput(_("Please give an e-mail address or a phone number."), field="contact")
    try:
        number = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise InvalidInput(_("This does not look like a phone number."), field="contact")
    return Contact("sms", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def fingerprint(*parts: str) -> str:
    """Return a keyed digest of something personal, for comparing requests without keeping what was in them."""
    message = b"".join(len(part).to_bytes(4, "big") + part for part in (each.encode() for each in parts))
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()


def contact_of(pledge: Pledge) -> Contact | None:
    """Return where this pledge's donor can be reached, or None (erased, or never given)."""
    row = PledgeContact.objects.filter(pledge=pledge).first()
    return None if row is None else Contact(row.kind, row.value)
