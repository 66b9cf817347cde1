"""Money and days as the reader of the page writes them."""

from __future__ import annotations

import datetime as dt

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language

from birge.i18n.dates import day_text
from birge.money import Money, format_money

register = template.Library()


@register.filter
def money(minor: int | None, currency: str) -> str:
    """Return `{{ minor|money:"KGS" }}` in words; nothing where there is no sum, so that `default` can follow.

    Anything but whole minor units is an error: a wrong sum is worse than no page.
    """
    return "" if minor is None else format_money(Money(minor, currency), _language())


@register.filter
def number(value: int) -> str:
    """Return a whole number with its thousands apart, as the language has them."""
    return f"{value:,}".replace(",", "," if _language() == "en" else "\N{NO-BREAK SPACE}")


@register.filter
def day(moment: dt.date | dt.datetime | None) -> str:
    """Return `{{ moment|day }}` in words; nothing where there is none. A moment is first taken to the active zone."""
    if moment is None:
        return ""
    # A moment without a zone is a mistake of ours: localtime refuses it.
    return day_text(timezone.localtime(moment).date() if isinstance(moment, dt.datetime) else moment, _language())


def _language() -> str:
    return (get_language() or settings.LANGUAGE_CODE)[:2]
