"""Cash in somebody's hands as pages show it: a receipt for everyone, the list for its people, what is red."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from segno import make as code_make

from birge.accounts.models import User
from birge.organisations.models import Organisation
from frontend.presenters.facts import Fact, Link, day, facts, say
from frontend.presenters.rows import Row
from frontend.presenters.words import language
from funds.cash.facts import ReceiptFacts, ReceiptStatus
from funds.cash.models import CashReceipt, Kept
from funds.cash.papers import check_words
from funds.cash.selectors import (
    CashTotals,
    InHand,
    cash_totals,
    ceiling_for,
    pool_states,
    receipt_state,
    receipts_all,
    unbanked,
)
from funds.payments.models import Payment, PaymentKind
from funds.pools.models import Pool

TONES = {
    ReceiptStatus.WAITS: "warn",
    ReceiptStatus.IN_HAND: "warn",
    ReceiptStatus.PART_BANKED: "warn",
    ReceiptStatus.VOID: "bad",
}


def receipt_page(found: ReceiptFacts) -> dict[str, Any]:
    """Return the page where anyone can check a receipt. It names nobody."""
    status, here = found.status, language()
    banked = (
        _("%(day)s; the bank’s line was found") if found.on_statement else _("%(day)s; not yet seen on a statement")
    )
    return {
        "title": _("Receipt for cash No. %(number)s") % {"number": found.number},
        "amount": say(found.amount.minor, found.amount.currency),
        "note": _("This receipt is void: the money was not handed over, or it was written down by mistake.")
        if status == ReceiptStatus.VOID
        else str(status.label).capitalize(),
        "note_tone": "bad" if found.red else TONES.get(status, ""),
        "facts": facts(
            Fact(_("Day"), day(found.day)),
            Fact(_("For"), found.purpose(here), _purpose_url(found)),
            Fact(_("Who took it"), found.office.name(here)),
            Fact(_("Who holds the money"), found.custodian.name(here)),
            Fact(_("Where"), str(found.kept.label) if found.kept == Kept.WALLET else ""),
            Fact(_("Confirmed"), day(found.confirmed_on) or _("not yet")),
            Fact(_("At the bank"), banked % {"day": day(found.banked_on)} if found.banked_on else _("not yet")),
            Fact(_("For so many days"), str(found.days)) if found.red else None,
        ),
        "code": _code_svg(found.code),
        "code_words": check_words(),
        "public_id": found.public_id,
    }


def red_notes(totals: CashTotals) -> list[str]:
    """Return what everybody should know of cash that lies too long, or that nobody confirmed."""
    said = []
    if totals.old_minor:
        words = ngettext(
            "%(sum)s in cash has been in somebody’s hands for more than %(n)s day and is not at the bank.",
            "%(sum)s in cash has been in somebody’s hands for more than %(n)s days and is not at the bank.",
            settings.CASH_AGE_DAYS,
        )
        said.append(words % {"sum": say(totals.old_minor, totals.currency), "n": settings.CASH_AGE_DAYS})
    if totals.late_minor:
        words = ngettext(
            "%(sum)s in cash was written down more than %(n)s day ago, and nobody has confirmed it.",
            "%(sum)s in cash was written down more than %(n)s days ago, and nobody has confirmed it.",
            settings.CASH_CONFIRM_DAYS,
        )
        said.append(words % {"sum": say(totals.late_minor, totals.currency), "n": settings.CASH_CONFIRM_DAYS})
    return said


def pool_red(pool: Pool) -> CashTotals:
    """Return what is in the hands of a pool's treasurers, with what is red."""
    return cash_totals(pool_states(pool.public_id), pool.currency)


def organisation_red(organisation: Organisation) -> tuple[list[str], list[Row]]:
    """Return the notes, and the receipts by number, of everything that is red in an organisation's pools."""
    pools = {pool.public_id: pool for pool in organisation.pools.all()}
    found: dict[str, list[InHand]] = {}
    for receipt in unbanked(receipts_all()).filter(
        payment__pool_ref__in=list(pools), payment__kind=PaymentKind.POOL_CASH
    ):
        found.setdefault(receipt.payment.pool_ref, []).append(receipt_state(receipt))
    notes, rows = [], []
    for ref, states in found.items():
        totals = cash_totals(states, pools[ref].currency)
        notes += [f"{pools[ref].name(language())}: {note}" for note in red_notes(totals)]
        rows += state_rows(totals.red)
    return notes, rows


def state_rows(states: Iterable[InHand]) -> list[Row]:
    """Return receipts by number, day and age; never who gave."""
    return [_row(each) for each in states]


def _row(state: InHand) -> Row:
    receipt = state.receipt
    parts = [day(receipt.payment.received_on), ngettext("%(n)s day", "%(n)s days", state.days) % {"n": state.days}]
    if receipt.kept == Kept.WALLET:
        parts.append(str(Kept.WALLET.label))
    if not state.confirmed:
        parts.append(_("not confirmed yet"))
    tag = ""
    if state.old:
        tag = _("not at the bank")
    elif state.late:
        tag = _("confirmed by nobody")
    return Row(
        title=receipt.label,
        text=" · ".join(parts),
        url=reverse("cash_receipt", args=[receipt.public_id]),
        amount=say(state.left_minor, state.currency),
        tag=tag,
        tone="bad" if state.red else "",
    )


def hands_line(states: Iterable[InHand], user: User, currency: str) -> str:
    """Return what this person has in their own hands: it equals the tin."""
    mine = cash_totals([each for each in states if each.receipt.payment.recorded_by_id == user.pk], currency)
    line = _("In your hands: %(sum)s.") % {"sum": say(mine.total_minor, currency)}
    if mine.old_minor:
        words = ngettext(
            "Of it %(sum)s is older than %(n)s day.", "Of it %(sum)s is older than %(n)s days.", settings.CASH_AGE_DAYS
        )
        line += " " + words % {"sum": say(mine.old_minor, currency), "n": settings.CASH_AGE_DAYS}
    return line


def cash_book(pool: Pool, user: User) -> dict[str, Any]:
    """Return the list of what is in the hands of a pool's treasurers: for all who belong to it."""
    states = pool_states(pool.public_id)
    totals = cash_totals(states, pool.currency)
    most = ceiling_for(pool.organisation, pool.currency)
    mine = any(each.receipt.payment.recorded_by_id == user.pk for each in states)
    return {
        "pool": pool,
        "title": _("Cash in hand"),
        "back": Link(reverse("desk_pool", args=[pool.public_id]), pool.name(language())),
        "red": red_notes(totals),
        "hands": hands_line(states, user, pool.currency) if mine else "",
        "rows": state_rows(sorted(states, key=lambda each: (not each.red, each.receipt.pk))),
        "facts": facts(
            Fact(_("In hand, all together"), say(totals.total_minor, pool.currency), css="big"),
            Fact(_("of it in a wallet on a phone"), say(totals.wallet_minor, pool.currency), css="num")
            if totals.wallet_minor
            else None,
            Fact(_("of it not confirmed yet"), say(totals.waiting_minor, pool.currency), css="num")
            if totals.waiting_minor
            else None,
            Fact(_("At most in one person’s hands"), say(most, pool.currency), css="num") if most is not None else None,
        ),
    }


def receipt_links(payments: Iterable[Payment]) -> list[Link]:
    """Return the receipts that belong to these payments, each with its page."""
    written = CashReceipt.objects.filter(payment__in=list(payments)).order_by("id")
    return [Link(reverse("cash_receipt", args=[each.public_id]), each.label) for each in written]


def _purpose_url(found: ReceiptFacts) -> str:
    return reverse(found.purpose_kind, args=[found.purpose_ref]) if found.purpose_ref else ""


def _code_svg(text: str) -> SafeString:
    code = code_make(text, micro=False)
    return mark_safe(code.svg_inline(scale=3, border=2, svgclass="qr", lineclass=None, omitsize=True))  # noqa: S308 - made of numbers
