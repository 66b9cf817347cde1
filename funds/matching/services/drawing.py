"""What one promise draws from the rules of pools: looked at under lock, reserved with the promise."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import QuerySet

from birge import clock
from birge_engine.matching import Drawn, Gift, ProjectFacts
from birge_engine.matching import Rule as EngineRule
from birge_engine.matching.rounds import rule_with
from birge_engine.matching.run import FOR_PROJECTS, MATCHED_ALREADY
from funds.ledger.models import Entry
from funds.ledger.posting import EntryDraft
from projects.works.models import Party, Project

from ..donors import donor_of
from ..models import MatchDonor, Reservation, ReservationStatus, RoundGift, RuleStatus, RuleVersion, Run
from ..rule_entries import reserved_draft
from ..rule_selectors import COUNTS, standing_of, versions_now
from .rules import rule_lock, rule_of


@dataclass(frozen=True)
class Giver:
    """One promise as rules see it: whose it is, when, for which pledge (`group`), after how much from others.

    `given` is what donors promised or brought for the project before (minor units); `first_time`: never gave before.
    """

    identity: str
    amount: int
    at: dt.datetime
    group: str
    given: int
    first_time: bool
    confirmed: bool = False  # its money is there already: `amount` is what came for `pledge_ref`
    pledge_ref: str = ""


@dataclass(frozen=True)
class Draw:
    """A reservation that a promise draws, before it is posted."""

    version: RuleVersion
    donor: MatchDonor
    drawn: Drawn
    draft: EntryDraft


@dataclass(frozen=True)
class Quote:
    """What a rule would do for a promise of this size, if it were confirmed now."""

    version: RuleVersion
    matched: int
    why: str
    taken: int = 0  # how much of the promise this rule and those before it match


@transaction.atomic
def rules_draw(*, project: Project, facts: ProjectFacts, giver: Giver) -> list[Draw]:
    """Return what a promise draws, rule by rule in their order; the caller posts the drafts beside the promise.

    What one som attracts under a rule is not offered to the next one, unless that one says so (`stack`). The rules
    are locked in their order. A round takes note of the promise, and gives at its end. For money that has come
    (`confirmed`), only rules that look at paid gifts alone are asked: the others were, when it was promised.
    """
    draws: list[Draw] = []
    taken = _taken(giver) if giver.confirmed else 0
    matched = 0
    for version in versions_now(custodian_id=project.custodian_id, currency=project.currency):
        if not _first_look(version, project, facts, giver):
            continue
        locked = _locked(version)
        if locked is None or (locked.pk != version.pk and not _first_look(locked, project, facts, giver)):
            continue
        rule = rule_of(locked)
        donor = donor_of(locked, giver.identity)
        if not rule.by_gift:
            _take_part(locked, project, giver, donor)
            continue
        if giver.confirmed != rule.eligible.confirmed_only or (giver.confirmed and _waits(locked, giver.pledge_ref)):
            continue
        drawn = _drawn(locked, rule, _left(facts, matched), giver, donor, taken)
        if drawn.matched:
            draft = reserved_draft(locked, drawn.matched, group=giver.group, tag=donor.tag)
            draws.append(Draw(locked, donor, drawn, draft))
            matched += drawn.matched
            taken = max(taken, drawn.counted) if rule.stack else taken + drawn.counted
    return draws


def rules_quote(*, project: Project, facts: ProjectFacts, giver: Giver) -> list[Quote]:
    """Return what each rule that looks at this project would do for the promise; the confirmation decides.

    Rounds are left out: see `rounds.round_estimate`.
    """
    quotes: list[Quote] = []
    if Party.MATCHING not in facts.shares:
        return quotes
    taken = matched = 0
    # Rules that look at paid gifts are asked when the money comes: after all others.
    versions = versions_now(custodian_id=project.custodian_id, currency=project.currency)
    for version in sorted(versions, key=lambda each: bool(rule_of(each).eligible.confirmed_only)):
        rule = rule_of(version)
        refusal = rule.eligible.project_refusal(facts)
        if refusal is not None or not rule.by_gift:
            continue
        # What is matched only once it is paid is quoted as if it were: the words say so.
        why = rule.eligible.gift_refusal(replace(_gift(project, giver), confirmed=True), giver.first_time)
        if why is not None:
            quotes.append(Quote(version, 0, f"not_eligible:{why}"))
            continue
        donor = MatchDonor.objects.filter(version=version, identity=giver.identity).first()
        drawn = _drawn(version, rule, _left(facts, matched), giver, donor, taken)
        if drawn.matched:
            matched += drawn.matched
            taken = max(taken, drawn.counted) if rule.stack else taken + drawn.counted
        quotes.append(Quote(version, drawn.matched, drawn.why, taken))
    return quotes


@transaction.atomic
def draws_keep(
    *, project: Project, pledge_ref: str, draws: list[Draw], entries: list[Entry], group: str, until: dt.date
) -> list[Reservation]:
    """Write down what `entries` booked for `draws`, in the same order."""
    return [
        Reservation.objects.create(
            version=draw.version,
            donor=draw.donor,
            project=project,
            pledge_ref=pledge_ref,
            amount_minor=draw.drawn.matched,
            counted_minor=draw.drawn.counted,
            currency=project.currency,
            entry_id=entry.id,
            until=until,
            group=group,
            reserved_at=clock.now(),
        )
        for draw, entry in zip(draws, entries, strict=True)
    ]


def _drawn(
    version: RuleVersion, rule: EngineRule, facts: ProjectFacts, giver: Giver, donor: MatchDonor | None, taken: int
) -> Drawn:
    offered = giver.amount if rule.stack else giver.amount - taken
    if offered <= 0:
        return Drawn(0, 0, MATCHED_ALREADY)
    return rule.draw(offered, facts, standing_of(version, facts.id, donor, given=giver.given))


def _locked(version: RuleVersion) -> RuleVersion | None:
    """Return the text of the rule that counts now, its rule locked; None if it matches nothing any more."""
    rule = rule_lock(version.rule)
    if rule.status != RuleStatus.PUBLISHED:
        return None
    newest = rule.versions.get(superseded_at=None)
    newest.rule = rule
    return newest


def _waits(version: RuleVersion, pledge_ref: str) -> bool:
    """Say whether the rule matched this promise already, and the payment it was for was put right: it gives that."""
    live = Reservation.objects.filter(pledge_ref=pledge_ref, status=ReservationStatus.RESERVED)
    return live.filter(version__rule=version.rule).exists()


def _left(facts: ProjectFacts, matched: int) -> ProjectFacts:
    return facts if facts.rest is None else replace(facts, rest=facts.rest - matched)


def _taken(giver: Giver) -> int:
    """Return how much of what came rules have matched already (minor units), as `rules_draw` counts it."""
    if matched_in_rounds({giver.group}):
        return giver.amount  # a round matched all of the promise
    rows = Reservation.objects.filter(COUNTS, pledge_ref=giver.pledge_ref, version__isnull=False)
    return sum(counted_by_group(rows).values())


def counted_by_group(rows: QuerySet[Reservation]) -> dict[str, int]:
    """Return how much of each gift (its group) these reservations of rules match: a som that two match counts once."""
    ordered = rows.select_related("version").order_by("version__rule__position", "id")
    by_version: dict[tuple[str, RuleVersion], int] = {}
    for row in ordered:
        if row.version is not None:
            key = row.group, row.version
            by_version[key] = by_version.get(key, 0) + row.counted_minor
    taken: dict[str, int] = {}
    for (group, version), counted in by_version.items():
        before = taken.get(group, 0)
        taken[group] = max(before, counted) if rule_with(version.data, 0).stack else before + counted
    return taken


def matched_in_rounds(groups: set[str]) -> dict[str, int]:
    """Return how much of these gifts settled rounds have matched: all that took part for a project that got any."""
    taken: dict[str, int] = {}
    runs = Run.objects.filter(given__isnull=False, version__round_gifts__group__in=groups).distinct()
    for report in runs.values_list("report", flat=True):
        content = json.loads(report)
        if content["data"]["kind"] in FOR_PROJECTS:
            continue
        paid = {row["project"] for row in content["results"] if row["matched"]}
        for gift in content["gifts"]:
            if gift["group"] in groups and gift["project"] in paid:
                taken[gift["group"]] = max(taken.get(gift["group"], 0), gift["amount"])
    return taken


def _first_look(version: RuleVersion, project: Project, facts: ProjectFacts, giver: Giver) -> bool:
    """Say whether the rule looks at such a gift at all; what it draws is decided under its lock."""
    if Party.MATCHING not in facts.shares:
        return False
    rule: EngineRule = rule_of(version)
    if rule.eligible.project_refusal(facts) is not None:
        return False
    # Whether it is paid is looked at later: a round has to know every gift.
    gift = replace(_gift(project, giver), confirmed=True)
    return rule.eligible.gift_refusal(gift, giver.first_time) is None


def _gift(project: Project, giver: Giver) -> Gift:
    return Gift(
        id=giver.group,
        project=project.public_id,
        donor=giver.identity,
        amount=giver.amount,
        at=giver.at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        confirmed=giver.confirmed,
        first_time=giver.first_time,
    )


def _take_part(version: RuleVersion, project: Project, giver: Giver, donor: MatchDonor) -> None:
    RoundGift.objects.get_or_create(
        version=version,
        group=giver.group,
        defaults={"donor": donor, "project": project, "at": giver.at, "first_time": giver.first_time},
    )
