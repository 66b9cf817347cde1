"""Small parts of sentences about rules: sums, rates, shares, places and projects, in the active language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from fractions import Fraction

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from birge.i18n.dates import day_text
from birge.money import Money, format_money
from birge.places.models import Place
from birge_engine.matching import amount_text, exponent
from projects.works.models import Category, Project

LONG = 10**24  # minor units; longer ones are written digit by digit
SOATE_DIGITS = 14


def tongue() -> str:
    """Return the active language's two letters."""
    return (get_language() or "ky")[:2]


def sum_text(minor: int, currency: str) -> str:
    """Return a sum (smallest units) as the reader writes it, of any currency the engine knows and any size."""
    try:
        money = Money(minor, currency) if minor < LONG else None
    except ValueError:
        money = None
    if money is None:
        return f"{amount_text(minor, exponent(currency))} {currency}"
    return format_money(money, tongue())


def rate_texts(rate: Fraction, currency: str) -> tuple[str, str]:
    """Return (base, added): so much is added for each such sum, both in whole units of the currency."""
    units = 1 if rate.denominator == 1 else 100 if 100 % rate.denominator == 0 else rate.denominator
    one = 10 ** exponent(currency)
    return sum_text(units * one, currency), sum_text(int(rate * units) * one, currency)


def rate_text(rate: Fraction, currency: str) -> str:
    """Return a rate inside a sentence."""
    if not rate:
        return _("nothing")
    base, added = rate_texts(rate, currency)
    return _("%(added)s for each %(base)s") % {"added": added, "base": base}


def number_text(value: Fraction) -> str:
    """Return a number exactly: as decimals where they end soon, else as a fraction."""
    scaled = value * 10_000
    if scaled.denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    text = amount_text(int(scaled), 4).rstrip("0").rstrip(".")
    return text if tongue() == "en" else text.replace(".", ",")


def share_text(share: Fraction) -> str:
    """Return a part of the whole: per cent where that is exact, else a fraction."""
    text = number_text(share * 100)
    return f"{share.numerator}/{share.denominator}" if "/" in text else f"{text}\N{NO-BREAK SPACE}%"


def day_of(iso: str) -> str:
    """Return an ISO day as the reader writes it."""
    return day_text(dt.date.fromisoformat(iso), tongue())


def listed(words: Iterable[str]) -> str:
    """Return words as a list inside a sentence, each once."""
    return ", ".join(dict.fromkeys(words))


def category_names(codes: Sequence[str]) -> str:
    """Return the kinds of work in words; a code that is none of ours as it stands."""
    return listed(str(Category(code).label) if code in Category.values else f"“{code}”" for code in codes)


def party_name(party: str) -> str:
    """Return a party of a plan in words; an unknown one as the rule calls it."""
    names = {
        "donors": _("donors"),
        "village": _("the village"),
        "matching": _("matching money"),
        "in_kind": _("work and things"),
    }
    return names.get(party, f"“{party}”")


def oblast_names(codes: Sequence[str]) -> str:
    """Return oblasts in words, looked up by SOATE."""
    known = _places(codes)
    return listed(known[code].name(tongue()).text if code in known else f"“{code}”" for code in codes)


def village_names(codes: Sequence[str]) -> str:
    """Return places in words, by SOATE codes or their beginnings, which stand for all places below them.

    Villages of one name are many, so the code stands beside it.
    """
    padded = {code: code.ljust(SOATE_DIGITS, "0") for code in codes}
    known = _places([*codes, *padded.values()])
    return listed(_village(code, known.get(code) or known.get(padded[code])) for code in codes)


def project_names(refs: Sequence[str]) -> dict[str, str]:
    """Return the projects' titles with their public ids; an unknown one by its id."""
    found = {each.public_id: each for each in Project.objects.filter(public_id__in=refs)}
    return {ref: f"“{found[ref].title(tongue())}” ({ref})" if ref in found else f"“{ref}”" for ref in refs}


def _village(code: str, place: Place | None) -> str:
    if place is None:
        return _("places whose code begins with %(code)s") % {"code": code}
    words = {"place": place.name(tongue()).text, "code": code}
    if len(code) < SOATE_DIGITS:
        return _("%(place)s with all its places (%(code)s)") % words
    return _("%(place)s (%(code)s)") % words


def _places(codes: Sequence[str]) -> dict[str, Place]:
    """Return places by code; of those that had one code at different times the newest."""
    return {place.soate: place for place in Place.objects.filter(soate__in=codes).order_by("valid_from")}
