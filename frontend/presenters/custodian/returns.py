"""Divisions of money at the custodian's desk: how far they have come, and what officers do with many at once."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge.accounts.models import User
from birge.organisations.models import Organisation
from frontend.presenters.facts import Fact, day, entry_fact, facts, paper_fact, say, signed
from frontend.presenters.rows import Row
from frontend.presenters.words import language
from funds.releases.models import GiftBack, Refund
from funds.returns.models import BackAccount, RefundBatch
from funds.returns.selectors import BatchProgress, progress_of_batches
from funds.settlement.services.returning.giving_back import GiftShare, gift_share
from funds.settlement.services.returning.many import SentLine

from .subjects import back_to, payment_facts, project_fact

MOST_BATCHES = 20


def batch_rows(custodian: Organisation) -> list[Row]:
    """Return the newest divisions, those still under way first, in two queries."""
    found = RefundBatch.objects.filter(custodian=custodian).select_related("project")
    batches = sorted(found.order_by("-id")[:MOST_BATCHES], key=lambda batch: batch.finished_at is not None)
    far = progress_of_batches(batches)
    return [_batch_row(batch, far[batch.pk]) for batch in batches if batch.pk in far]


def _batch_row(batch: RefundBatch, far: BatchProgress) -> Row:
    return Row(
        title=batch.project.title(language()),
        text=f"{batch.get_reason_display()}, {day(batch.made_at)} · {progress_words(far)}",
        url=reverse("project", args=[batch.project.public_id]),
        amount=say(batch.total_minor, batch.currency),
        tag=_("all back") if batch.finished_at else _("under way"),
        tone="" if batch.finished_at else "wait",
    )


def progress_words(far: BatchProgress) -> str:
    """Return how far a division has come, for officers: “212 of 3000 are back, 40 wait for an officer”."""
    words = {"back": far.back, "parts": far.parts, "officer": far.officer, "provider": far.provider}
    said = [ngettext("%(back)s of %(parts)s is back", "%(back)s of %(parts)s are back", far.back) % words]
    if far.officer:
        said.append(
            ngettext("%(officer)s waits for an officer", "%(officer)s wait for an officer", far.officer) % words
        )
    if far.provider:
        said.append(_("%(provider)s with the payment provider") % words)
    if far.offered:
        said.append(_("%(offered)s for another project of the village") % {"offered": far.offered})
    if far.waiting:
        said.append(_("%(waiting)s not begun yet") % {"waiting": far.waiting})
    return ", ".join(said)


def line_choices(found: list[SentLine]) -> list[tuple[str, str]]:
    """Return each refund with its line of the bank, as something to tick."""
    return [(f"{each.refund.public_id}:{each.line.public_id}", _line_text(each)) for each in found]


def _line_text(each: SentLine) -> str:
    words = {
        "amount": say(each.refund.amount_minor, each.refund.currency),
        "project": each.refund.project.title(language()),
        "day": day(each.line.day),
        "text": each.line.text[:80],
    }
    if each.sure:
        return _("%(amount)s, “%(project)s”: line of %(day)s with its reference: %(text)s") % words
    return _("%(amount)s, “%(project)s”: line of %(day)s with the same sum, please look: %(text)s") % words


def refund_choices(refunds: list[Refund]) -> list[tuple[str, str]]:
    """Return each refund that waits for a second officer, as something to tick."""
    return [(refund.public_id, _refund_text(refund)) for refund in refunds]


def _refund_text(refund: Refund) -> str:
    parts = [say(refund.amount_minor, refund.currency), refund.project.title(language()), refund.bank_reference]
    return " · ".join([*parts, signed(refund.sent_by, refund.sent_at)])


def sum_words(refunds: list[Refund]) -> str:
    """Return the sum of these refunds, each currency by itself."""
    sums: dict[str, int] = {}
    for refund in refunds:
        sums[refund.currency] = sums.get(refund.currency, 0) + refund.amount_minor
    return ", ".join(say(minor, currency) for currency, minor in sorted(sums.items()))


def account_facts(refund: Refund) -> list[Fact]:
    """Return where the donor wants the money: only the custodian's officers see it, and only until it went."""
    account = BackAccount.objects.filter(group=refund.payment.group).first() if refund.payment.group else None
    if account is None:
        return []
    return facts(
        Fact(_("Send it to"), account.holder),
        Fact(_("Bank"), account.bank),
        Fact(_("Account"), account.account, css="mono"),
    )


def gift_back_row(wish: GiftBack) -> Row:
    """Return a gift that is asked back, as a line."""
    project = wish.payment.project
    return Row(
        title=project.title(language()) if project is not None else "",
        text=f"{wish.reason} · {signed(wish.asked_by, wish.asked_at)}",
        url=reverse("custodian_gift_back", args=[wish.public_id]),
        amount=say(wish.amount_minor, wish.currency),
    )


def gift_back_context(wish: GiftBack, user: User) -> dict[str, Any]:
    """Return the page of a gift that is asked back while its project is built."""
    notes = {
        GiftBack.Status.ASKED: (_("A colleague asked. Send it only if so much can be given back now."), "warn"),
        GiftBack.Status.PAID: (_("It went back and is in the books."), ""),
        GiftBack.Status.REFUSED: (_("Refused: %(reason)s") % {"reason": wish.refused_reason}, "bad"),
    }
    note, tone = notes[GiftBack.Status(wish.status)]
    if wish.status == GiftBack.Status.ASKED and wish.asked_by_id == user.pk:
        note = _("You asked, so another officer sends it.")
    share = gift_share(wish.payment) if wish.status == GiftBack.Status.ASKED else None
    return {
        "title": _("A gift asked back"),
        "facts": [
            *facts(
                Fact(_("How much goes back"), say(wish.amount_minor, wish.currency), css="big"),
                project_fact(wish.payment.project),
                Fact(_("Why"), wish.reason),
                Fact(_("Asked by"), signed(wish.asked_by, wish.asked_at)),
                *(share_facts(share, wish.currency) if share is not None else ()),
                Fact(_("Sent by"), signed(wish.decided_by, wish.decided_at) if wish.entry_id else ""),
                Fact(_("Number"), wish.bank_reference, css="mono"),
                paper_fact(_("Bank line"), wish.bank_line),
                *entry_fact(wish.entry_id),
            ),
            *payment_facts(wish.payment),
        ],
        "note": note,
        "note_tone": tone,
        "back": back_to(wish.custodian),
    }


def share_facts(share: GiftShare, currency: str) -> list[Fact]:
    """Return what of a gift can be given back now, and out of what."""
    return [
        Fact(_("Of it still held"), say(share.held, currency)),
        Fact(_("In the reserve"), say(share.reserve, currency)),
        Fact(_("At most"), say(share.most, currency)),
    ]
