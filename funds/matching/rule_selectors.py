"""Questions about the rules of pools and what they reserved and gave."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet, Sum

from birge_engine.matching import Standing
from funds.ledger import codes
from funds.ledger.balances import balance
from projects.works.models import Project

from .models import Given, MatchDonor, Reservation, ReservationStatus, Rule, RuleStatus, RuleVersion, Run

COUNTS = Q(status__in=[ReservationStatus.RESERVED, ReservationStatus.GIVEN])


@dataclass(frozen=True)
class RuleMoney:
    """What became of a rule's money (minor units): free to match, reserved for promises, given and still there."""

    offered: int
    reserved: int
    given: int


def rule_offered(rule: Rule) -> int:
    """Return what the rule has left to match. Exact under the rule's lock."""
    code = codes.rule_pool(rule.custodian.public_id, rule.pool_ref, rule.public_id)
    return balance(code, rule.currency)


def rule_money(rule: Rule) -> RuleMoney:
    """Return what became of the rule's money, all versions together."""
    live = Reservation.objects.filter(version__rule=rule, status=ReservationStatus.RESERVED)
    given = Given.objects.filter(version__rule=rule)
    return RuleMoney(
        offered=rule_offered(rule),
        reserved=int(live.aggregate(total=Sum("amount_minor"))["total"] or 0),
        given=int(given.aggregate(total=Sum(F("amount_minor") - F("returned_minor")))["total"] or 0),
    )


def versions_now(*, custodian_id: int | None = None, currency: str = "") -> QuerySet[RuleVersion]:
    """Return the versions that match what comes now, in the order in which they do."""
    found = RuleVersion.objects.filter(superseded_at=None, rule__status=RuleStatus.PUBLISHED)
    if custodian_id is not None:
        found = found.filter(rule__custodian_id=custodian_id, rule__currency=currency)
    return found.select_related("rule__custodian").order_by("rule__position")


def rules_of_pool(pool_ref: str) -> QuerySet[RuleVersion]:
    """Return the newest version of each rule of a pool, those that match first."""
    newest = RuleVersion.objects.filter(rule__pool_ref=pool_ref, superseded_at=None)
    return newest.select_related("rule__custodian").order_by("-rule__status", "rule__position")


def standing_of(version: RuleVersion, project_ref: str, donor: MatchDonor | None, *, given: int) -> Standing:
    """Return what this version matched before the gift at hand. Exact under the rule's lock.

    `given` is what donors brought or promised for the project before it (minor units).
    """
    counts = Reservation.objects.filter(COUNTS, version=version)
    here = counts.filter(project__public_id=project_ref)
    mine = counts.filter(donor=donor) if donor is not None else counts.none()
    sums = mine.aggregate(
        counted=Sum("counted_minor"),
        matched=Sum("amount_minor"),
        gifts=Count("group", distinct=True),
        gifts_here=Count("group", distinct=True, filter=Q(project__public_id=project_ref)),
        counted_here=Sum("counted_minor", filter=Q(project__public_id=project_ref)),
    )
    return Standing(
        pool_rest=rule_offered(version.rule),
        project_matched=int(here.aggregate(total=Sum("amount_minor"))["total"] or 0),
        project_given=given,
        donor_counted=int(sums["counted"] or 0),
        donor_matched=int(sums["matched"] or 0),
        donor_gifts=int(sums["gifts"] or 0),
        donor_gifts_here=int(sums["gifts_here"] or 0),
        donor_counted_here=int(sums["counted_here"] or 0),
    )


def matched_minor(project: Project) -> int:
    """Return what rules of pools have reserved for, and given to, the project and not taken back (minor units)."""
    live = Reservation.objects.filter(project=project, version__isnull=False, status=ReservationStatus.RESERVED)
    return int(live.aggregate(total=Sum("amount_minor"))["total"] or 0) + given_minor(project)


def given_minor(project: Project) -> int:
    """Return what rules of pools have given to the project and not taken back (minor units)."""
    given = Given.objects.filter(project=project)
    return int(given.aggregate(total=Sum(F("amount_minor") - F("returned_minor")))["total"] or 0)


def matches_of(pledge_refs: list[str]) -> list[Reservation]:
    """Return what rules of pools reserved for these pledges, or gave; ended reservations are left out."""
    rows = Reservation.objects.filter(COUNTS, pledge_ref__in=pledge_refs, version__isnull=False)
    return list(rows.select_related("version__rule").order_by("id"))


def given_waiting(project: Project) -> list[Given]:
    """Return what rules gave to the project and has not come back, oldest first."""
    rows = Given.objects.filter(project=project, returned_entry_id=None)
    return list(rows.select_related("version__rule__custodian", "project__custodian", "reservation").order_by("id"))


def runs_of(version: RuleVersion) -> Run | None:
    """Return the settlement of this version's round, if it was settled."""
    return Run.objects.filter(version=version).first()
