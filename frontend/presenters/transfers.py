"""Money between custodians, as everyone may see it: sums, days and both ends; never accounts or banks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from funds.pools.models import Pool
from funds.transfers.models import Transfer
from funds.transfers.selectors import is_late, on_the_way
from funds.transfers.states import ON_THE_WAY, TransferStatus

from .facts import Fact, Link, day, entry_fact, facts, say
from .rows import Row
from .words import language

TONE = {
    TransferStatus.RECEIVED: "",
    TransferStatus.REFUSED: "off",
    TransferStatus.CAME_BACK: "off",
    TransferStatus.LOST: "bad",
}


def ends(transfer: Transfer) -> str:
    """Return from whom to whom."""
    return f"{transfer.sender.name(language())} → {transfer.receiver.name(language())}"


def amount_of(transfer: Transfer) -> str:
    """Return the sum that was decided on."""
    return say(transfer.amount_minor, transfer.currency)


def since(transfer: Transfer) -> str:
    """Return in one sentence that it is on its way, and since when; nothing unless it is."""
    if transfer.status not in ON_THE_WAY:
        return ""
    said = {"amount": amount_of(transfer), "day": day(transfer.sent_on)}
    return _("%(amount)s has been on the way since %(day)s.") % said


def tone_of(transfer: Transfer) -> str:
    """Return the tag's tone: red for what takes too long."""
    if is_late(transfer):
        return "bad"
    return TONE.get(TransferStatus(transfer.status), "wait")


def way_notes(pool: Pool) -> list[tuple[str, str]]:
    """Return what is on its way from or to a pool, the oldest first, in red where it takes too long."""
    notes = []
    for transfer in on_the_way(pool.public_id):
        other = transfer.receiver if transfer.from_pool_ref == pool.public_id else transfer.sender
        said = {"since": since(transfer), "ends": ends(transfer), "other": other.name(language())}
        if transfer.from_pool_ref == pool.public_id:
            text = _("%(since)s From here to %(other)s. Until it has arrived, nothing is paid from it.") % said
        else:
            text = _("%(since)s From %(other)s to here. It counts once it has arrived.") % said
        notes.append(("bad" if is_late(transfer) else "warn", text))
    return notes


def pool_names(transfers: Iterable[Transfer]) -> dict[str, str]:
    """Return the names of all pools concerned, in one query."""
    refs = {ref for each in transfers for ref in (each.from_pool_ref, each.to_pool_ref)}
    return {pool.public_id: pool.name(language()) for pool in Pool.objects.filter(public_id__in=refs)}


def public_row(transfer: Transfer, pools: Mapping[str, str]) -> Row:
    """Return one line for everyone."""
    return Row(
        title=ends(transfer),
        text=" · ".join(
            part
            for part in (
                f"{pools.get(transfer.from_pool_ref, '')} → {pools.get(transfer.to_pool_ref, '')}",
                since(transfer) or day(transfer.received_on or transfer.closed_at or transfer.asked_at),
            )
            if part
        ),
        url=reverse("transfer", args=[transfer.public_id]),
        amount=amount_of(transfer),
        tag=str(TransferStatus(transfer.status).label),
        tone=tone_of(transfer),
    )


def public_facts(transfer: Transfer) -> list[Fact]:
    """Return what everyone may know: both sums where they differ, all days, and the entries."""
    pools = pool_names([transfer])
    currency = transfer.currency
    return facts(
        Fact(_("How much"), amount_of(transfer), css="big"),
        Fact(_("From"), f"{pools.get(transfer.from_pool_ref, '')}\n{transfer.sender.name(language())}"),
        Fact(_("To"), f"{pools.get(transfer.to_pool_ref, '')}\n{transfer.receiver.name(language())}"),
        Fact(_("Why"), transfer.reason),
        Fact(_("Decided"), day(transfer.asked_at)),
        Fact(_("Left"), day(transfer.sent_on)),
        Fact(_("Arrived"), day(transfer.received_on)),
        Fact(_("Of it arrived"), say(transfer.received_minor, currency)) if transfer.received_minor else None,
        Fact(_("Kept by banks on the way"), say(transfer.fee_minor, currency)) if transfer.fee_minor else None,
        Fact(_("Why it did not arrive"), transfer.closing_reason or transfer.refused_reason),
        *entry_fact(transfer.received_entry_id or transfer.sent_entry_id),
    )


def public_page(transfer: Transfer) -> dict[str, Any]:
    """Return the page of one transfer."""
    notes = [(tone_of(transfer), since(transfer))] if since(transfer) else []
    if transfer.status == TransferStatus.LOST:
        notes = [("bad", _("It was lost on the way. The loss was taken from the pool that sent it."))]
    return {
        "title": ends(transfer),
        "status_label": str(TransferStatus(transfer.status).label),
        "status_tone": tone_of(transfer),
        "notes": notes,
        "facts": public_facts(transfer),
        "back": Link(reverse("transfers"), _("Between custodians")),
    }
