"""An organisation applies; an administrator looks at its papers."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.documents.models import Document
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet
from birge.places.models import Place, PlaceKind

from ..models import ALLOWED, Organisation, OrganisationKind, OrganisationStatus
from ..permissions import Action, may
from ..selectors import officers
from .rules import decider_require, papers_check, reason_clean
from .telling import tell

LOCAL = frozenset({OrganisationKind.VILLAGE_ADMINISTRATION, OrganisationKind.LOCAL_COUNCIL})
SELF_GOVERNED = frozenset({
    PlaceKind.AYIL_AIMAK, PlaceKind.TOWN, PlaceKind.CITY, PlaceKind.CITY_REPUBLICAN, PlaceKind.URBAN_SETTLEMENT,
})  # fmt: skip
TAKEN = (OrganisationStatus.VERIFIED, OrganisationStatus.SUSPENDED)
LONGEST = {"name_ru": 160, "name_ky": 160, "name_en": 160, "registered_number": 40, "about": 4000}


@transaction.atomic
def organisation_apply(
    *,
    kind: str,
    name_ru: str,
    actor: User,
    name_ky: str = "",
    name_en: str = "",
    place: Place | None = None,
    country: str = "KG",
    registered_number: str = "",
    contact_email: str = "",
    about: str = "",
    papers: Document | None = None,
) -> Organisation:
    """Hand in an organisation. It can do nothing until its papers were checked; they may follow later.

    Raises InvalidInput (by field), Conflict (`already_asked`) where the same person handed in the same one before.
    """
    if not actor.is_active:
        raise NotAllowed
    words = _words(name_ru=name_ru, name_ky=name_ky, name_en=name_en, registered_number=registered_number, about=about)
    chosen = _kind(kind)
    _place_check(chosen, place)
    papers_check(papers, actor, None)
    waiting = Organisation.objects.filter(created_by=actor, kind=chosen, status=OrganisationStatus.SUBMITTED)
    if waiting.filter(name_ru=words["name_ru"], place=place).exists():
        raise Conflict(_("You have already handed in this organisation. We are looking at it."), code="already_asked")
    organisation = Organisation.objects.create(
        kind=chosen,
        place=place,
        country=_country(country),
        contact_email=_email(contact_email),
        status=OrganisationStatus.SUBMITTED,
        created_by=actor,
        **words,
    )
    _papers_keep(organisation, papers)
    audit_record(
        actor=actor,
        action="organisation_apply",
        obj=organisation,
        organisation=organisation,
        kind=chosen.value,
        papers=_reference(papers),
    )
    return organisation


@transaction.atomic
def organisation_papers_attach(*, organisation: Organisation, actor: User, papers: Document) -> Organisation:
    """Hand in papers, or better ones, before the decision; after a refusal this applies anew.

    For the applicant and the organisation's officers. Raises NotAllowed, InvalidInput (`papers`), RuleNotMet
    (`transition`) once it is verified.
    """
    if not actor.is_active or (
        organisation.created_by_id != actor.pk and not may(actor, Action.OFFICE_REQUEST, organisation)
    ):
        raise NotAllowed
    papers_check(papers, actor, organisation)
    locked = organisation_lock(organisation)
    if locked.status != OrganisationStatus.SUBMITTED:
        _move(locked, OrganisationStatus.SUBMITTED)
    _papers_keep(locked, papers)
    audit_record(
        actor=actor,
        action="organisation_papers_attach",
        obj=locked,
        organisation=locked,
        papers=_reference(papers),
    )
    return locked


@transaction.atomic
def organisation_verify(
    *, organisation: Organisation, actor: User, proof: FactorProof | None, reason: str
) -> Organisation:
    """Say that its papers were checked: from now on its officers can act.

    Raises NotAllowed (also `same_person`, `not_outside`), SecondFactorRequired, InvalidInput (`reason`), RuleNotMet
    (`papers_missing`, `transition`, and as settings.ORGANISATION_CHECK does), Conflict (`place_taken`) where another
    of its kind acts in the same place.
    """
    checked = _decider(organisation, actor, proof)
    why = reason_clean(reason)
    locked = organisation_lock(organisation)
    if locked.status == OrganisationStatus.SUSPENDED:
        raise RuleNotMet(_("This organisation is suspended: let it act again instead."), code="transition")
    if locked.status == OrganisationStatus.SUBMITTED and locked.papers_id is None:
        raise RuleNotMet(_("Its papers are missing."), code="papers_missing")
    _place_free(locked)
    _outside_check(locked, actor)
    return _decide(locked, OrganisationStatus.VERIFIED, "organisation_verify", actor, why, checked.method)


@transaction.atomic
def organisation_refuse(*, organisation: Organisation, actor: User, reason: str) -> Organisation:
    """Say that its papers do not do, and why; it may hand in others. Raises as `organisation_verify`."""
    _outside_applicant(organisation, actor)
    why = reason_clean(reason)
    locked = organisation_lock(organisation)
    return _decide(locked, OrganisationStatus.REFUSED, "organisation_refuse", actor, why, "")


@transaction.atomic
def organisation_suspend(
    *, organisation: Organisation, actor: User, proof: FactorProof | None, reason: str
) -> Organisation:
    """Stop it for now: none of its officers can act, at once. Raises as `organisation_verify`."""
    checked = _decider(organisation, actor, proof)
    why = reason_clean(reason)
    locked = organisation_lock(organisation)
    return _decide(locked, OrganisationStatus.SUSPENDED, "organisation_suspend", actor, why, checked.method)


@transaction.atomic
def organisation_resume(
    *, organisation: Organisation, actor: User, proof: FactorProof | None, reason: str
) -> Organisation:
    """Let a suspended organisation act again. Raises as `organisation_verify`."""
    checked = _decider(organisation, actor, proof)
    why = reason_clean(reason)
    locked = organisation_lock(organisation)
    if locked.status != OrganisationStatus.SUSPENDED:
        raise RuleNotMet(_("This organisation is not suspended."), code="transition")
    _outside_check(locked, actor)
    return _decide(locked, OrganisationStatus.VERIFIED, "organisation_resume", actor, why, checked.method)


def organisation_lock(organisation: Organisation) -> Organisation:
    """Return the organisation as it is now, locked until the transaction ends; its place first, where it has one."""
    if organisation.place_id is not None:
        Place.objects.select_for_update(no_key=True).get(pk=organisation.place_id)
    return (
        Organisation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("place", "created_by", "papers")
        .get(pk=organisation.pk)
    )


def _decider(organisation: Organisation, actor: User, proof: FactorProof | None) -> FactorProof:
    _outside_applicant(organisation, actor)
    return factor_require(proof, actor)


def _outside_applicant(organisation: Organisation, actor: User) -> None:
    decider_require(actor, Action.ORGANISATION_VERIFY, organisation)
    if organisation.created_by_id == actor.pk:
        raise NotAllowed(_("Who applied cannot decide. Another administrator must."), code="same_person")


def _move(organisation: Organisation, to: OrganisationStatus) -> OrganisationStatus:
    before = OrganisationStatus(organisation.status)
    if to not in ALLOWED[before]:
        raise RuleNotMet(
            _("An organisation that is “%(before)s” cannot become “%(after)s”.")
            % {"before": before.label, "after": to.label},
            code="transition",
            from_status=before.value,
            to_status=to.value,
        )
    organisation.status = to
    organisation.save(update_fields=["status"])
    return before


def _decide(
    organisation: Organisation, to: OrganisationStatus, action: str, actor: User, reason: str, method: str
) -> Organisation:
    before = _move(organisation, to)
    audit_record(
        actor=actor,
        action=action,
        obj=organisation,
        reason=reason,
        from_status=before.value,
        to_status=to.value,
        papers=_reference(organisation.papers),
        factor=method,
    )
    concerned = [organisation.created_by, *officers(organisation)]
    tell(concerned, action, organisation, reason=reason)
    return organisation


def _outside_check(organisation: Organisation, actor: User) -> None:
    """Ask what stands above us (block lists) whether it may act."""
    if settings.ORGANISATION_CHECK:
        import_string(settings.ORGANISATION_CHECK)(organisation, actor)


def _place_free(organisation: Organisation) -> None:
    if organisation.kind not in LOCAL:
        return
    others = Organisation.objects.filter(kind=organisation.kind, place=organisation.place, status__in=TAKEN)
    if others.exclude(pk=organisation.pk).exists():
        raise Conflict(_("Another organisation of this kind already acts in this place."), code="place_taken")


def _papers_keep(organisation: Organisation, papers: Document | None) -> None:
    if papers is None:
        return
    if papers.organisation_id is None:
        papers.organisation = organisation
        papers.save(update_fields=["organisation"])
    organisation.papers = papers
    organisation.save(update_fields=["papers"])


def _reference(papers: Document | None) -> str:
    return papers.public_id if papers is not None else ""


def _words(**words: str) -> dict[str, str]:
    clean = {field: text.strip() for field, text in words.items()}
    if not clean["name_ru"]:
        raise InvalidInput(_("Please write the name of the organisation."), field="name_ru")
    for field, text in clean.items():
        if len(text) > LONGEST[field]:
            raise InvalidInput(_("Please write at most %(most)s characters.") % {"most": LONGEST[field]}, field=field)
    return clean


def _kind(kind: str) -> OrganisationKind:
    if kind not in OrganisationKind.values:
        raise InvalidInput(_("Please choose what kind of organisation it is."), field="kind")
    return OrganisationKind(kind)


def _place_check(kind: OrganisationKind, place: Place | None) -> None:
    if kind not in LOCAL:
        return
    if place is None or place.kind not in SELF_GOVERNED:
        raise InvalidInput(_("Please choose its ayil aimak or town."), field="place")
    if place.valid_to is not None and place.valid_to < clock.today():
        raise InvalidInput(_("This place was merged into another one. Please choose that one."), field="place")


def _country(country: str) -> str:
    code = country.strip().upper()
    if len(code) != 2 or not code.isascii() or not code.isalpha():
        raise InvalidInput(_("Please choose a country."), field="country")
    return code


def _email(address: str) -> str:
    clean = address.strip().lower()
    if clean:
        try:
            validate_email(clean)
        except ValidationError:
            raise InvalidInput(_("Please check this e-mail address."), field="contact_email") from None
    return clean
