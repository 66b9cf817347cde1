"""Organisations are looked up before an administrator accepts their papers, and again with every new list."""

from __future__ import annotations

from birge.accounts.models import User
from birge.organisations.models import Organisation

from .matching import Party
from .selectors import Seen
from .services.looking import screen, screen_again, screening_require
from .states import PartyKind, Subject


def organisation_parties(organisation: Organisation) -> list[Party]:
    """Return an organisation under each of its names."""
    names = dict.fromkeys((organisation.name_ru, organisation.name_ky, organisation.name_en))
    number = (organisation.registered_number,) if organisation.registered_number else ()
    return [Party(PartyKind.ORGANISATION, name, "organisation", number) for name in names if name]


def organisation_check(organisation: Organisation, actor: User) -> None:
    """Refuse to accept an organisation that is like somebody on a list, until a person has decided; else note the look.

    Named in settings.ORGANISATION_CHECK. Raises RuleNotMet (`listed`, `blocked`).
    """
    parties, countries = organisation_parties(organisation), [organisation.country]
    ref = organisation.public_id
    screening_require(subject=Subject.ORGANISATION, ref=ref, parties=parties, countries=countries)
    screen(subject=Subject.ORGANISATION, ref=ref, parties=parties, countries=countries, actor=actor)


def payee_check(payee: Organisation, custodian: Organisation) -> None:
    """Refuse to pay an organisation that is like somebody on a list, until a person has decided.

    Both what administrators decided about it and the law of the custodian's country count. Raises RuleNotMet (`listed`,
    `blocked`).
    """
    screening_require(
        subject=Subject.ORGANISATION,
        ref=payee.public_id,
        parties=organisation_parties(payee),
        countries=[payee.country, custodian.country],
    )


def organisation_screen_again(organisation: Organisation, seen: Seen) -> bool:
    """Look an organisation up if the lists have changed since; say whether that was so. It belongs to the platform."""
    record = screen_again(
        subject=Subject.ORGANISATION,
        ref=organisation.public_id,
        parties=organisation_parties(organisation),
        countries=[organisation.country],
        seen=seen,
    )
    return record is not None
