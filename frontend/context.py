"""What every page knows: the other languages of this very page, and whether this is a demonstration."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url

SHORT = {"ky": ("КЫР", "Кыргызча"), "ru": ("РУС", "Русский"), "en": ("ENG", "English")}


class LanguageLink(NamedTuple):
    """A link to this page in another language."""

    url: str
    short: str
    name: str


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the variables of base.html."""
    here = request.get_full_path()
    links = [(code, LanguageLink(translate_url(here, code), *SHORT[code])) for code, _name in settings.LANGUAGES]
    return {"language_links": links, "demonstration": settings.BIRGE_DEMO}
