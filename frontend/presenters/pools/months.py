"""A pool's months: how they are called, where they are, and the statement of one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from babel.dates import format_date
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from frontend.presenters.facts import day, say
from frontend.presenters.words import language
from funds.pools.models import Pool
from funds.pools.statements import Statement, StatementAccount

from .words import rule_url


@dataclass(frozen=True)
class MonthLink:
    """A month as one says it, and its statement."""

    name: str
    url: str


@dataclass(frozen=True)
class Line:
    """One movement, or what was there: `amount` and `url` are empty for that."""

    on: str
    words: str
    amount: str
    balance: str
    url: str
    is_minus: bool = False


@dataclass(frozen=True)
class Shown:
    """One account of a statement."""

    name: str
    url: str
    opening: str
    closing: str
    lines: list[Line]


def month_name(year: int, month: int) -> str:
    """Return a month as one writes it in a list."""
    return str(capfirst(str(format_date(dt.date(year, month, 1), "LLLL y", locale=language()))))


def month_links(pool: Pool, months: list[tuple[int, int]]) -> list[MonthLink]:
    """Return the months of a pool with their statements, in the order given."""
    return [
        MonthLink(month_name(year, month), reverse("pool_statement", args=[pool.public_id, year, month]))
        for year, month in months
    ]


def statement_page(pool: Pool, made: Statement, months: list[tuple[int, int]]) -> dict[str, Any]:
    """Return a month's statement as the page shows it, with the months beside it."""
    place = months.index((made.year, made.month)) if (made.year, made.month) in months else None
    before = months[place + 1 : place + 2] if place is not None else []
    behind = months[place - 1 : place] if place else []
    return {
        "pool": pool,
        "title": pool.name(language()),
        "month": month_name(made.year, made.month),
        "year_number": made.year,
        "month_number": made.month,
        "period": _("%(first)s – %(last)s") % {"first": day(made.first), "last": day(made.last)},
        "opening": say(made.opening_minor, made.currency),
        "closing": say(made.closing_minor, made.currency),
        "custodian": made.custodian,
        "organisation": made.organisation,
        "accounts": [_shown(account, made) for account in made.accounts],
        "before": month_links(pool, before),
        "behind": month_links(pool, behind),
    }


def _shown(account: StatementAccount, made: Statement) -> Shown:
    return Shown(
        name=account.name,
        url=rule_url(account.rule_ref) if account.rule_ref else "",
        opening=say(account.opening_minor, made.currency),
        closing=say(account.closing_minor, made.currency),
        lines=[
            Line(
                on=day(line.date),
                words=line.words,
                amount=("+" if line.amount_minor > 0 else "") + say(line.amount_minor, made.currency),
                balance=say(line.balance_minor, made.currency),
                url=reverse("entry", args=[line.entry_id]),
                is_minus=line.amount_minor < 0,
            )
            for line in account.lines
        ],
    )
