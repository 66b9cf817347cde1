"""Days in words. Month names are those of CLDR: Django's Kyrgyz ones are capitalised and stand in Russian order."""

from __future__ import annotations

import datetime as dt

from babel.dates import format_date

# Patterns of our own, so that a new edition of CLDR changes no page: CLDR writes a comma after the Kyrgyz year and a
# narrow space that old phones show as a box.
_PATTERNS = {
    "ky": "y-'ж'. d-MMMM",
    "ru": "d MMMM y\u00a0'г'.",
    "en": "d MMMM y",
}


def day_text(day: dt.date, language: str) -> str:
    """Return a day as a reader of `language` writes it: `2026-ж. 14-март`, `14 марта 2026 г.`, `14 March 2026`.

    English has the day first too: 3/4 and "April 3" are read in two ways by those who learnt English here.
    A language that is not ours gets Kyrgyz.
    """
    code = language[:2].lower()
    if code not in _PATTERNS:
        code = "ky"
    return format_date(day, _PATTERNS[code], locale=code)
