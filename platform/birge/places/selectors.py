"""Reading places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from birge import clock

from .models import Place, PlaceLink


def place_ancestors(place: Place) -> list[Place]:
    """Return the units it lies in, nearest first. At most three steps: the classifier has four levels."""
    chain: list[Place] = []
    parent = place.parent
    while parent is not None:
        chain.append(parent)
        parent = parent.parent
    return chain


def places_current(on: dt.date | None = None) -> QuerySet[Place]:
    """Return the units that exist on a day (UTC), today unless given."""
    day = on or clock.today()
    return Place.objects.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))


def places_search(text: str, kinds: Iterable[str] = ()) -> QuerySet[Place]:
    """Return current units whose name in any language contains `text`.

    SQLite folds only Latin letters, so the usual spellings of a Cyrillic word are tried one by one.
    """
    found = places_current()
    wanted = list(kinds)
    if wanted:
        found = found.filter(kind__in=wanted)
    word = text.strip()
    match = Q()
    for spelling in {word, word.lower(), word.capitalize(), word.title()}:
        match |= Q(name_ky__icontains=spelling) | Q(name_ru__icontains=spelling) | Q(name_en__icontains=spelling)
    return found.filter(match)


def place_successor(place: Place, on: dt.date | None = None) -> Place:
    """Return the unit that answers for `place` on a day: itself while it lasts, else whom it was merged into.

    After a split the part with the code of `place` answers (merged units are split back under their old codes), else
    the first by code.
    """
    day = on or clock.today()
    current = place
    seen = {current.pk}
    while current.valid_to is not None and current.valid_to < day:
        links = PlaceLink.objects.filter(predecessor=current, on__lte=day).select_related("successor")
        parts = sorted((link.successor for link in links), key=lambda part: (part.soate != place.soate, part.soate))
        if not parts or parts[0].pk in seen:
            return current
        current = parts[0]
        seen.add(current.pk)
    return current
