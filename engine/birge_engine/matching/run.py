"""From a rule and its gifts to what each project gets: the one way the platform, a simulation and a verifier go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ..split import largest_remainder
from .common import PRO_RATA, share_out
from .model import Allocation, Drawn, Gift, ProjectFacts, Result, Standing
from .rules import Rule

NOTHING: Mapping[str, ProjectFacts] = {}
NO_GIFTS, MATCHED_ALREADY = "no_gifts", "matched_already"
# These look at what donors did for a project, not at single soms: they take none, and leave all to other rules.
FOR_PROJECTS = frozenset({"challenge", "lump"})


def gift_draw(
    rule: Rule, gift: Gift, project: ProjectFacts, standing: Standing, *, first_time: bool | None = None
) -> Drawn:
    """Return what a gift draws as things stand (smallest units), also if the gift itself is not eligible.

    `first_time`: whether the donor has never given before. Raises ValueError for a negative amount.
    """
    which = rule.eligible.gift_refusal(gift, first_time)
    return Drawn(0, 0, f"not_eligible:{which}") if which else rule.draw(gift.amount, project, standing)


class Tally:
    """How things stand with one rule while gifts come in, one after the other."""

    def __init__(self, rule: Rule) -> None:
        """Begin with a full pool."""
        self._rule = rule
        self.pool_rest = rule.pool
        self._matched: Counter[str] = Counter()
        self._given: Counter[str] = Counter()
        self._donor: dict[str, tuple[int, int, int]] = {}  # counted, matched, gifts
        self._here: dict[tuple[str, str], tuple[int, int]] = {}  # counted, gifts

    def standing(self, gift: Gift) -> Standing:
        """Return how things stand for a gift that comes now."""
        donor = self._rule.eligible.donor(gift)
        counted, matched, gifts = self._donor.get(donor, (0, 0, 0))
        counted_here, gifts_here = self._here.get((donor, gift.project), (0, 0))
        return Standing(
            pool_rest=self.pool_rest,
            project_matched=self._matched[gift.project],
            project_given=self._given[gift.project],
            donor_counted=counted,
            donor_matched=matched,
            donor_gifts=gifts,
            donor_gifts_here=gifts_here,
            donor_counted_here=counted_here,
        )

    def now(self, project: ProjectFacts) -> ProjectFacts:
        """Return the project with what its plan lacks now, after what this rule has matched since the beginning."""
        if project.rest is None:
            return project
        return replace(project, rest=project.rest - self._matched[project.id])

    def add(self, gift: Gift, drawn: Drawn) -> None:
        """Take note of an eligible gift, and of what it drew."""
        donor, one = self._rule.eligible.donor(gift), int(drawn.matched > 0)
        counted, matched, gifts = self._donor.get(donor, (0, 0, 0))
        self._donor[donor] = (counted + drawn.counted, matched + drawn.matched, gifts + one)
        here = (donor, gift.project)
        counted_here, gifts_here = self._here.get(here, (0, 0))
        self._here[here] = (counted_here + drawn.counted, gifts_here + one)
        self._matched[gift.project] += drawn.matched
        self._given[gift.project] += gift.amount
        if self.pool_rest is not None:
            self.pool_rest -= drawn.matched


def allocate(rule: Rule, gifts: Iterable[Gift], projects: Mapping[str, ProjectFacts] | None = None) -> Result:
    """Return what each project gets by a rule, with the reason; allocations are sorted by project.

    `projects` holds what is known of projects, also of those without gifts. Rules that work gift by gift take the
    gifts in the order of (at, id); so the order in which they are handed in never counts. Raises ValueError if two
    gifts have one id, or an amount is negative.
    """
    ordered = _in_order(gifts)
    facts = {gift.project: ProjectFacts(gift.project) for gift in ordered} | dict(projects or NOTHING)
    refused = _refused(rule, ordered)
    found = (_by_gift if rule.by_gift else _as_round)(rule, ordered, facts, refused)
    given: Counter[str] = Counter()
    for gift in ordered:
        given[gift.project] += gift.amount
    rows = {each.project: each for each in found.allocations}
    empty = Allocation("", 0, 0, NO_GIFTS)
    return replace(
        found,
        allocations=[
            replace(rows.get(name, empty), project=name, contributed=given[name]) for name in sorted(facts | rows)
        ],
    )


def combine(
    rules: Sequence[Rule],
    gifts: Iterable[Gift],
    projects: Mapping[str, ProjectFacts] | None = None,
    *,
    pool: int | None = None,
) -> list[Result]:
    """Return what each rule gives, in the stated order.

    What one som attracts is not offered to a later rule, unless that has `stack`; challenges and lumps look at all
    that was given, and take nothing from others. What one rule gives lowers what the project's plan still lacks
    (`rest`) for the next. `pool`: one pool (smallest units) that all these rules share, beside what each may give.
    """
    ordered, facts, results = _in_order(gifts), dict(projects or NOTHING), []
    taken: dict[str, int] = {}
    for given_rule in rules:
        rule = given_rule if pool is None else replace(given_rule, pool=_lower(given_rule.pool, pool))
        whole = rule.stack or rule.kind in FOR_PROJECTS
        result = _offered(rule, ordered, facts, {} if whole else taken)
        results.append(result)
        if rule.kind not in FOR_PROJECTS:
            for gift_id, counted in _attracted(rule, ordered, result, {} if whole else taken).items():
                before = taken.get(gift_id, 0)
                taken[gift_id] = max(before, counted) if whole else before + counted
        for each in result.allocations:
            known = facts.get(each.project)
            if known is not None and known.rest is not None:
                facts[each.project] = replace(known, rest=known.rest - _smallest(rule, each.matched))
        if pool is not None:
            pool -= _smallest(rule, result.total)
    return results


def split_between(amount: int, pools: Sequence[int]) -> list[int]:
    """Draw a match from several funders in proportion to what each has left (smallest units), never more than that.

    By largest remainder, ties to the earlier; if all together have less than `amount`, all that they have. An
    overdrawn one gives nothing. Raises ValueError for a negative amount.
    """
    if amount < 0:
        raise ValueError("an amount cannot be negative")
    have = [max(0, pool) for pool in pools]
    return largest_remainder(min(amount, sum(have)), have)


def _in_order(gifts: Iterable[Gift]) -> list[Gift]:
    ordered = sorted(gifts, key=lambda gift: (gift.at, gift.id))
    seen: set[str] = set()
    for gift in ordered:
        if gift.amount < 0:
            raise ValueError(f"the amount of {gift.id!r:.80} is negative")
        if gift.id in seen:
            raise ValueError(f"two gifts are called {gift.id!r:.80}")
        seen.add(gift.id)
    return ordered


def _first_times(rule: Rule, ordered: Sequence[Gift]) -> dict[str, bool]:
    """Return for each gift's id whether it is its donor's first, if the rule asks. A mere pledge is not one yet."""
    first: dict[str, bool] = {}
    seen: set[str] = set()
    if not rule.eligible.first_time_donors:
        return first
    for gift in ordered:
        donor = rule.eligible.donor(gift)
        first[gift.id] = gift.first_time is not False and donor not in seen
        if gift.confirmed or not rule.eligible.confirmed_only:
            seen.add(donor)
    return first


def _refused(rule: Rule, ordered: Sequence[Gift]) -> dict[str, str]:
    """Return the code for each gift (id) that is not eligible itself, wherever it goes."""
    first = _first_times(rule, ordered)
    found = ((gift.id, rule.eligible.gift_refusal(gift, first.get(gift.id))) for gift in ordered)
    return {gift_id: f"not_eligible:{which}" for gift_id, which in found if which is not None}


def _by_gift(rule: Rule, ordered: Sequence[Gift], facts: Mapping[str, ProjectFacts], refused: dict[str, str]) -> Result:
    fine = rule.finer(rule.factor)
    if rule.factor > 1:
        facts = {name: _finer(each, rule.factor) for name, each in facts.items()}
    pro_rata = rule.when_dry == PRO_RATA
    tally = Tally(replace(fine, pool=None) if pro_rata else fine)
    drawn: dict[str, Drawn] = {}
    for gift in ordered:
        if gift.id in refused:
            drawn[gift.id] = Drawn(0, 0, refused[gift.id])
            continue
        one = gift if rule.factor == 1 else replace(gift, amount=gift.amount * rule.factor)
        drawn[gift.id] = fine.draw(one.amount, tally.now(facts[gift.project]), tally.standing(one))
        tally.add(one, drawn[gift.id])
    drawn = {
        gift_id: Drawn(each.matched // rule.step, -(-each.counted // rule.factor), each.why)
        for gift_id, each in drawn.items()
    }
    if pro_rata:
        drawn = _pro_rata(rule, drawn)
    matched: Counter[str] = Counter()
    reasons: dict[str, set[str]] = {}
    for gift in ordered:
        matched[gift.project] += drawn[gift.id].matched
        reasons.setdefault(gift.project, set()).add(drawn[gift.id].why)
    rows = [Allocation(name, 0, matched[name], _reason(whys)) for name, whys in sorted(reasons.items())]
    return Result(rows, rule.scale, drawn)


def _pro_rata(rule: Rule, drawn: dict[str, Drawn]) -> dict[str, Drawn]:
    """Scale down what the gifts would draw from a pool without a bottom; they stand in the order of (at, id)."""
    pool = None if rule.pool is None else rule.units(rule.pool)
    parts = share_out(pool, [each.matched for each in drawn.values()], rule.rounding)
    scaled = {}
    for (gift_id, each), part in zip(drawn.items(), parts, strict=True):
        scaled[gift_id] = each
        if part < each.matched:
            counted = -(-each.counted * part // each.matched)
            scaled[gift_id] = Drawn(part, counted, "pool_rest" if part else "pool_empty")
    return scaled


def _as_round(
    rule: Rule, ordered: Sequence[Gift], facts: Mapping[str, ProjectFacts], refused: dict[str, str]
) -> Result:
    out = {name: each for name, facts_ in facts.items() if (each := rule.refused(facts_)) is not None}
    kept = [
        replace(gift, donor=rule.eligible.donor(gift))
        for gift in ordered
        if gift.id not in refused and gift.project not in out
    ]
    found = rule.settle(kept, {name: each for name, each in facts.items() if name not in out})
    left = {gift.project for gift in kept}
    without: dict[str, set[str]] = {}
    for gift in ordered:
        if gift.project not in left and gift.project not in out:
            without.setdefault(gift.project, set()).add(refused[gift.id])
    rows = [
        replace(each, reason=_reason(without[each.project])) if each.project in without and not each.matched else each
        for each in found.allocations
    ]
    known = {each.project for each in rows}
    rows += [Allocation(name, 0, 0, _reason(whys)) for name, whys in without.items() if name not in known]
    return replace(found, allocations=rows + [Allocation(name, 0, 0, each.why) for name, each in out.items()])


def _reason(whys: set[str]) -> str:
    """Return the codes of a project's gifts in one text; `full` only if nothing held any of them back."""
    return ";".join(sorted(whys - {"full"})) or "full"


def _offered(
    rule: Rule, ordered: Sequence[Gift], facts: Mapping[str, ProjectFacts], taken: Mapping[str, int]
) -> Result:
    """Allocate what earlier rules have left of the gifts."""
    first = _first_times(rule, ordered)  # told from all gifts, also those of which nothing is left
    offers = [
        replace(gift, amount=gift.amount - taken.get(gift.id, 0), first_time=first.get(gift.id, gift.first_time))
        for gift in ordered
        if gift.amount > taken.get(gift.id, 0) or not gift.amount
    ]
    result = allocate(rule, offers, {gift.project: ProjectFacts(gift.project) for gift in ordered} | dict(facts))
    given: Counter[str] = Counter()
    offered = {gift.project for gift in offers}
    for gift in ordered:
        given[gift.project] += gift.amount
    rows = [
        replace(
            each,
            contributed=given[each.project],
            reason=MATCHED_ALREADY if given[each.project] and each.project not in offered else each.reason,
        )
        for each in result.allocations
    ]
    whole = {gift.id: Drawn(0, 0, MATCHED_ALREADY) for gift in ordered} if rule.by_gift else {}
    return replace(result, allocations=rows, gifts=whole | dict(result.gifts))


def _attracted(rule: Rule, ordered: Sequence[Gift], result: Result, taken: Mapping[str, int]) -> dict[str, int]:
    """Return how much of each gift has been matched now (smallest units); a round matches all of a gift or nothing."""
    if rule.by_gift:
        return {gift_id: each.counted for gift_id, each in result.gifts.items() if each.matched}
    refused, paid = _refused(rule, ordered), {each.project for each in result.allocations if each.matched}
    kept = (gift for gift in ordered if gift.project in paid and gift.id not in refused)
    return {gift.id: gift.amount - taken.get(gift.id, 0) for gift in kept}


def _finer(facts: ProjectFacts, factor: int) -> ProjectFacts:
    return replace(
        facts,
        shares={party: amount * factor for party, amount in facts.shares.items()},
        rest=None if facts.rest is None else facts.rest * factor,
        village_paid=facts.village_paid * factor,
    )


def _smallest(rule: Rule, matched: int) -> int:
    """Return what was matched in smallest units, rounded up."""
    return -(-matched * rule.step // rule.factor)


def _lower(first: int | None, second: int) -> int:
    return second if first is None else min(first, second)
