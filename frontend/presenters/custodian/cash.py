"""Cash at a custodian: its own box, what came to the bank, and which line of the statement that is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from birge.errors import InvalidInput
from birge.money import Money
from birge.organisations.models import Organisation
from frontend.presenters.cash import red_notes, state_rows
from frontend.presenters.facts import Fact, Link, day, facts, say, signed
from frontend.presenters.rows import Row
from frontend.presenters.words import language
from funds.banking.models import BankLine
from funds.cash.models import BankingStatus, CashBanking, CashTakeBack
from funds.cash.selectors import (
    bankings_asked,
    box_currencies,
    box_states,
    cash_totals,
    take_backs_asked,
    unseen_bankings,
)
from funds.pools.models import Pool

from .subjects import back_to

MOST_LINES = 100
MOST_BANKED = 30
TONES = {
    BankingStatus.ASKED: "wait",
    BankingStatus.BOOKED: "",
    BankingStatus.REFUSED: "off",
    BankingStatus.TAKEN_BACK: "bad",
}


def cash_page(custodian: Organisation) -> dict[str, Any]:
    """Return what lies in the custodian's own box by receipt, what waits, and what was not seen on a statement yet."""
    boxes = []
    for currency in box_currencies(custodian):
        states = box_states(custodian, currency)
        totals = cash_totals(states, currency)
        boxes.append(
            {
                "held": say(totals.total_minor, currency),
                "notes": red_notes(totals),
                "rows": state_rows(sorted(states, key=lambda each: (not each.red, each.receipt.pk))),
            }
        )
    banked = CashBanking.objects.filter(custodian=custodian).order_by("-id")[:MOST_BANKED]
    return {
        "title": _("Cash"),
        "back": back_to(custodian),
        "boxes": boxes,
        "waiting": [
            *(banking_row(each) for each in bankings_asked(custodian)),
            *(_wish_row(each) for each in take_backs_asked(custodian)),
        ],
        "unseen": [banking_row(each) for each in unseen_bankings(custodian)],
        "banked": [banking_row(each) for each in banked],
    }


def banking_row(banking: CashBanking) -> Row:
    """Return a banking as a line."""
    status = BankingStatus(banking.status)
    unseen = status == BankingStatus.BOOKED and banking.deposit_id is None
    return Row(
        title=source_of(banking),
        text=f"{day(banking.asked_at)} · {banking.reference}",
        url=reverse("custodian_banking", args=[banking.public_id]),
        amount=say(banking.amount_minor, banking.currency),
        tag=_("not yet seen on a statement") if unseen else str(status.label),
        tone="wait" if unseen else TONES[status],
    )


def banking_context(banking: CashBanking) -> dict[str, Any]:
    """Return the page of one banking: what it is, which receipts were in it, which line it is."""
    status = BankingStatus(banking.status)
    parts = banking.parts.select_related("receipt").order_by("id")
    deposit = banking.deposit
    return {
        "title": _("Cash at the bank: %(amount)s") % {"amount": say(banking.amount_minor, banking.currency)},
        "note": _("Refused: %(reason)s") % {"reason": banking.refused_reason} if banking.refused_reason else "",
        "note_tone": "bad",
        "back": _back(banking.custodian),
        "facts": facts(
            Fact(_("Whose cash"), source_of(banking)),
            Fact(_("How far"), str(status.label)),
            Fact(_("On the statement"), line_words(deposit.line) if deposit else _("not yet seen on a statement")),
            Fact(_("Number"), banking.reference, css="mono"),
            Fact(
                _("Receipts"),
                ", ".join(f"{part.receipt.label}: {say(part.amount_minor, banking.currency)}" for part in parts),
            ),
            Fact(_("Written down by"), signed(banking.asked_by, banking.asked_at)),
            Fact(_("Decided by"), signed(banking.decided_by, banking.decided_at) if banking.decided_by else ""),
            Fact(_("In the ledger"), _("the entry"), reverse("entry", args=[banking.entry_id]))
            if banking.entry_id
            else None,
        ),
    }


def wish_context(wish: CashTakeBack) -> dict[str, Any]:
    """Return the page of a wish to take a banking back."""
    banking = wish.banking
    refused = _("Refused: %(reason)s") % {"reason": wish.refused_reason}
    return {
        "title": _("Taken to the bank by mistake?"),
        "note": refused if wish.refused_reason else "",
        "note_tone": "bad",
        "back": _back(banking.custodian),
        "facts": facts(
            Fact(_("How much"), say(banking.amount_minor, banking.currency), css="big"),
            Fact(_("Whose cash"), source_of(banking)),
            Fact(_("Why"), wish.reason),
            Fact(_("How far"), str(wish.get_status_display())),
            Fact(_("Asked by"), signed(wish.asked_by, wish.asked_at)),
            Fact(_("Decided by"), signed(wish.decided_by, wish.decided_at) if wish.decided_by else ""),
            Fact(_("What it is about"), _("the banking"), reverse("custodian_banking", args=[banking.public_id])),
        ),
    }


def line_choices(lines: Iterable[BankLine]) -> list[tuple[str, str]]:
    """Return lines of the statement to choose from, newest first."""
    return [(each.public_id, line_words(each)) for each in list(lines)[:MOST_LINES]]


def line_chosen(custodian: Organisation, public_id: str) -> BankLine | None:
    """Return the line that was chosen, or None for none. Raises InvalidInput (`line`)."""
    if not public_id:
        return None
    found = BankLine.objects.select_related("account__custodian").filter(public_id=public_id).first()
    if found is None or found.account.custodian_id != custodian.pk:
        raise InvalidInput(_("We do not know this line of the bank."), field="line", code="unknown")
    return found


def amount_said(amount: Money | None, line: BankLine | None) -> Money:
    """Return the sum that was typed, else that of the line. Raises InvalidInput (`amount`)."""
    if amount is not None:
        return amount
    if line is None:
        raise InvalidInput(_("Please say how much."), field="amount")
    return Money(line.amount_minor, line.currency)


def line_words(line: BankLine) -> str:
    """Return a line of the statement in words."""
    text = line.text or line.number or line.bank_reference
    return f"{day(line.day)} · {say(line.amount_minor, line.currency)} · {text[:40]}".rstrip(" ·")


def _wish_row(wish: CashTakeBack) -> Row:
    return Row(
        title=_("Taken to the bank by mistake?"),
        text=f"{day(wish.asked_at)} · {wish.reason}",
        url=reverse("custodian_take_back", args=[wish.public_id]),
        amount=say(wish.banking.amount_minor, wish.banking.currency),
        tag=str(wish.get_status_display()),
        tone="wait",
    )


def source_of(banking: CashBanking) -> str:
    """Return whose cash it was: a pool's, or that of the custodian's own box."""
    pool = Pool.objects.filter(public_id=banking.pool_ref).first() if banking.pool_ref else None
    return pool.name(language()) if pool else _("our own cash box")


def _back(custodian: Organisation) -> Link:
    return back_to(custodian, "custodian_cash", _("Cash"))
