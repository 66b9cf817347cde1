"""What a rule would have given: on what really happened, or on a table that somebody brings. Plain data out."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import Sum

from birge.places.models import PlaceKind
from birge.places.selectors import place_ancestors
from birge_engine.matching import Gift, ProjectFacts, Rule, allocate, exponent, rule_parse
from birge_engine.matching.tables import TableError, contributions_read
from funds.matching.donors import identity_of
from funds.payments.exchanged import PLAN_MINOR
from funds.payments.models import Payment, PaymentKind, PaymentStatus
from funds.pledges.models import Party, Pledge
from funds.pledges.states import IN_LEDGER, OPEN
from projects.works.models import Project

OBLASTS = frozenset({PlaceKind.OBLAST, PlaceKind.CITY_REPUBLICAN})
MOST_BYTES, MOST_ROWS = 1_000_000, 20_000
MOST_GIFTS = 50_000


@dataclass(frozen=True)
class Past:
    """Gifts as rules see them, and what is known of the projects. Who gave is a keyed hash, never shown."""

    gifts: Sequence[Gift]
    projects: Mapping[str, ProjectFacts]
    cut: bool = False  # there were more gifts than are reckoned with at once


@dataclass(frozen=True)
class Row:
    """What one project would get (minor units), and the engine's code of why not more."""

    project: str
    contributed: int
    matched: int
    reason: str


@dataclass(frozen=True)
class Simulated:
    """What a rule makes of gifts (minor units). `left` of its money; None if the rule names none."""

    rows: list[Row]
    total: int
    left: int | None
    gifts: int

    @property
    def contributed(self) -> int:
        """Return what donors brought in all."""
        return sum(row.contributed for row in self.rows)


def simulate(data: Mapping[str, Any], past: Past) -> Simulated:
    """Return what a rule gives, the largest match first. Raises RuleError; the same in gives the same out."""
    rule = rule_parse(data)
    found = allocate(rule, past.gifts, past.projects)
    rows = [_row(rule, past, each.project, each.contributed, each.matched, each.reason) for each in found.allocations]
    total = sum(row.matched for row in rows)
    return Simulated(
        rows=sorted(rows, key=lambda row: (-row.matched, -row.contributed, row.project)),
        total=total,
        left=None if rule.pool is None else rule.pool - total,
        gifts=len(past.gifts),
    )


def _row(rule: Rule, past: Past, project: str, contributed: int, matched: int, reason: str) -> Row:
    """Return a row in minor units; as in a settled round, no project gets more than its plan still lacks."""
    minor = matched * rule.step // rule.factor
    facts = past.projects.get(project)
    if facts is not None and facts.rest is not None and minor > facts.rest:
        return Row(project, contributed, facts.rest, "plan_full")
    return Row(project, contributed, minor, reason)


def past_of(
    projects: Iterable[Project], *, first: dt.date | None = None, last: dt.date | None = None, within_plans: bool = True
) -> Past:
    """Return what people gave and promised to these projects, by the day on which they confirmed it (UTC).

    What is paid is confirmed, what is still promised is not. `within_plans`: no project can get more than the
    matching share of its plan; else plans are not looked at for that.
    """
    listed = list(projects)
    pledges = _pledges(listed, last)
    first_ones = _first_ones(last)
    paid = _paid(listed)
    gifts: list[Gift] = []
    seen: set[str] = set()
    for pledge in pledges:
        at = pledge.confirmed_at
        if at is None or (first is not None and at.astimezone(dt.UTC).date() < first):
            continue
        who, stamp = _identity(pledge), at.astimezone(dt.UTC).isoformat(timespec="seconds")
        parts = {f"{pledge.public_id}-promised": (pledge.plan_amount_minor, False)} if pledge.status in OPEN else {}
        if pledge.group not in seen and paid.get(pledge.group):
            parts[f"{pledge.group}-paid"] = (paid[pledge.group], True)
        seen.add(pledge.group)
        gifts += [
            Gift(
                id=name,
                project=pledge.project.public_id,
                donor=who,
                amount=amount,
                at=stamp,
                confirmed=confirmed,
                first_time=pledge.group in first_ones,
            )
            for name, (amount, confirmed) in sorted(parts.items())
        ]
    facts = _facts(listed, within_plans=within_plans)
    return Past(gifts=gifts[:MOST_GIFTS], projects=facts, cut=len(gifts) > MOST_GIFTS)


def past_from_table(content: bytes, currency: str) -> Past:
    """Return the gifts of a table, as `match_simulate` reads it. Raises TableError, also for one that is too long."""
    if len(content) > MOST_BYTES:
        raise TableError(1, f"has more than {MOST_BYTES} bytes")
    if content.count(b"\n") > MOST_ROWS:
        raise TableError(MOST_ROWS + 2, f"is one line too many: at most {MOST_ROWS} are read")
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(content)
        file.flush()
        return Past(gifts=contributions_read(Path(file.name), currency), projects={})


def rule_with_pool(data: Mapping[str, Any], pool_minor: int) -> dict[str, Any]:
    """Return a rule's data with so much money (minor units), as a simulation states it."""
    places = exponent(data["currency"])
    whole, rest = divmod(pool_minor, 10**places)
    return {**data, "pool": f"{whole}.{rest:0{places}}" if rest else whole}


def _pledges(projects: list[Project], last: dt.date | None) -> list[Pledge]:
    found = Pledge.objects.filter(project__in=projects, party=Party.DONORS, pool_ref="", status__in=IN_LEDGER)
    if last is not None:
        found = found.filter(confirmed_at__date__lte=last)
    return list(found.select_related("project", "donor", "contact").order_by("id"))


def _first_ones(last: dt.date | None) -> frozenset[str]:
    """Return the groups that were the first gift of their donor to any project."""
    found = Pledge.objects.filter(party=Party.DONORS, pool_ref="", status__in=IN_LEDGER)
    if last is not None:
        found = found.filter(confirmed_at__date__lte=last)
    first: dict[str, str] = {}
    for pledge in found.select_related("donor", "contact").order_by("confirmed_at", "id"):
        first.setdefault(_identity(pledge), pledge.group)
    return frozenset(first.values())


def _identity(pledge: Pledge) -> str:
    contact = getattr(pledge, "contact", None)
    account = pledge.donor.public_id if pledge.donor is not None else ""
    return identity_of(contact.value if contact is not None else "", account, pledge.group)


def _paid(projects: list[Project]) -> dict[str, int]:
    found = Payment.objects.filter(project__in=projects, status=PaymentStatus.CONFIRMED)
    found = found.exclude(kind__in=[PaymentKind.POOL, PaymentKind.VILLAGE]).exclude(group="")
    return {group: int(total) for group, total in found.values_list("group").annotate(total=Sum(PLAN_MINOR)).order_by()}


def _facts(projects: list[Project], *, within_plans: bool) -> dict[str, ProjectFacts]:
    village_paid: dict[int, int] = defaultdict(int)
    found = Payment.objects.filter(project__in=projects, kind=PaymentKind.VILLAGE, status=PaymentStatus.CONFIRMED)
    for project, total in found.values_list("project").annotate(total=Sum("amount_minor")).order_by():
        if project is not None:
            village_paid[project] = int(total)
    return {project.public_id: _fact(project, village_paid[project.pk], within_plans) for project in projects}


def _fact(project: Project, village_paid: int, within_plans: bool) -> ProjectFacts:
    shares = {share.party: share.amount_minor for share in project.shares.all()}
    ancestors = [project.village, *place_ancestors(project.village)]
    return ProjectFacts(
        id=project.public_id,
        category=project.category,
        oblast=next((place.soate for place in ancestors if place.kind in OBLASTS), ""),
        village=project.village.soate,
        shares=shares,
        rest=shares.get(Party.MATCHING, 0) if within_plans else None,
        village_paid=village_paid,
    )
