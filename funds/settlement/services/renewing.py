"""A promise is taken out of the books and put in again, because its donor turned out to be somebody else than it said.

What the village and rules of pools had reserved for it is set free first; then it draws what such a donor draws: of a
related party nothing, of one who stands behind many promises what is left for one. The donor's promise itself stays.
"""

from __future__ import annotations

from funds.ledger.commitments import commitment_make, opening_keep
from funds.ledger.models import Command
from funds.ledger.posting import post
from funds.matching.models import Reservation, ReservationStatus
from funds.matching.services import draws_keep, match_reserve
from funds.pledges.entries import confirmed_draft
from funds.pledges.models import Pledge
from funds.pledges.services.transitions import history_write
from funds.pledges.states import PledgeStatus
from projects.works.models import Project

from .pledging import _draws_for, _match_for, promise_release


def promises_anew(*, pledges: list[Pledge], project: Project, command: Command, reason: str) -> None:
    """Take out open promises of a locked project, all of them first, then put each in again in its order.

    The pledges are locked, and say by now who gives them. The caller lets the project retreat or advance after.
    """
    before = [PledgeStatus(pledge.status) for pledge in pledges]
    for pledge in pledges:
        promise_release(pledge, command)
    for pledge in pledges:  # until it is put in again a promise is none: nothing counts it
        pledge.status, pledge.entry_id = PledgeStatus.MADE, None
        pledge.save(update_fields=["status", "entry_id"])
    for pledge, status in zip(pledges, before, strict=True):
        _again(pledge, status, project, command)
        history_write(pledge, before=status, actor=None, reason=reason)


def reserved_for(pledges: list[Pledge]) -> int:
    """Return what rules of pools have reserved for these promises now (minor units)."""
    live = Reservation.objects.filter(
        pledge_ref__in=[pledge.public_id for pledge in pledges],
        status=ReservationStatus.RESERVED,
        version__isnull=False,
    )
    return sum(live.values_list("amount_minor", flat=True))


def _again(pledge: Pledge, status: PledgeStatus, project: Project, command: Command) -> None:
    match = _match_for(project, pledge)
    draws = _draws_for(project, pledge)
    commitment, opening = commitment_make("pledge", pledge.public_id)
    drafts = [confirmed_draft(pledge, commitment=commitment), *([match] if match is not None else [])]
    entries = post(command=command, drafts=[*drafts, *(draw.draft for draw in draws)])
    opening_keep(opening, entries[0])
    pledge.status, pledge.entry_id = status, entries[0].id
    pledge.save(update_fields=["status", "entry_id"])
    common = {"project": project, "pledge_ref": pledge.public_id, "group": pledge.group, "until": pledge.horizon}
    if match is not None:
        match_reserve(entry=entries[1], amount=match.legs[0].amount, **common)
    draws_keep(draws=draws, entries=entries[len(entries) - len(draws) :], **common)
