"""What one promise draws from the rules of pools: looked at under lock, reserved with the promise."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.db import transaction

from birge import clock
from birge_engine.matching import Drawn, Gift, ProjectFacts
from birge_engine.matching import Rule as EngineRule
from birge_engine.matching.rounds import rule_with
from birge_engine.matching.run import MATCHED_ALREADY
from funds.ledger.models import Entry
from funds.ledger.posting import EntryDraft
from projects.works.models import Party, Project

from ..donors import donor_of
from ..models import MatchDonor, Reservation, ReservationStatus, RoundGift, RuleStatus, RuleVersion
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
    """What a rule would do for a promise of this size, if it were confirmed now; a round only estimates."""

    version: RuleVersion
    matched: int
    why: str
    estimate: bool = False


@transaction.atomic
def rules_draw(*, project: Project, facts: ProjectFacts, giver: Giver) -> list[Draw]:
    """Return what a promise draws, rule by rule in their order; the caller posts the drafts beside the promise.

    What one som attracts under a rule is not offered to the next one, unless that one says so (`stack`). The rules
    are locked in their order. A round takes note of the promise, and gives at its end. For money that has come
    (`confirmed`), only rules that look at paid gifts alone are asked: the others were, when it was promised.
    """
    draws: list[Draw] = []
    taken = _taken(giver.pledge_ref) if giver.confirmed else 0
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
        quotes.append(Quote(version, drawn.matched, drawn.why))
        if drawn.matched:
            matched += drawn.matched
            taken = max(taken, drawn.counted) if rule.stack else taken + drawn.counted
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


def _taken(pledge_ref: str) -> int:
    """Return how much of a promise rules have matched already (minor units), as `rules_draw` counts it."""
    rows = Reservation.objects.filter(COUNTS, pledge_ref=pledge_ref, version__isnull=False).select_related("version")
    by_version: dict[RuleVersion, int] = {}
    for row in rows.order_by("version__rule__position", "id"):
        if row.version is not None:
            by_version[row.version] = by_version.get(row.version, 0) + row.counted_minor
    taken = 0
    for version, counted in by_version.items():
        taken = max(taken, counted) if rule_with(version.data, 0).stack else taken + counted
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
