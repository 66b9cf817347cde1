"""Exchanges at the bank: how they stand, as rows, and one on a page of its own. Formats; decides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.money import Money
from birge.organisations.models import Organisation
from frontend.presenters.facts import Fact, day, entry_fact, facts, paper_fact, say, signed
from frontend.presenters.rows import Row
from funds.banking.models import BankLine
from funds.banking.services import lines_free
from funds.exchange.models import Exchange, ExchangeStatus
from funds.exchange.selectors import ExchangeStanding, Position
from funds.settlement.exchange_words import rate_text

from .subjects import back_to

MOST_LINES = 30
TONE = {ExchangeStatus.ASKED: "wait", ExchangeStatus.BOOKED: "", ExchangeStatus.REFUSED: "off"}


def money(amount: Money) -> str:
    """Return a sum as the reader writes it."""
    return say(amount.minor, amount.currency)


def result_text(standing: ExchangeStanding) -> str:
    """Return in one sentence what exchanges have given or taken so far."""
    if standing.result is None:
        return _("No rate is known for one of these currencies, so nobody can say what exchanges gave or took.")
    words = {"amount": money(Money(abs(standing.result.minor), standing.result.currency))}
    if not standing.result:
        return _("So far exchanges have neither given nor taken anything.")
    if standing.result.minor > 0:
        return _("So far exchanges have given %(amount)s.") % words
    return _("So far exchanges have taken %(amount)s.") % words


def position_row(position: Position) -> Row:
    """Return what lies in another currency, and what it is worth by the last rate."""
    worth = position.worth
    text = _("no rate is known")
    if worth is not None:
        said = {
            "worth": money(worth.got),
            "rate": rate_text(worth.given.currency, worth.rate, worth.got.currency),
            "day": day(worth.on),
        }
        text = _("≈ %(worth)s (%(rate)s, %(day)s)") % said
    return Row(title=_("Not exchanged yet"), text=text, url="", amount=money(position.amount))


def exchange_row(exchange: Exchange, *, public: bool = False) -> Row:
    """Return an exchange as a line; in public its link leads to the ledger."""
    parts = [day(exchange.done_on), difference_text(exchange)]
    url = reverse("custodian_exchange_item", args=[exchange.public_id])
    if public:
        url = reverse("entry", args=[exchange.entry_id])
    return Row(
        title=f"{money(exchange.gave)} → {money(exchange.got)}",
        text=" · ".join(part for part in parts if part),
        url=url,
        tag="" if public else str(ExchangeStatus(exchange.status).label),
        tone=TONE[ExchangeStatus(exchange.status)],
    )


def difference_text(exchange: Exchange) -> str:
    """Return how it compares with the National Bank's rate of that day; nothing where none was known."""
    difference = exchange.difference
    if difference is None:
        return ""
    words = {"amount": money(Money(abs(difference.minor), difference.currency))}
    if not difference:
        return _("as by the National Bank’s rate")
    return (
        _("%(amount)s more than by the National Bank’s rate")
        if difference.minor > 0
        else _("%(amount)s less than by the National Bank’s rate")
    ) % words


def exchange_context(exchange: Exchange, user: User) -> dict[str, Any]:
    """Return the page of one exchange."""
    status = ExchangeStatus(exchange.status)
    note, tone = _("It is not in the books yet. Another officer must confirm it."), "warn"
    if status == ExchangeStatus.BOOKED:
        note, tone = _("It is in the books."), ""
    elif status == ExchangeStatus.REFUSED:
        note, tone = _("Refused: %(reason)s") % {"reason": exchange.refused_reason}, "bad"
    rate = ""
    if exchange.rate is not None:
        rate = f"{rate_text(exchange.gave_currency, exchange.rate, exchange.got_currency)}, {day(exchange.rate_on)}"
    return {
        "title": _("Exchange"),
        "note": note,
        "note_tone": tone,
        "back": back_to(exchange.custodian, "custodian_exchange", _("Exchange")),
        "facts": facts(
            Fact(_("Given"), f"{money(exchange.gave)}, {exchange.get_gave_from_display()}", css="big"),
            Fact(_("Got"), f"{money(exchange.got)}, {exchange.get_got_to_display()}", css="big"),
            Fact(_("Compared"), difference_text(exchange)),
            Fact(_("National Bank"), rate),
            Fact(_("Day"), day(exchange.done_on)),
            Fact(_("Number"), exchange.reference, css="mono"),
            paper_fact(_("Picture"), exchange.paper),
            Fact(_("Written down by"), signed(exchange.asked_by, exchange.asked_at)),
            Fact(_("Decided by"), signed(exchange.decided_by, exchange.decided_at) if exchange.decided_by else ""),
            *entry_fact(exchange.entry_id),
        ),
    }


def lines_to_choose(custodian: Organisation) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the newest lines of the bank that are nothing in our books yet: those that went, and those that came."""
    lines = lines_free(custodian)
    return _choices(lines.filter(amount_minor__lt=0)[:MOST_LINES]), _choices(
        lines.filter(amount_minor__gt=0)[:MOST_LINES]
    )


def _choices(lines: Iterable[BankLine]) -> list[tuple[str, str]]:
    return [
        (line.public_id, f"{day(line.day)}: {say(line.amount_minor, line.currency)} {line.text[:40]}".strip())
        for line in lines
    ]
