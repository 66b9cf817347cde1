"""What becomes of a rule's reservation: given with the payment, set free with the promise, taken back with the gift."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q

from birge import clock
from funds.ledger.models import Command, Entry
from funds.ledger.posting import EntryDraft, post
from projects.works.models import Project

from ..models import Given, Reservation, ReservationStatus, Rule, RuleVersion
from ..rule_entries import given_drafts, reserved_draft, returned_drafts, unreserved_draft
from ..rule_selectors import versions_now
from .rules import rule_lock, rule_sweep


def rules_lock(*, project: Project, coming: bool = False) -> None:
    """Lock, in their order, all rules that reserved or gave something for a locked project.

    For whoever may touch several of them: one promise's rules after another's would stand in no order. `coming`: and
    those that may be asked about money that comes now.
    """
    reserved = Reservation.objects.filter(project=project, status=ReservationStatus.RESERVED, version__isnull=False)
    given = Given.objects.filter(project=project, returned_entry_id=None)
    wanted = Q(pk__in=reserved.values("version__rule")) | Q(pk__in=given.values("version__rule"))
    if coming:
        now = versions_now(custodian_id=project.custodian_id, currency=project.currency)
        wanted |= Q(pk__in=now.order_by().values("rule"))
    list(Rule.objects.select_for_update(of=("self",), no_key=True).filter(wanted).order_by("position"))


def reservations_live(pledge_ref: str) -> list[Reservation]:
    """Return what rules of pools have reserved for this pledge now, in the rules' order."""
    rows = Reservation.objects.filter(pledge_ref=pledge_ref, version__isnull=False, status=ReservationStatus.RESERVED)
    return list(
        rows.select_related("version__rule__custodian", "donor", "project__custodian").order_by(
            "version__rule__position", "id"
        )
    )


@transaction.atomic
def matches_release(*, pledge_ref: str, command: Command) -> int:
    """Set free what rules reserved for a pledge that ends; return how much (minor units)."""
    freed = 0
    for reservation in reservations_live(pledge_ref):
        rule = rule_lock(_rule(reservation))
        reservation_end(reservation, ReservationStatus.RELEASED)
        post(command=command, drafts=[unreserved_draft(reservation)])
        rule_sweep(rule=rule, command=command)
        freed += reservation.amount_minor
    return freed


@transaction.atomic
def matches_give(*, pledge_ref: str, payment_ref: str, command: Command) -> list[Given]:
    """Give what rules reserved for a pledge whose money has come."""
    made = []
    for reservation in reservations_live(pledge_ref):
        rule_lock(_rule(reservation))
        reservation_end(reservation, ReservationStatus.GIVEN)
        entry = post(command=command, drafts=given_drafts(reservation))[0]
        made.append(_given(reservation, payment_ref, entry))
    return made


@transaction.atomic
def matches_split(*, pledge_ref: str, paid: int, promised: int, rest_ref: str, command: Command) -> None:
    """Divide what rules reserved for a pledge of which `paid` of `promised` has come: the rest waits for `rest_ref`.

    In proportion, rounded down: what the remainder keeps is given when its money comes. Without a `rest_ref` the rest
    is free again.
    """
    for reservation in reservations_live(pledge_ref):
        rule = rule_lock(_rule(reservation))
        keep = reservation.amount_minor * paid // promised
        counted = reservation.counted_minor * paid // promised
        parts = [
            (pledge_ref, keep, counted),
            (rest_ref, reservation.amount_minor - keep, reservation.counted_minor - counted),
        ]
        parts = [part for part in parts if part[0] and part[1]]
        reservation_end(reservation, ReservationStatus.RELEASED)
        drafts = [_again_draft(reservation, amount) for _ref, amount, _counted in parts]
        entries = post(command=command, drafts=[unreserved_draft(reservation), *drafts])
        for (ref, amount, part_counted), entry in zip(parts, entries[1:], strict=True):
            _reserve_like(reservation, ref, amount, part_counted, entry)
        if not rest_ref:
            rule_sweep(rule=rule, command=command)


@transaction.atomic
def matches_return(*, given: Given, amount: int, command: Command) -> Entry | None:
    """Take back `amount` (minor units) of a given match, since its project ended or its payment was none.

    In one entry, once. It goes back to the rule, and if that has ended to the pool. None if nothing is to go back.
    """
    rule = rule_lock(given.version.rule)
    if amount <= 0 or given.returned_entry_id is not None:
        return None
    entry = post(command=command, drafts=returned_drafts(given, amount))[0]
    given.returned_minor, given.returned_entry_id = amount, entry.id
    given.save(update_fields=["returned_minor", "returned_entry_id"])
    if amount == given.amount_minor and given.reservation is not None:
        given.reservation.status = ReservationStatus.RELEASED  # it counts no more against the caps of the rule
        given.reservation.save(update_fields=["status"])
    rule_sweep(rule=rule, command=command)
    return entry


@transaction.atomic
def matches_take_back(*, payment_ref: str, pledge_ref: str, until: dt.date, command: Command) -> None:
    """Undo what a payment written down by mistake gave, and reserve it again: its promise stands anew.

    A rule that has ended since then reserves it all the same: it never shrinks.
    """
    rows = Given.objects.filter(payment_ref=payment_ref, returned_entry_id=None, reservation__isnull=False)
    related = ("version__rule__custodian", "project__custodian", "reservation__donor", "reservation__version__rule")
    for given in rows.select_related(*related).order_by("id"):
        rule_lock(given.version.rule)
        reservation = given.reservation
        if reservation is None:
            continue
        drafts = [*returned_drafts(given, given.amount_minor), _again_draft(reservation, given.amount_minor)]
        entries = post(command=command, drafts=drafts)
        given.returned_minor, given.returned_entry_id = given.amount_minor, entries[0].id
        given.save(update_fields=["returned_minor", "returned_entry_id"])
        reservation.status = ReservationStatus.RELEASED
        reservation.save(update_fields=["status"])
        reservation.until = until
        _reserve_like(reservation, pledge_ref, given.amount_minor, reservation.counted_minor, entries[-1])


def reservation_end(reservation: Reservation, status: ReservationStatus) -> None:
    """Note that a reservation ended, and how."""
    reservation.status, reservation.ended_at = status, clock.now()
    reservation.save(update_fields=["status", "ended_at"])


def _version(reservation: Reservation) -> RuleVersion:
    if reservation.version is None:
        raise ValueError("the village's share has no version of a rule")
    return reservation.version


def _rule(reservation: Reservation) -> Rule:
    return _version(reservation).rule


def _again_draft(reservation: Reservation, amount: int) -> EntryDraft:
    tag = reservation.donor.tag if reservation.donor else ""
    return reserved_draft(_version(reservation), amount, group=reservation.group, tag=tag)


def _reserve_like(reservation: Reservation, pledge_ref: str, amount: int, counted: int, entry: Entry) -> None:
    Reservation.objects.create(
        version=reservation.version,
        donor=reservation.donor,
        project=reservation.project,
        pledge_ref=pledge_ref,
        amount_minor=amount,
        counted_minor=counted,
        currency=reservation.currency,
        entry_id=entry.id,
        until=reservation.until,
        group=reservation.group,
        reserved_at=reservation.reserved_at,
    )


def _given(reservation: Reservation, payment_ref: str, entry: Entry) -> Given:
    return Given.objects.create(
        version=_version(reservation),
        project=reservation.project,
        reservation=reservation,
        pledge_ref=reservation.pledge_ref,
        payment_ref=payment_ref,
        group=reservation.group,
        amount_minor=reservation.amount_minor,
        currency=reservation.currency,
        entry_id=entry.id,
        given_at=clock.now(),
    )
