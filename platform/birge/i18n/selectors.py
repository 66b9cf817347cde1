"""Which language to greet somebody in."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

# Where Russian is what people of different languages speak with each other.
_READ_RUSSIAN = ("kk", "uz", "tg", "tk", "tt", "ba", "cv", "be", "hy", "az")
_READS = {"ky": "ky", "ru": "ru", "en": "en", **dict.fromkeys(_READ_RUSSIAN, "ru")}


def preferred_language(request: HttpRequest) -> str:
    """Return `ky`, `ru` or `en` for someone whose address names no language yet.

    1. The account's language, chosen at sign-up: it follows a person from their phone to the shared PC of the office,
       where the cookie may be a colleague's.
    2. The cookie, which holds what was last chosen on this device.
    3. The languages of the phone, in the person's own order. Russian means Russian: most phones in the village and
       nearly all of those abroad are set to it, by people who read it daily. Kazakh, Uzbek, Tajik and the like mean
       Russian too: those readers know it far more often than Kyrgyz or English. Any other language (a foreign donor, a
       migrant with a Turkish or Korean phone) means English, which such phones mostly name second anyway.
    4. Kyrgyz, where nothing is known.

    A wrong guess costs one tap: all three languages stand on top of every page.
    """
    user = getattr(request, "user", None)
    stored = [getattr(user, "language", ""), request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")]
    for language in stored:
        if language in dict(settings.LANGUAGES):
            return str(language)
    return _of_phone(request.headers.get("Accept-Language", ""))


def _of_phone(header: str) -> str:
    named = [code.split("-")[0] for code, weight in parse_accept_lang_header(header) if weight > 0 and code != "*"]
    for code in named:
        if code in _READS:
            return _READS[code]
    return "en" if named else settings.LANGUAGE_CODE
