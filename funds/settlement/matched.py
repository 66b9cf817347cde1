"""What follows one gift, part by part: the village's share, and what rules of pools set aside, gave or took back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Sum
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from birge.i18n.dates import day_text
from birge.money import Money, format_money
from birge_engine.matching.rounds import rule_with
from funds.ledger.models import Entry
from funds.matching.models import Given, Reservation, ReservationStatus, RoundGift, RuleVersion
from funds.matching.rule_selectors import COUNTS
from funds.payments.models import Payment, PaymentStatus
from funds.pledges.models import Pledge
from funds.pools.models import Pool

VILLAGE, POOL = "village", "pool"
RESERVED, GIVEN, TAKEN_BACK, ROUND, SETTLED = "reserved", "given", "taken_back", "round", "settled"
LONGEST_AGO = dt.date.min


@dataclass(frozen=True)
class MatchPart:
    """One part (minor units). `entry` is the ledger entry that proves it; `until` its last day, if it has one.

    `status`: reserved, given, taken_back; of a round: round (takes part, nothing is certain yet) or settled
    (`amount_minor` is what the round gave to the whole project).
    """

    source: str
    status: str
    amount_minor: int
    currency: str
    version: RuleVersion | None = None
    pool: str = ""  # its name in the active language
    entry: str = ""
    on: dt.date | None = None
    until: dt.date | None = None


def match_parts(pledge: Pledge) -> list[MatchPart]:
    """Return what follows this promise and its remainders: the village's first, then rule by rule."""
    refs = list(Pledge.objects.filter(group=pledge.group).values_list("public_id", flat=True))
    rows = list(Reservation.objects.filter(COUNTS, pledge_ref__in=refs).select_related("version__rule").order_by("id"))
    given = list(Given.objects.filter(pledge_ref__in=refs).select_related("version__rule").order_by("id"))
    rounds = list(RoundGift.objects.filter(group=pledge.group).select_related("version__rule", "project"))
    versions = [row.version for row in rows if row.version is not None]
    versions += [row.version for row in given] + [row.version for row in rounds]
    names = pool_names(version.rule.pool_ref for version in versions)
    parts = _of_village([row for row in rows if row.version is None])
    of_pools = [
        *_waiting([row for row in rows if row.version is not None], names),
        *_given(given, names),
        *_rounds(rounds, names),
    ]
    return parts + sorted(of_pools, key=_place)


def part_words(part: MatchPart) -> str:
    """Return one part as a sentence in the active language."""
    words = {
        "sum": format_money(Money(part.amount_minor, part.currency), _tongue()),
        "pool": pool_title(part),
        "day": "" if part.until is None else day_text(part.until, _tongue()),
    }
    if part.source == VILLAGE:
        if part.status == GIVEN:
            return _("%(sum)s from the village is with the project.") % words
        return _("%(sum)s from the village waits.") % words
    said = {
        RESERVED: _("%(sum)s waits in the pool “%(pool)s” until %(day)s."),
        GIVEN: _("%(sum)s from the pool “%(pool)s” is with the project."),
        TAKEN_BACK: _("%(sum)s went back to the pool “%(pool)s”."),
        ROUND: _("The pool “%(pool)s” counts your gift in its round; it is settled after %(day)s."),
        SETTLED: _("The round of the pool “%(pool)s” gave %(sum)s to the whole project."),
    }
    return said[part.status] % words


def parts_text(pledge: Pledge, *statuses: str) -> str:
    """Return what pools add to this promise in its donor's language, a line each; for messages.

    Only parts of these statuses, if any are named. The village's share is told apart.
    """
    with translation.override(pledge.language):
        parts = [part for part in match_parts(pledge) if part.source == POOL]
        return "\n".join(part_words(part) for part in parts if not statuses or part.status in statuses)


def pool_names(refs: Iterable[str]) -> dict[str, str]:
    """Return the names of pools by public id, in the active language, in one query."""
    found = Pool.objects.filter(public_id__in=set(refs))
    return {pool.public_id: pool.name(_tongue()) for pool in found}


def pool_title(part: MatchPart) -> str:
    """Return how a part's pool is called: by its own name, else by the rule's."""
    return part.pool or (part.version.rule.name if part.version is not None else "")


def _of_village(rows: list[Reservation]) -> list[MatchPart]:
    parts = []
    for status in (ReservationStatus.GIVEN, ReservationStatus.RESERVED):
        some = [row for row in rows if row.status == status]
        if some:
            whole = sum(row.amount_minor for row in some)
            last = some[-1]
            until = last.until if status == ReservationStatus.RESERVED else None
            entry, on = str(last.entry_id), _day(some[0].reserved_at)
            parts.append(MatchPart(VILLAGE, str(status), whole, last.currency, entry=entry, on=on, until=until))
    return parts


def _waiting(rows: list[Reservation], names: dict[str, str]) -> list[MatchPart]:
    return [
        MatchPart(
            POOL,
            RESERVED,
            row.amount_minor,
            row.currency,
            version=row.version,
            pool=_name(row.version, names),
            entry=str(row.entry_id),
            on=_day(row.reserved_at),
            until=row.until,
        )
        for row in rows
        if row.status == ReservationStatus.RESERVED
    ]


def _given(rows: list[Given], names: dict[str, str]) -> list[MatchPart]:
    refs = [row.payment_ref for row in rows if row.returned_minor]
    undone = Payment.objects.filter(public_id__in=refs, status=PaymentStatus.REVERSED)
    mistaken = set(undone.values_list("public_id", flat=True))  # put right: what it gave is set aside again
    back = dict(Entry.objects.filter(id__in=[row.returned_entry_id for row in rows]).values_list("id", "date"))
    parts = []
    for row in rows:
        common: Any = {"currency": row.currency, "version": row.version, "pool": _name(row.version, names)}
        if row.amount_minor > row.returned_minor:
            kept = row.amount_minor - row.returned_minor
            parts.append(MatchPart(POOL, GIVEN, kept, entry=str(row.entry_id), on=_day(row.given_at), **common))
        if row.returned_minor and row.returned_entry_id is not None and row.payment_ref not in mistaken:
            entry, day = str(row.returned_entry_id), back.get(row.returned_entry_id)
            parts.append(MatchPart(POOL, TAKEN_BACK, row.returned_minor, entry=entry, on=day, **common))
    return parts


def _rounds(rows: list[RoundGift], names: dict[str, str]) -> list[MatchPart]:
    parts = []
    for row in rows:
        run = row.version.runs.first()
        currency, name = row.version.rule.currency, _name(row.version, names)
        if run is None:
            last = rule_with(row.version.data, 0).eligible.until
            until = None if last is None else dt.date.fromisoformat(last)
            parts.append(MatchPart(POOL, ROUND, 0, currency, version=row.version, pool=name, until=until))
            continue
        got = Given.objects.filter(run=run, project=row.project)
        total = got.aggregate(total=Sum(F("amount_minor") - F("returned_minor")))["total"] or 0
        first = got.first()
        entry = str(first.entry_id) if first is not None else ""
        day = _day(run.at)
        parts.append(
            MatchPart(POOL, SETTLED, int(total), currency, version=row.version, pool=name, entry=entry, on=day)
        )
    return parts


def _name(version: RuleVersion | None, names: dict[str, str]) -> str:
    return "" if version is None else names.get(version.rule.pool_ref, "")


def _place(part: MatchPart) -> tuple[int, dt.date]:
    return (0 if part.version is None else part.version.rule.position), part.on or LONGEST_AGO


def _day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(dt.UTC).date()


def _tongue() -> str:
    return (get_language() or "ky")[:2]
