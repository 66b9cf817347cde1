"""The village's share follows the donors' pledges.

Every function here is called inside the transaction of `funds.settlement` that also holds the project's row; that
lock makes the rest exact, and the guarded account refuses whatever a forgotten lock would let through.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.errors import RuleNotMet
from birge_engine.matching import village_match
from funds.ledger.models import Command, Entry
from funds.ledger.posting import EntryDraft, post
from projects.works.models import Project

from ..entries import (
    pool_met_draft,
    promise_ended_draft,
    promised_draft,
    reservation_met_draft,
    reserved_draft,
    unreserved_draft,
)
from ..models import Reservation, ReservationStatus
from ..selectors import reservation_live, village_rest, village_share_minor


@transaction.atomic
def village_promise(*, project: Project, command: Command) -> Entry | None:
    """Book the village's committed share at opening; None if the plan asks nothing of it.

    Raises RuleNotMet (`no_resolution`) without a kenesh resolution: no official's word alone promises a budget.
    """
    amount = village_share_minor(project)
    if amount == 0:
        return None
    if project.resolution is None:
        raise RuleNotMet(_("The village's share needs a kenesh resolution."), code="no_resolution")
    return post(command=command, drafts=[promised_draft(project, amount)])[0]


def match_draft(*, project: Project, amount: int, group: str) -> EntryDraft | None:
    """Return the reservation that a new pledge of `amount` draws, or None when nothing is left."""
    matched = village_match(amount, village_rest(project))
    return reserved_draft(project, matched, group) if matched else None


@transaction.atomic
def match_reserve(*, project: Project, pledge_ref: str, entry: Entry, amount: int, group: str, until: dt.date) -> None:
    """Write down the reservation that `entry` booked."""
    Reservation.objects.create(
        project=project,
        pledge_ref=pledge_ref,
        amount_minor=amount,
        currency=project.currency,
        entry_id=entry.id,
        until=until,
        group=group,
        reserved_at=clock.now(),
    )


@transaction.atomic
def match_release(*, pledge_ref: str) -> EntryDraft | None:
    """End what is reserved for this pledge; return the draft that the caller posts, or None if nothing was."""
    reservation = reservation_live(pledge_ref)
    if reservation is None:
        return None
    _end(reservation, ReservationStatus.RELEASED)
    return unreserved_draft(reservation)


@transaction.atomic
def match_prolong(*, pledge_ref: str, until: dt.date) -> None:
    """Keep what is reserved as long as its pledge stands: the village's share, and by rules of pools."""
    Reservation.objects.filter(pledge_ref=pledge_ref, status=ReservationStatus.RESERVED).update(until=until)


@transaction.atomic
def match_split(*, pledge_ref: str, keep: int, rest_ref: str, command: Command) -> None:
    """Divide a reservation between a pledge that was paid in part (`keep`, minor units) and its remainder.

    Without a `rest_ref` the rest is free again.
    """
    reservation = reservation_live(pledge_ref)
    if reservation is None or reservation.amount_minor <= keep:
        return
    _end(reservation, ReservationStatus.RELEASED)
    parts = [(pledge_ref, keep), (rest_ref, reservation.amount_minor - keep)]
    parts = [(ref, amount) for ref, amount in parts if ref and amount]
    drafts = [reserved_draft(reservation.project, amount, reservation.group) for _ref, amount in parts]
    entries = post(command=command, drafts=[unreserved_draft(reservation), *drafts])
    for (ref, amount), entry in zip(parts, entries[1:], strict=True):
        _reserve_like(reservation, ref, amount, entry)


@transaction.atomic
def village_meet(*, project: Project, amount: int, command: Command) -> int:
    """Book that the village kept `amount` of its promise: oldest reservations first, then what nobody drew yet.

    Return what exceeds the promise (it is held for the project all the same).
    """
    left = amount
    live = Reservation.objects.select_for_update(of=("self",)).filter(
        project=project, status=ReservationStatus.RESERVED, version=None
    )
    for reservation in live.select_related("project", "project__custodian").order_by("id"):
        if left == 0:
            break
        given = _give(reservation, left, command)
        post(command=command, drafts=[reservation_met_draft(given)])
        left -= given.amount_minor
    from_pool = min(left, village_rest(project))
    if from_pool:
        post(command=command, drafts=[pool_met_draft(project, from_pool)])
    return left - from_pool


@transaction.atomic
def village_unmeet(*, project: Project, met: list[Entry], amount: int, command: Command) -> None:
    """Let the village owe `amount` (minor units) again: a payment of its was written down by mistake.

    `met` are the entries that the payment had settled. What pledges had drawn by them is reserved for them anew, as
    far as it is owed again; the rest counts as paid by the village's other money.
    """
    if amount <= 0:
        return
    post(command=command, drafts=[promised_draft(project, amount)])
    given = Reservation.objects.filter(
        entry_id__in=[entry.resolves_id for entry in met if entry.resolves_id], status=ReservationStatus.GIVEN
    )
    for reservation in given.select_related("project", "project__custodian").order_by("id"):
        if reservation.amount_minor > amount:
            continue
        amount -= reservation.amount_minor
        _end(reservation, ReservationStatus.RELEASED)
        _reserve_again(reservation, command)


def _reserve_again(reservation: Reservation, command: Command) -> None:
    again = reservation.amount_minor
    live = reservation_live(reservation.pledge_ref)
    if live is not None:  # the village had paid a part; the pledge keeps one reservation for all of it
        _end(live, ReservationStatus.RELEASED)
        post(command=command, drafts=[unreserved_draft(live)])
        again += live.amount_minor
    entry = post(command=command, drafts=[reserved_draft(reservation.project, again, reservation.group)])[0]
    _reserve_like(reservation, reservation.pledge_ref, again, entry)


@transaction.atomic
def village_promise_end(*, project: Project) -> EntryDraft | None:
    """Return the draft that ends what the village promised and nobody drew, when the project ends; or None."""
    rest = village_rest(project)
    return promise_ended_draft(project, rest) if rest else None


def _give(reservation: Reservation, paid: int, command: Command) -> Reservation:
    """End a reservation as given and return it; of one larger than what is paid, only that part: the rest stays."""
    if reservation.amount_minor <= paid:
        _end(reservation, ReservationStatus.GIVEN)
        return reservation
    _end(reservation, ReservationStatus.RELEASED)
    rest = reservation.amount_minor - paid
    drafts = [
        unreserved_draft(reservation),
        reserved_draft(reservation.project, paid, reservation.group),
        reserved_draft(reservation.project, rest, reservation.group),
    ]
    entries = post(command=command, drafts=drafts)
    part = _reserve_like(reservation, reservation.pledge_ref, paid, entries[1])
    # Only one live reservation may name a pledge: the paid part ends before the rest is written.
    _end(part, ReservationStatus.GIVEN)
    _reserve_like(reservation, reservation.pledge_ref, rest, entries[2])
    return part


def _reserve_like(reservation: Reservation, pledge_ref: str, amount: int, entry: Entry) -> Reservation:
    return Reservation.objects.create(
        project=reservation.project,
        pledge_ref=pledge_ref,
        amount_minor=amount,
        currency=reservation.currency,
        entry_id=entry.id,
        until=reservation.until,
        group=reservation.group,
        reserved_at=clock.now(),
    )


def _end(reservation: Reservation, status: ReservationStatus) -> None:
    reservation.status = status
    reservation.ended_at = clock.now()
    reservation.save(update_fields=["status", "ended_at"])
