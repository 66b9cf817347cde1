"""What a project of a kind usually needs: rows to fill in or to leave empty, so that nobody starts from nothing."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from projects.works.models import Category

PIECES, METRES, CUBIC, DAYS, ONCE = _("pieces"), _("metres"), _("cubic metres"), _("days"), _("in all")
Words = Promise | str
USUAL: dict[str, list[tuple[Words, Words]]] = {
    Category.LIGHT: [
        (_("Poles"), PIECES),
        (_("LED lamps"), PIECES),
        (_("Cable"), METRES),
        (_("Meter and switch box"), PIECES),
        (_("Work of the electricians"), DAYS),
    ],
    Category.WATER: [
        (_("Well or spring intake"), ONCE),
        (_("Pump"), PIECES),
        (_("Pipes"), METRES),
        (_("Water tank"), PIECES),
        (_("Standpipes"), PIECES),
        (_("Digging"), METRES),
    ],
    Category.IRRIGATION: [
        (_("Concrete troughs"), METRES),
        (_("Sluice gates"), PIECES),
        (_("Concrete"), CUBIC),
        (_("Excavator"), DAYS),
    ],
    Category.KINDERGARTEN: [
        (_("Roof"), ONCE),
        (_("Windows and doors"), PIECES),
        (_("Heating"), ONCE),
        (_("Toilets and washroom"), ONCE),
        (_("Beds, tables, chairs"), PIECES),
    ],
    Category.SCHOOL: [
        (_("Roof"), ONCE),
        (_("Windows and doors"), PIECES),
        (_("Heating"), ONCE),
        (_("Desks and chairs"), PIECES),
    ],
    Category.ROAD: [
        (_("Gravel"), CUBIC),
        (_("Culvert pipes"), METRES),
        (_("Grader"), DAYS),
        (_("Roller"), DAYS),
    ],
    Category.BRIDGE: [
        (_("Drawings and expert check"), ONCE),
        (_("Concrete"), CUBIC),
        (_("Steel"), ONCE),
        (_("Crane"), DAYS),
    ],
    Category.CLINIC: [
        (_("Repair of the rooms"), ONCE),
        (_("Heating"), ONCE),
        (_("Equipment"), PIECES),
    ],
    Category.CULTURE: [
        (_("Levelling the ground"), ONCE),
        (_("Fence"), METRES),
        (_("Sports equipment"), PIECES),
    ],
}


def usual_lines(category: str) -> list[tuple[str, str]]:
    """Return what and in which unit, in the reader's language; nothing where no kind is usual."""
    return [(str(text), str(unit)) for text, unit in USUAL.get(category, [])]
