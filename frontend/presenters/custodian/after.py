"""What happens after a card has paid, as rows and pages of the custodian's desk. Formats; decides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.organisations.models import Organisation
from frontend.presenters.facts import Fact, day, entry_fact, facts, say, signed
from frontend.presenters.rows import Row
from frontend.presenters.words import language
from funds.banking.models import BankLine
from funds.payments.models import ReserveMove, StripeAttempt, StripeDispute, StripePayout, StripeRefundOrder

from .subjects import back_to, pledge_fact, project_fact


def dispute_row(dispute: StripeDispute) -> Row:
    """Return a dispute as a line: until when an answer is wanted, or how it ended."""
    until = _("answer at Stripe by %(day)s") % {"day": day(dispute.evidence_due_by)} if dispute.evidence_due_by else ""
    return Row(
        title=_whose(dispute.attempt),
        text=" · ".join(part for part in (day(dispute.opened_at), until) if part),
        url=reverse("custodian_dispute", args=[dispute.public_id]),
        amount=say(dispute.amount_minor, dispute.currency),
        tag=str(dispute.get_status_display()),
        tone="wait" if dispute.is_open else "",
    )


def dispute_context(dispute: StripeDispute) -> dict[str, Any]:
    """Return the page of one dispute."""
    note, tone = "", ""
    if dispute.is_open and dispute.evidence_due_by:
        note = _("Answer it at Stripe, with what shows that the gift was meant. Without an answer it is lost.")
        tone = "warn"
    fee = say(dispute.fee_minor, dispute.currency) if dispute.fee_minor else ""
    return {
        "title": _("Disputed by the payer’s bank"),
        "back": back_to(dispute.account.custodian, "custodian_stripe", _("At Stripe")),
        "note": note,
        "note_tone": tone,
        "facts": facts(
            Fact(_("How much"), say(dispute.amount_minor, dispute.currency), css="big"),
            Fact(_("Where it stands"), str(dispute.get_status_display())),
            Fact(_("Answer by"), day(dispute.evidence_due_by) if dispute.is_open else ""),
            project_fact(dispute.attempt.project),
            pledge_fact(dispute.attempt.pledge_ref),
            Fact(_("Opened"), day(dispute.opened_at)),
            Fact(_("What the payer says (Stripe’s word)"), dispute.reason),
            Fact(_("Stripe’s fee for it"), fee),
            Fact(_("Number at Stripe"), dispute.dispute_id, css="mono"),
            *entry_fact(dispute.taken_entry_id),
            *entry_fact(dispute.back_entry_id),
        ),
    }


def order_row(order: StripeRefundOrder) -> Row:
    """Return a refund by card as a line."""
    return Row(
        title=_whose(order.attempt),
        text=" · ".join(part for part in (day(order.made_at), order.reason) if part),
        url=reverse("custodian_card_refund", args=[order.public_id]),
        amount=say(order.amount_minor, order.attempt.currency),
        tag=str(order.get_status_display()),
        tone="wait" if order.status in ("asked", "ordered") else "",
    )


def order_context(order: StripeRefundOrder, user: User) -> dict[str, Any]:
    """Return the page of one refund by card."""
    attempt, note = order.attempt, ""
    if order.status == "asked":
        note = _("Nothing goes back before another officer agrees.")
        if order.asked_by_id == user.pk:
            note = _("You have asked for it. Another officer must agree.")
    elif order.status == "ordered":
        note = _("Stripe is asked, again and again until it answers. It is sent once.")
    return {
        "title": _("Back to the card"),
        "back": back_to(attempt.account.custodian, "custodian_stripe", _("At Stripe")),
        "note": note,
        "note_tone": "warn" if note else "",
        "facts": facts(
            Fact(_("How much"), say(order.amount_minor, attempt.currency), css="big"),
            Fact(_("Of the gift"), say(attempt.amount_minor, attempt.currency)),
            Fact(_("Where it stands"), str(order.get_status_display())),
            project_fact(attempt.project),
            pledge_fact(attempt.pledge_ref),
            Fact(_("Reason"), order.reason),
            Fact(_("Asked by"), signed(order.asked_by, order.made_at)),
            Fact(_("Decided by"), signed(order.agreed_by, order.agreed_at) if order.agreed_by else ""),
            Fact(_("Why not"), order.refused_reason),
            Fact(_("Number at Stripe"), order.refund_id, css="mono"),
        ),
    }


def payout_row(payout: StripePayout, line: BankLine | None) -> Row:
    """Return a payout as a line; one that is not tied to the bank's line says so."""
    untied = payout.status == "paid" and line is None
    return Row(
        title=_("To the bank on %(day)s") % {"day": day(payout.arrives_on)},
        text=_("not tied to a line of the bank yet") if untied else "",
        url=reverse("custodian_payout", args=[payout.public_id]),
        amount=say(payout.amount_minor, payout.currency),
        tag=str(payout.get_status_display()),
        tone="bad" if payout.status == "failed" else "",
    )


def payout_context(payout: StripePayout, line: BankLine | None) -> dict[str, Any]:
    """Return the page of one payout."""
    by_hand = "" if payout.automatic else _("It was made by hand: Stripe cannot say which payments are inside.")
    return {
        "title": _("Paid out by Stripe"),
        "back": back_to(payout.account.custodian, "custodian_stripe", _("At Stripe")),
        "note": by_hand,
        "note_tone": "warn" if by_hand else "",
        "facts": facts(
            Fact(_("How much"), say(payout.amount_minor, payout.currency), css="big"),
            Fact(_("Where it stands"), str(payout.get_status_display())),
            Fact(_("At the bank"), day(payout.arrives_on)),
            Fact(_("Line of the bank’s statement"), line_text(line) if line else ""),
            Fact(_("Number at Stripe"), payout.payout_id, css="mono"),
            *entry_fact(payout.entry_id),
            *entry_fact(payout.mirror_entry_id),
        ),
    }


def line_text(line: BankLine) -> str:
    """Return a bank's line in a few words."""
    return " · ".join(part for part in (day(line.day), say(line.amount_minor, line.currency), line.text[:80]) if part)


def move_row(move: ReserveMove) -> Row:
    """Return what was put into the reserve, or covered from it, as a line."""
    title = move.project.title(language()) if move.project else str(move.get_kind_display())
    return Row(
        title=title,
        text=" · ".join(part for part in (day(move.asked_at), move.reason) if part),
        url=reverse("custodian_reserve_move", args=[move.public_id]),
        amount=say(move.amount_minor, move.currency),
        tag=str(move.get_status_display()),
        tone="wait" if move.status == "asked" else "",
    )


def move_context(move: ReserveMove, user: User) -> dict[str, Any]:
    """Return the page of one of them."""
    note = ""
    if move.status == "asked":
        note = _("Nothing is booked before another officer agrees.")
        if move.asked_by_id == user.pk:
            note = _("You have asked for it. Another officer must agree.")
    return {
        "title": str(move.get_kind_display()),
        "back": back_to(move.custodian, "custodian_reserve", _("The reserve")),
        "note": note,
        "note_tone": "warn" if note else "",
        "facts": facts(
            Fact(_("How much"), say(move.amount_minor, move.currency), css="big"),
            Fact(_("Where it stands"), str(move.get_status_display())),
            project_fact(move.project) if move.project else None,
            Fact(_("Number"), move.reference, css="mono"),
            Fact(_("Reason"), move.reason),
            Fact(_("Asked by"), signed(move.asked_by, move.asked_at)),
            Fact(_("Decided by"), signed(move.decided_by, move.decided_at) if move.decided_by else ""),
            Fact(_("Why not"), move.refused_reason),
            *entry_fact(move.entry_id),
        ),
    }


def reserve_context(
    custodian: Organisation, lies: dict[str, int], short: Iterable[tuple[str, str]], moves: Iterable[ReserveMove]
) -> dict[str, Any]:
    """Return the page of the reserve: what lies in it, which projects lack money, and what was done with it."""
    return {
        "title": _("The reserve"),
        "back": back_to(custodian),
        "note": _("Money of your own, set aside for gifts that a bank takes back after they were spent."),
        "facts": [Fact(_("In the reserve"), say(minor, code), css="big") for code, minor in lies.items()],
        "rows": [move_row(move) for move in moves],
        "short": list(short),
    }


def _whose(attempt: StripeAttempt) -> str:
    """Return the title of the project, or the reference of the pool, that was paid."""
    return attempt.project.title(language()) if attempt.project is not None else attempt.pool_ref
