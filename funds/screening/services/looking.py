"""Looking somebody up, keeping what was found, and refusing what nobody has decided on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.errors import InvalidInput, RuleNotMet
from birge.organisations.models import Organisation, OrganisationKind
from birge.organisations.permissions import Action, require

from ..matching import Hit, Party, hits_of, lists_now
from ..models import ScreeningRecord
from ..selectors import Seen, Standing, seen_as, standing
from ..states import Outcome, PartyKind, Subject

LONGEST_NAME = 200
LONGEST_REF = 64
BY_HAND = (Subject.BANK_ACCOUNT, Subject.PAYEE)


@transaction.atomic
def screen(
    *,
    subject: str,
    ref: str,
    parties: Sequence[Party],
    countries: Iterable[str] = (),
    organisation: Organisation | None = None,
    actor: User | None = None,
) -> ScreeningRecord:
    """Look these parties up in the lists of today and keep what was found, whatever it is. Refuses nothing."""
    countries = list(countries)
    hits, now = hits_of(parties, countries=countries), standing(subject, ref, parties, countries)
    decided = Outcome.KNOWN if now.blocked or not now.open else Outcome.HIT
    return ScreeningRecord.objects.create(
        subject=subject,
        subject_ref=ref,
        organisation=organisation,
        parties=[
            {"kind": each.kind, "name": each.name, "role": each.role, "identifiers": list(each.identifiers)}
            for each in parties
        ],
        lists=[
            {"id": each.public_id, "source": each.source, "version": each.version.isoformat()} for each in lists_now()
        ],
        hits=[hit.plain() for hit in hits],
        outcome=decided if hits else Outcome.CLEAR,
        screened_by=actor,
    )


def screen_again(
    *,
    subject: str,
    ref: str,
    parties: Sequence[Party],
    countries: Iterable[str] = (),
    organisation: Organisation | None = None,
    seen: Seen,
) -> ScreeningRecord | None:
    """Look once more where the lists, or those concerned, have changed since the last look; None where not.

    `seen` is what `seen_now` returned, once for all that is looked at.
    """
    if seen_as(subject, ref, [each.name for each in parties]) in seen:
        return None
    return screen(subject=subject, ref=ref, parties=parties, countries=countries, organisation=organisation)


def screening_require(*, subject: str, ref: str, parties: Sequence[Party], countries: Iterable[str] = ()) -> Standing:
    """Return how it stands if nothing is in the way. Raises RuleNotMet (`blocked`; `listed`: a person must decide)."""
    found = standing(subject, ref, parties, countries)
    if found.blocked:
        raise RuleNotMet(_("This was blocked: %(reason)s") % {"reason": found.blocked}, code="blocked")
    if found.open:
        raise RuleNotMet(hit_text(found.open[0]), code="listed", hits=[hit.key for hit in found.open])
    return found


@transaction.atomic
def screening_ask(
    *, custodian: Organisation, subject: str, ref: str, name: str, kind: str, numbers: str = "", actor: User
) -> ScreeningRecord:
    """Look up, as a custodian's officer, a bank where an account is to be opened or somebody who is to be paid.

    `ref` names what it is for: the number of the account, or what the payee is known by; `numbers` are a BIC or account
    numbers. Raises NotAllowed, InvalidInput with its field.
    """
    require(actor, Action.SCREENING_ASK, custodian)
    if custodian.kind != OrganisationKind.CUSTODIAN:
        raise InvalidInput(_("Only custodians hold money."), field="custodian")
    if subject not in BY_HAND:
        raise InvalidInput(_("Please choose what it is for."), field="subject")
    if kind not in PartyKind.values:
        raise InvalidInput(_("Please choose what they are."), field="kind")
    for field, text, most in (("name", name, LONGEST_NAME), ("ref", ref, LONGEST_REF - 12)):
        if not text.strip() or len(text) > most:
            raise InvalidInput(_("Please write it, in at most %(most)s characters.") % {"most": most}, field=field)
    party = Party(kind=kind, name=name.strip(), role=subject, identifiers=tuple(numbers.split())[:20])
    return screen(
        subject=subject,
        ref=ref_of(custodian, ref),
        parties=[party],
        countries=[custodian.country],
        organisation=custodian,
        actor=actor,
    )


def ref_of(custodian: Organisation, text: str) -> str:
    """Return how something of a custodian's is named in the records: never another one's."""
    return f"{custodian.public_id}:{''.join(text.split()).upper()}"[:LONGEST_REF]


def hit_text(hit: Hit) -> str:
    """Return in words why somebody is held up."""
    said = {"party": hit.party, "name": hit.name, "by": hit.listed_by, "source": hit.source, "version": hit.version}
    if hit.binding:
        return (
            _(
                "“%(party)s” is like “%(name)s” on a list of %(by)s (%(source)s, %(version)s), whose law binds a "
                "custodian here. Unless a person decides that it is somebody else, nothing moves."
            )
            % said
        )
    return (
        _("“%(party)s” is like “%(name)s” on a list of %(by)s (%(source)s, %(version)s). A person must decide first.")
        % said
    )
