"""What a pledge form says, in one spelling each; whatever cannot be used is told at its field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel import Locale
from django.conf import settings
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.errors import InvalidInput
from birge.notifications.services import Contact

from ..conditions import conditions_clean
from ..contacts import contact_clean, fingerprint
from ..models import CREDIT_LINE_LENGTH, CreditChoice

UNNAMED_COUNTRIES = frozenset({"RU"})  # a donor there is not named unless they say so: it can harm them
COUNTRIES = frozenset(str(code) for code in Locale("en").territories if re.fullmatch("[A-Z]{2}", str(code))) - {
    "EU",
    "EZ",
    "UN",
    "XA",
    "XB",
    "ZZ",
}  # two-letter codes that are no country


@dataclass(frozen=True)
class Credit:
    """How the gift is to be thanked."""

    choice: CreditChoice
    line: str


@dataclass(frozen=True)
class CleanForm:
    """A form whose every field can be used."""

    contact: Contact | None
    country: str
    language: str
    credit: Credit
    conditions: list[dict[str, Any]]

    def as_request(self) -> dict[str, Any]:
        """Return what is compared when the same key comes again: keyed digests in place of anything personal."""
        return {
            "country": self.country,
            "language": self.language,
            "contact": fingerprint("contact", *(self.contact or ("", ""))),
            "credit": fingerprint("credit", self.credit.choice.value, self.credit.line),
            "conditions": self.conditions,
        }


def form_clean(
    *,
    contact: Contact | None,
    country: str,
    language: str,
    credit_choice: str | None,
    credit_line: str,
    conditions: Sequence[Mapping[str, Any]] | None,
    actor: User | None,
    on_behalf: bool,
) -> CleanForm:
    """Return the form in its stored spelling. Raises InvalidInput with the field's name."""
    country = country_clean(country)
    return CleanForm(
        contact=contact_for(contact, country=country, actor=actor, on_behalf=on_behalf),
        country=country,
        language=language_clean(language),
        credit=credit_clean(credit_choice, credit_line, country),
        conditions=conditions_clean(conditions),
    )


def contact_for(contact: Contact | None, *, country: str, actor: User | None, on_behalf: bool) -> Contact | None:
    """Return the contact in its one spelling; the account's own address where none was given."""
    if contact is not None:
        return contact_clean(contact, country)
    if on_behalf:
        return None
    if actor is not None and actor.email:
        return Contact("email", actor.email.lower())
    raise InvalidInput(_("Please give an e-mail address or a phone number."), field="contact")


def credit_clean(choice: str | None, line: str, country: str) -> Credit:
    """Return how the gift is to be thanked. No choice counts as one only where being named can harm."""
    line = " ".join(line.split())
    if not choice:
        if country not in UNNAMED_COUNTRIES:
            raise InvalidInput(_("Please choose how you want to be thanked."), field="credit_choice")
        choice = CreditChoice.NOBODY
    if choice not in CreditChoice.values:
        raise InvalidInput(_("Please choose how you want to be thanked."), field="credit_choice")
    if choice == CreditChoice.NOBODY:
        return Credit(CreditChoice.NOBODY, "")
    if not line:
        raise InvalidInput(_("Please write the name to thank."), field="credit_line")
    if len(line) > CREDIT_LINE_LENGTH:
        raise InvalidInput(
            _("Please keep it under %(count)s characters.") % {"count": CREDIT_LINE_LENGTH}, field="credit_line"
        )
    return Credit(CreditChoice(choice), line)


def country_clean(country: str) -> str:
    """Return the two-letter code in capitals."""
    cleaned = country.strip().upper()
    if cleaned not in COUNTRIES:
        raise InvalidInput(_("Please choose the country you are in."), field="country")
    return cleaned


def language_clean(language: str) -> str:
    """Return the language if we have texts in it."""
    if language not in dict(settings.LANGUAGES):
        raise InvalidInput(_("We do not speak this language yet."), field="language")
    return language
