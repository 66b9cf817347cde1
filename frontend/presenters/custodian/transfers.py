"""Money to and from other custodians, as the officers of both see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge.accounts.models import User
from birge.organisations.models import Organisation
from frontend.presenters.facts import Fact, Link, day, facts, paper_fact, say, signed
from frontend.presenters.rows import Row
from frontend.presenters.transfers import amount_of, ends, public_facts, since, tone_of
from funds.banking.services import lines_free
from funds.screening.selectors import records_of, standing
from funds.screening.services import hit_text
from funds.screening.states import Subject
from funds.transfers.models import Transfer
from funds.transfers.selectors import countries_of, is_late, on_the_way, parties_of
from funds.transfers.states import BEFORE, ON_THE_WAY, TransferStatus

MOST_LINES = 20
_S = TransferStatus


def transfer_row(transfer: Transfer) -> Row:
    """Return a transfer as a line of an officer's list."""
    return Row(
        title=ends(transfer),
        text=since(transfer) or day(transfer.asked_at),
        url=reverse("custodian_transfer", args=[transfer.public_id]),
        amount=amount_of(transfer),
        tag=str(TransferStatus(transfer.status).label),
        tone=tone_of(transfer),
    )


def late_notes(custodian: Organisation) -> list[Link]:
    """Return what takes too long, with where to look, the oldest first."""
    mine = on_the_way().filter(sender=custodian) | on_the_way().filter(receiver=custodian)
    found = [each for each in mine.order_by("sent_on", "id") if is_late(each)]
    return [Link(reverse("custodian_transfer", args=[each.public_id]), f"{since(each)} {ends(each)}") for each in found]


def transfer_context(transfer: Transfer, user: User, custodian: Organisation) -> dict[str, Any]:
    """Return the page of one transfer for an officer of one of its ends."""
    note, tone = _note(transfer, user)
    sends = custodian.pk == transfer.sender_id
    return {
        "title": ends(transfer),
        "note": note,
        "note_tone": tone,
        "held_up": held_up(transfer) if sends else [],
        "facts": [*public_facts(transfer), *(_inside(transfer) if sends else [])],
        "back": Link(reverse("custodian_transfers", args=[custodian.public_id]), _("To and from other custodians")),
    }


def transfer_heaps(custodian: Organisation, user: User) -> Iterator[tuple[QuerySet[Transfer], str, Any, str, str]]:
    """Yield what waits for this officer: found, since when, title by number, text, and the list that shows it."""
    out = Transfer.objects.filter(sender=custodian).order_by()
    coming = Transfer.objects.filter(receiver=custodian, status__in=ON_THE_WAY).order_by()
    mine = "custodian_transfers"
    yield (
        out.filter(status=_S.ASKED), "asked_at",
        lambda n: ngettext("%(n)s transfer to prepare", "%(n)s transfers to prepare", n),
        _("A pool has decided that money goes to another custodian."), mine,
    )  # fmt: skip
    yield (
        out.filter(status=_S.PREPARED).exclude(prepared_by=user), "prepared_at",
        lambda n: ngettext("%(n)s transfer to approve", "%(n)s transfers to approve", n),
        _("A colleague has written down by which banks it goes."), mine,
    )  # fmt: skip
    yield (
        out.filter(status=_S.APPROVED), "approved_at",
        lambda n: ngettext("%(n)s transfer to send", "%(n)s transfers to send", n),
        _("Two of you agree. Send it at the bank."), mine,
    )  # fmt: skip
    yield (
        out.filter(status=_S.CLOSING).exclude(closing_by=user), "closing_at",
        lambda n: ngettext("%(n)s transfer that did not arrive", "%(n)s transfers that did not arrive", n),
        _("A colleague says that it came back or is lost."), mine,
    )  # fmt: skip
    yield (
        coming, "sent_at",
        lambda n: ngettext("%(n)s transfer on its way to you", "%(n)s transfers on their way to you", n),
        _("Look at the statement, and say when it is there."), mine,
    )  # fmt: skip


def held_up(transfer: Transfer) -> list[Link]:
    """Return what block lists have against a transfer that has not left, with where a person decides."""
    if transfer.status not in BEFORE:
        return []
    now = standing(Subject.TRANSFER, transfer.public_id, parties_of(transfer), countries_of(transfer))
    record = records_of(Subject.TRANSFER, transfer.public_id).first()
    url = reverse("screening_record", args=[record.public_id]) if record else ""
    if now.blocked:
        return [Link(url, _("Blocked for good: %(reason)s") % {"reason": now.blocked})]
    return [Link(url, hit_text(hit)) for hit in now.open]


def lines_out(transfer: Transfer) -> list[tuple[str, str]]:
    """Return the sender's lines of this very sum that are nothing else yet."""
    return _lines(transfer.sender, amount_minor=-transfer.amount_minor, currency=transfer.currency)


def lines_in(transfer: Transfer) -> list[tuple[str, str]]:
    """Return the receiver's lines of at most this sum, since it left, that are nothing else yet."""
    return _lines(
        transfer.receiver,
        amount_minor__gt=0,
        amount_minor__lte=transfer.amount_minor,
        currency=transfer.currency,
        day__gte=transfer.sent_on,
    )


def route_known(transfer: Transfer) -> dict[str, str]:
    """Return what is written down about the banks, or was for the last transfer between the same two."""
    names = ("sender_bank", "sender_bic", "receiver_bank", "receiver_bic", "receiver_account", "via_bank", "via_bic")
    before = Transfer.objects.filter(sender=transfer.sender, receiver=transfer.receiver).exclude(sender_bank="")
    source = transfer if transfer.sender_bank else before.order_by("-id").first()
    return {name: getattr(source, name) for name in names} if source else {}


def _lines(custodian: Organisation, **which: Any) -> list[tuple[str, str]]:
    found = lines_free(custodian).filter(**which)
    return [
        (line.public_id, " · ".join([day(line.day), say(line.amount_minor, line.currency), line.text[:40]]))
        for line in found[:MOST_LINES]
    ]


def _inside(transfer: Transfer) -> list[Fact]:
    return facts(
        Fact(_("Our bank"), _bank(transfer.sender_bank, transfer.sender_bic)),
        Fact(_("The receiver’s bank"), _bank(transfer.receiver_bank, transfer.receiver_bic)),
        Fact(_("The receiver’s account"), transfer.receiver_account, css="mono"),
        Fact(_("A bank in between"), _bank(transfer.via_bank, transfer.via_bic)),
        paper_fact(_("Paper"), transfer.paper) if transfer.paper else None,
        Fact(_("Booked by"), signed(transfer.asked_by, transfer.asked_at)),
        Fact(_("Prepared by"), signed(transfer.prepared_by, transfer.prepared_at) if transfer.prepared_by else ""),
        Fact(_("Approved by"), signed(transfer.approved_by, transfer.approved_at) if transfer.approved_by else ""),
        Fact(_("Sent by"), signed(transfer.sent_by, transfer.sent_at) if transfer.sent_by else ""),
        Fact(_("Number of the bank’s line"), transfer.sent_reference, css="mono"),
    )


def _bank(name: str, bic: str) -> str:
    return f"{name}, {bic}" if name and bic else name


def _note(transfer: Transfer, user: User) -> tuple[str, str]:
    notes = {
        _S.ASKED: (_("The pool’s people have decided. Write down by which banks it will go."), "warn"),
        _S.PREPARED: (_("Another officer looks at it and approves. Send nothing yet."), "warn"),
        _S.APPROVED: (_("Two of you agree. Send it at the bank, then say so here."), "warn"),
        _S.SENT: (since(transfer), "bad" if is_late(transfer) else "warn"),
        _S.CLOSING: (
            _("%(since)s Somebody says: %(how)s. %(reason)s")
            % {
                "since": since(transfer),
                "how": transfer.get_closed_how_display(),
                "reason": transfer.closing_reason,
            },
            "bad",
        ),
        _S.RECEIVED: (_("It has arrived and is in the books of both."), ""),
        _S.REFUSED: (_("It is not sent: %(reason)s") % {"reason": transfer.refused_reason}, "bad"),
        _S.CAME_BACK: (_("It came back: %(reason)s") % {"reason": transfer.closing_reason}, "bad"),
        _S.LOST: (_("It is lost: %(reason)s") % {"reason": transfer.closing_reason}, "bad"),
    }
    note, tone = notes[_S(transfer.status)]
    if transfer.status == _S.PREPARED and transfer.prepared_by_id == user.pk:
        note = _("You prepared it, so another officer approves. Send nothing yet.")
    return note, tone


__all__ = [
    "held_up",
    "late_notes",
    "lines_in",
    "lines_out",
    "route_known",
    "transfer_context",
    "transfer_heaps",
    "transfer_row",
]
