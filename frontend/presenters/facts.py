"""Facts as a page lists them: a name and a text each, sometimes with a link."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.documents.models import Document
from birge.i18n.dates import day_text
from birge.money import Money, format_money

from .words import language


@dataclass(frozen=True)
class Fact:
    """`css` is a class of the text: `big`, `mono`, `num`."""

    label: str
    text: str
    url: str = ""
    css: str = ""


@dataclass(frozen=True)
class Link:
    """Where one can go from here."""

    url: str
    text: str


def say(minor: int, currency: str) -> str:
    """Return an amount as the reader writes it."""
    return format_money(Money(minor, currency), language())


def day(value: Any) -> str:
    """Return the day of a date or a moment as the reader writes it; nothing for None."""
    if value is None:
        return ""
    return day_text(value.date() if hasattr(value, "date") else value, language())


def who(user: User | None) -> str:
    """Return a person's name for other officers, or who stands for nobody."""
    return (user.name or _("a person without a name")) if user is not None else _("the system")


def signed(user: User | None, at: Any) -> str:
    """Return who did it and when."""
    return f"{who(user)}, {day(at)}" if at is not None else who(user)


def paper_fact(label: str, document: Document | None) -> Fact:
    """Return a paper to open, or that there is none."""
    if document is None:
        return Fact(label, _("none"))
    kind = document.get_kind_display()
    return Fact(label, document.title or kind, reverse("document", args=[document.public_id]))


def entry_fact(entry_id: uuid.UUID | None) -> list[Fact]:
    """Return the link to the entry in the ledger, if there is one."""
    if entry_id is None:
        return []
    return [Fact(_("In the ledger"), _("the entry"), reverse("entry", args=[entry_id]))]


def facts(*listed: Fact | None) -> list[Fact]:
    """Return those that say something."""
    return [fact for fact in listed if fact is not None and fact.text]
