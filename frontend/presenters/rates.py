"""Exchange rates: the newest of each currency, those before it, and those that somebody has to decide on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal, get_currency_name
from django.conf import settings
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge import clock
from birge.accounts.models import User
from birge.money import EXPONENTS
from birge.organisations.permissions import is_platform_administrator
from funds.rates.models import Rate
from funds.rates.selectors import (
    UsedRate,
    rate_nearest,
    rates_last_day,
    rates_trusted,
    rates_used_on,
    rates_waiting,
    used,
)
from funds.rates.states import RateSource, RateStatus

from .facts import Fact, Link, day, facts, signed
from .rows import Row
from .tasks import Task
from .words import language, money_word

PAGE_SIZE = 30
MOST_TASKS = 10


def currency_name(currency: str) -> str:
    """Return what a currency is called in the reader's language."""
    return capfirst(str(get_currency_name(currency, locale=language())))


def price(rate: Rate | UsedRate) -> str:
    """Return what the Bank says, as it says it: `100 KRW = 6,3000 сом`."""
    places = max(4, -int(rate.som.normalize().as_tuple().exponent))
    said = f"{rate.nominal} {rate.currency} = {_number(rate.som, '#,##0.' + '0' * places)} {money_word('KGS')}"
    return said.replace(" ", "\u00a0")


def age(days: int) -> str:
    """Return how long ago something was, in days."""
    if days == 0:
        return _("today")
    return ngettext("%(n)s day ago", "%(n)s days ago", days) % {"n": days}


def rates_page() -> dict[str, Any]:
    """Return the newest rate of each currency, and whether the reader must be told that some are old."""
    today = clock.today()
    waiting = {rate.currency: rate.day for rate in rates_waiting().order_by("day")}
    order = list(EXPONENTS)  # those that most people here send first
    found = [used(rate, today) for rate in sorted(rates_used_on(today), key=lambda rate: order.index(rate.currency))]
    return {
        "rows": [_row(each, waiting.get(each.currency)) for each in found],
        "old": any(each.old for each in found),
        "last": rates_last_day(),
    }


def _row(rate: UsedRate, waiting: dt.date | None) -> Row:
    parts = [f"{day(rate.on)}, {age(rate.age_days)}", str(RateSource(rate.source).label)]
    if waiting is not None and waiting >= rate.on:
        parts.append(_("a newer one is being checked"))
    return Row(
        title=currency_name(rate.currency),
        text=" · ".join(parts),
        url=reverse("rate_history", args=[rate.currency]),
        amount=price(rate),
        tag=_("old") if rate.old else "",
        tone="wait",
    )


def history_page(currency: str, after: str) -> dict[str, Any]:
    """Return the trusted rates of one currency, newest first, in pages cut by day."""
    found = rates_trusted().filter(currency=currency)
    cut = _day_of(after)
    listed = list((found.filter(day__lt=cut) if cut else found).order_by("-day", "source", "-id")[: PAGE_SIZE + 1])
    more, shown = len(listed) > PAGE_SIZE, listed[:PAGE_SIZE]
    if more and listed[PAGE_SIZE].day == shown[-1].day:  # a day with two sources stays together
        shown = [rate for rate in shown if rate.day != shown[-1].day]
    return {
        "name": currency_name(currency),
        "code": currency,
        "rows": [Row(day(rate.day), str(rate.get_source_display()), "", price(rate)) for rate in shown],
        "next_cursor": shown[-1].day.isoformat() if more else "",
        "cursor": cut is not None,
    }


def _day_of(text: str) -> dt.date | None:
    """Return the day of a cursor; one that means nothing is the top."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def rates_to_decide() -> list[Row]:
    """Return the rates that wait for a second person."""
    return [_waiting_row(rate) for rate in rates_waiting()]


def _waiting_row(rate: Rate) -> Row:
    return Row(
        title=price(rate),
        text=" · ".join([day(rate.day), str(rate.get_source_display()), str(rate.get_doubt_display())]),
        url=reverse("rate_decision", args=[rate.public_id]),
    )


def rate_tasks(user: User) -> Iterator[Task]:
    """Return the rates on which this administrator can decide, and that nothing new came for long."""
    if not is_platform_administrator(user):
        return
    yield from _stale_task()
    for rate in rates_waiting().exclude(loaded_by=user.pk)[:MOST_TASKS]:
        yield Task(
            title=_("Decide on an exchange rate"),
            text=f"{price(rate)}. {rate.get_doubt_display()}",
            url=reverse("rate_decision", args=[rate.public_id]),
            tone="wait",
            waiting_since=rate.loaded_at,
        )


def _stale_task() -> Iterator[Task]:
    last = rates_last_day()
    if last is not None and (clock.today() - last).days > settings.RATES_OLD_DAYS:
        yield Task(
            title=_("The newest exchange rate is of %(day)s") % {"day": day(last)},
            text=_("Nothing newer came from the National Bank. Load its file, or find out why it is not reached."),
            url=reverse("rates"),
            tone="wait",
        )


def rate_context(rate: Rate, *, mine: bool) -> dict[str, Any]:
    """Return a rate as administrators see it: what is odd, beside the one before. `mine`: the reader loaded it."""
    near = rate_nearest(rate.currency, rate.day) if rate.status == RateStatus.WAITING else None
    note, tone = _note(rate, mine)
    return {
        "title": price(rate),
        "note": note,
        "note_tone": tone,
        "facts": facts(
            Fact(_("Currency"), currency_name(rate.currency)),
            Fact(_("Day"), day(rate.day)),
            Fact(_("Last trusted rate"), f"{price(near)}\n{day(near.day)}" if near else ""),
            Fact(_("Moved by"), _moved(rate, near) if near else ""),
            Fact(_("Source"), str(rate.get_source_display())),
            Fact(_("Loaded"), signed(rate.loaded_by, rate.loaded_at)),
            Fact(_("Decided by"), signed(rate.decided_by, rate.decided_at) if rate.decided_by else ""),
            Fact(_("Why"), rate.reason),
        ),
        "back": Link(reverse("administration"), _("Administration")),
    }


def _note(rate: Rate, mine: bool) -> tuple[str, str]:
    if rate.status != RateStatus.WAITING:
        refused = rate.status == RateStatus.REFUSED
        return (_("Refused. It is not used."), "bad") if refused else (_("Trusted. It is used."), "")
    other = _("You loaded this rate. Another administrator decides on it.")
    compare = _("Until you decide, the last trusted rate is used. Compare it with the Bank’s page.")
    return f"{rate.get_doubt_display()} {other if mine else compare}", "warn"


def _moved(rate: Rate, near: Rate) -> str:
    percent = (rate.per_unit / near.per_unit - 1) * 100
    tenths = Decimal(round(percent * 10)).scaleb(-1)
    return f"{_number(tenths, '+#,##0.0;−#,##0.0')}\u00a0%"


def _number(value: Decimal, pattern: str) -> str:
    locale = {"ky": "ru"}.get(language(), language())
    return format_decimal(value, format=pattern, locale=locale).replace("\u202f", "\u00a0")
