"""Tones and small sentences shared by several pages."""

from __future__ import annotations

from babel import Locale
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from birge.money import SYMBOLS
from birge.places.models import Place
from birge.places.selectors import place_ancestors
from projects.works.models import Project
from projects.works.states import ProjectStatus

GOOD, WAIT, BAD, OFF = "", "wait", "bad", "off"
STATUS_TONE: dict[str, str] = {
    ProjectStatus.DRAFT: OFF,
    ProjectStatus.SUBMITTED: WAIT,
    ProjectStatus.ADOPTED: WAIT,
    ProjectStatus.OPEN: GOOD,
    ProjectStatus.PLEDGED_IN_FULL: GOOD,
    ProjectStatus.FUNDED: GOOD,
    ProjectStatus.UNDER_WAY: GOOD,
    ProjectStatus.COMPLETED: GOOD,
    ProjectStatus.CLOSED: OFF,
    ProjectStatus.DECLINED: OFF,
    ProjectStatus.EXPIRED: BAD,
    ProjectStatus.CANCELLED: BAD,
    ProjectStatus.SUSPENDED: BAD,
}


def language() -> str:
    """Return the reader's language code."""
    return (get_language() or "ky")[:2]


def country_names() -> dict[str, str]:
    """Return the names of countries by their two letters, in the reader's language."""
    names = Locale.parse({"ky": "ky", "ru": "ru"}.get(language(), "en")).territories
    return {**dict(names), "KG": _("Kyrgyzstan")}


def place_line(place: Place) -> str:
    """Return the village with its district and oblast, as one writes an address, in the reader's language."""
    names = [place.name(language()).text]
    names += [
        ancestor.name(language()).text
        for ancestor in place_ancestors(place)
        if ancestor.kind in ("district", "oblast", "city", "city_republican")
    ]
    return ", ".join(names)


def status_note(project: Project) -> tuple[str, str]:
    """Return what the reader must know about an unusual state, and its tone; empty where there is nothing."""
    last = project.transitions.order_by("-id").first()
    reason = last.reason if last is not None else ""
    texts = {
        ProjectStatus.SUSPENDED: (_("This project is stopped for now: %(reason)s No money leaves meanwhile."), "warn"),
        ProjectStatus.CANCELLED: (_("This project was cancelled: %(reason)s Money already paid goes back."), "bad"),
        ProjectStatus.EXPIRED: (_("The shares did not come together in time. Money already paid goes back."), "bad"),
        ProjectStatus.DECLINED: (_("The local council declined this project: %(reason)s"), "warn"),
    }
    text, tone = texts.get(ProjectStatus(project.status), ("", ""))
    if not text:
        return "", ""
    reason = reason.strip()
    return text % {"reason": reason if not reason or reason.endswith((".", "!", "?")) else f"{reason}."}, tone


def money_word(currency: str) -> str:
    """Return the sign of a currency for labels; the som is written as each language writes it."""
    if currency == "KGS" and language() == "en":
        return "som"
    return SYMBOLS.get(currency, currency)
