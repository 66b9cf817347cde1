"""Which village, and whose: by public id, SOATE code or name."""

from __future__ import annotations

from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.errors import InvalidInput
from birge.organisations.models import Organisation, OrganisationKind
from birge.organisations.selectors import organisations_of, organisations_verified
from birge.places.models import SETTLEMENTS, Place
from birge.places.selectors import place_ancestors, places_current


def village_find(text: str, *, within: Place | None = None) -> Place:
    """Return the one settlement that is meant; `within` an ayil aimak or town, if given.

    Raises InvalidInput (`place`) for none, and for several of the same name, with their codes.
    """
    wanted = " ".join(text.split())
    places = places_current().filter(kind__in=SETTLEMENTS).select_related("parent__parent__parent")
    exact = places.filter(public_id=wanted.lower()) or places.filter(soate=wanted)
    found = list(exact) or [place for place in places if wanted.casefold() in _names(place)]
    if within is not None:
        found = [place for place in found if within.pk in {place.pk, *(each.pk for each in place_ancestors(place))}]
    if len(found) == 1:
        return found[0]
    if not found:
        raise InvalidInput(_("There is no village “%(name)s” here.") % {"name": text}, field="place")
    choices = "; ".join(f"{place.soate} ({', '.join(str(each) for each in place_ancestors(place))})" for place in found)
    raise InvalidInput(
        _("Several villages are called “%(name)s”. Give the code of one: %(choices)s.")
        % {"name": text, "choices": choices},
        field="place",
    )


def administration_find(text: str, *, village: Place | None, actor: User) -> Organisation:
    """Return the village administration: as named, else the one whose area the village lies in, else the actor's own.

    Raises InvalidInput (`administration`).
    """
    known = organisations_verified(OrganisationKind.VILLAGE_ADMINISTRATION).select_related("place")
    if text:
        wanted = " ".join(text.split()).casefold()
        found = [each for each in known if wanted in {each.public_id, *(_fold(n) for n in _own_names(each))}]
    elif village is not None:
        area = {village.pk, *(each.pk for each in place_ancestors(village))}
        found = [each for each in known if each.place_id in area]
    else:
        found = list(known.filter(pk__in=organisations_of(actor).values("pk")))
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidInput(_("Several village administrations fit. Please name one."), field="administration")
    raise InvalidInput(_("No verified village administration fits. Please name one."), field="administration")


def _names(place: Place) -> set[str]:
    return {_fold(name) for name in (place.name_ky, place.name_ru, place.name_en) if name}


def _own_names(organisation: Organisation) -> list[str]:
    return [name for name in (organisation.name_ky, organisation.name_ru, organisation.name_en) if name]


def _fold(name: str) -> str:
    return " ".join(name.split()).casefold()
