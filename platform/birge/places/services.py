"""Writing places: the file of units is the one source; what it says is brought into the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.errors import Conflict

from .models import Place, PlaceLink, place_public_id
from .reading import CODE, Key, PlaceRow, places_read

DATA = Path(__file__).resolve().parent / "data" / "places.csv"
MANY_ENDED = 100  # a file that lacks more units than this is taken for a part of one, unless told otherwise
_COPIED = (
    "pcode", "level", "kind", "name_ky", "name_ru", "name_en", "name_source", "lat", "lon", "coord_source",
    "geonameid", "population", "valid_to",
)  # fmt: skip


class ManyPlacesEnded(Conflict):
    """The file lacks so many units that it is probably not the whole of it. `data`: missing."""

    code = "many_places_ended"


@dataclass(frozen=True)
class Loaded:
    """What loading did. `ended` are units that the file no longer has; they are not deleted."""

    made: int = 0
    changed: int = 0
    unchanged: int = 0
    ended: int = 0
    steps_made: int = 0
    steps_changed: int = 0
    steps_removed: int = 0


def places_load(path: Path | None = None, *, end_many: bool = False) -> Loaded:
    """Bring the units of a file, ours unless given, into the database: all of them or, at any mistake, none.

    It can be run again without harm. No unit is deleted, for projects may stand there: one that the file lacks ends
    yesterday. Units with codes of another form than the classifier's are left alone. The lineage of the units in the
    file becomes what the file says.

    Raises PlacesFileError, and ManyPlacesEnded unless `end_many`.
    """
    rows = places_read(path or DATA)
    with transaction.atomic():
        known = {(place.soate, place.valid_from): place for place in Place.objects.all()}
        ended = _end_missing(known.values(), {row.key for row in rows}, end_many=end_many)
        made, changed, ids = _write(rows, known)
        steps_made, steps_changed, steps_removed = _write_steps(rows, ids)
    return Loaded(made, changed, len(rows) - made - changed, ended, steps_made, steps_changed, steps_removed)


def _end_missing(known: Iterable[Place], present: set[Key], *, end_many: bool) -> int:
    missing = [
        place
        for place in known
        if place.valid_to is None and CODE.fullmatch(place.soate) and (place.soate, place.valid_from) not in present
    ]
    if len(missing) > MANY_ENDED and not end_many:
        message = _("The file lacks %(count)d of the units that we know. Nothing was loaded. Is it the whole file?")
        raise ManyPlacesEnded(message % {"count": len(missing)}, missing=len(missing))
    yesterday = clock.today() - dt.timedelta(days=1)
    for place in missing:
        place.valid_to = max(place.valid_from, yesterday)
    Place.objects.bulk_update(missing, ["valid_to"], batch_size=200)
    return len(missing)


def _write(rows: list[PlaceRow], known: dict[Key, Place]) -> tuple[int, int, dict[Key, int]]:
    """Write what differs, from the oblasts down, for a unit needs the id of what it lies in."""
    ids: dict[Key, int] = {key: place.pk for key, place in known.items()}
    made = changed = 0
    for level in sorted({row.level for row in rows}):
        differing = []
        for row in rows:
            if row.level != level:
                continue
            values = {name: getattr(row, name) for name in _COPIED}
            values["parent_id"] = ids[row.parent] if row.parent else None
            place = known.get(row.key)
            if place is not None and all(getattr(place, name) == value for name, value in values.items()):
                continue
            made, changed = (made + 1, changed) if place is None else (made, changed + 1)
            differing.append(_unsaved(row, values))
        # One statement for both: a row that exists keeps its ids and takes the new values.
        written = Place.objects.bulk_create(
            differing, update_conflicts=True, unique_fields=["soate", "valid_from"], update_fields=[*_COPIED, "parent"]
        )
        ids.update({(place.soate, place.valid_from): place.pk for place in written})
    return made, changed, ids


def _unsaved(row: PlaceRow, values: dict[str, Any]) -> Place:
    public_id = place_public_id(row.soate, row.valid_from.isoformat())
    return Place(public_id=public_id, soate=row.soate, valid_from=row.valid_from, **values)


def _write_steps(rows: list[PlaceRow], ids: dict[Key, int]) -> tuple[int, int, int]:
    """Make the lineage of these units what the file says: nothing refers to a step, so a wrong one may go."""
    wanted: dict[tuple[int, int], tuple[str, dt.date]] = {}
    for row in rows:
        for step in row.steps:
            if row.valid_to is not None:
                on = row.valid_to + dt.timedelta(days=1)
                wanted[ids[row.key], ids[step.successor]] = (step.kind, on)
    in_file = {ids[row.key] for row in rows}
    kept = {(link.predecessor_id, link.successor_id): link for link in PlaceLink.objects.all()}
    wrong = [link.pk for pair, link in kept.items() if link.predecessor_id in in_file and pair not in wanted]
    PlaceLink.objects.filter(pk__in=wrong).delete()
    differing = [
        PlaceLink(predecessor_id=pair[0], successor_id=pair[1], kind=kind, on=on)
        for pair, (kind, on) in wanted.items()
        if pair not in kept or (kept[pair].kind, kept[pair].on) != (kind, on)
    ]
    PlaceLink.objects.bulk_create(
        differing, update_conflicts=True, unique_fields=["predecessor", "successor"], update_fields=["kind", "on"]
    )
    changed = sum((link.predecessor_id, link.successor_id) in kept for link in differing)
    return len(differing) - changed, changed, len(wrong)
