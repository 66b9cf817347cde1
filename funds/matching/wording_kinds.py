"""The sentences of each kind of rule. Every field of the kind is in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge_engine.matching import Rule
from birge_engine.matching.common import FIRST_COME
from birge_engine.matching.quadratic import BOUNDED, CAPITAL, NORMALISED, PAIRWISE, ROOTS
from birge_engine.matching.shares import SCALE, WAIT, Party
from birge_engine.matching.tiers import DONOR, GIFT, PROJECT, Tier

from .wording_parts import (
    day_of,
    number_text,
    party_name,
    project_names,
    rate_text,
    rate_texts,
    share_text,
    sum_text,
)


def divides(rule: Rule) -> bool:
    """Say whether money is ever divided by this rule, so that rounding means something."""
    if rule.by_gift or rule.kind == "challenge":
        return rule.when_dry != FIRST_COME
    return True


def _proportional(rule: Any) -> Iterator[str]:
    base, added = rate_texts(rule.rate, rule.currency)
    if not rule.rate:
        yield _("This pool adds nothing.")
    elif rule.currency == "KGS" and rule.rate.denominator == 1:
        yield _("For each som you give, this pool adds %(added)s.") % {"added": added}
    else:
        yield _("For each %(base)s you give, this pool adds %(added)s.") % {"base": base, "added": added}
    limits = (
        (rule.counted_per_contribution, _("Of one gift %(sum)s counts at most.")),
        (rule.cap_per_contribution, _("At most %(sum)s for one gift.")),
        (rule.cap_per_donor, _("At most %(sum)s for one person.")),
    )
    for limit, words in limits:
        if limit is not None:
            yield words % {"sum": sum_text(limit, rule.currency)}
    if rule.gifts_per_donor is not None:
        words = ngettext(
            "Each person is matched %(n)s time at most.",
            "Each person is matched %(n)s times at most.",
            rule.gifts_per_donor,
        )
        yield words % {"n": rule.gifts_per_donor}
    if rule.gifts_per_donor_here is not None:
        words = ngettext(
            "Each person is matched %(n)s time at most for one project.",
            "Each person is matched %(n)s times at most for one project.",
            rule.gifts_per_donor_here,
        )
        yield words % {"n": rule.gifts_per_donor_here}


def _shares(rule: Any) -> Iterator[str]:
    parts = ", ".join(f"{party_name(each.party)} {share_text(each.share)}" for each in rule.parties)
    yield _("Several parties bring the plan together, each its share: %(parts)s.") % {"parts": parts}
    yield _("This pool stands for: %(party)s. It pays in step with the donors: their half of the way, its half.") % {
        "party": party_name(rule.pool_party)
    }
    for each in rule.parties:
        yield from _party(each, rule.currency)
    if rule.minimum_project is not None:
        yield _("Only for plans of %(sum)s or more.") % {"sum": sum_text(rule.minimum_project, rule.currency)}
    if rule.maximum_project is not None:
        yield _("Only for plans of %(sum)s or less.") % {"sum": sum_text(rule.maximum_project, rule.currency)}
    if rule.village_first:
        yield _("It adds nothing before the village has paid its whole share.")
    if rule.short == WAIT:
        yield _("If somebody brings too little, the plan waits.")
    elif rule.short == SCALE:
        yield _("If somebody brings too little, the whole plan becomes smaller in the same measure.")
    else:
        yield _("If somebody brings too little, this one brings what lacks: %(party)s.") % {
            "party": party_name(rule.taker)
        }


def _party(party: Party, currency: str) -> Iterator[str]:
    words = {"party": party_name(party.party)}
    if party.min_share:
        yield _("The least share: %(party)s, %(share)s.") % {**words, "share": share_text(party.min_share)}
    if party.max_share != 1:
        yield _("The largest share: %(party)s, %(share)s.") % {**words, "share": share_text(party.max_share)}
    if party.cap is not None:
        yield _("The largest sum for one project: %(party)s, %(sum)s.") % {
            **words,
            "sum": sum_text(party.cap, currency),
        }


def _tiers(rule: Any) -> Iterator[str]:
    if rule.per == GIFT:
        yield _("The larger the gift, the more is added; one rate for the whole gift.")
    elif rule.per == PROJECT:
        yield _("The more people give to a project, the more is added to all that they gave.")
    elif rule.per == DONOR:
        yield _("What is added goes by what one person gives to all projects together.")
    else:
        yield _("What is added goes by what one person gives to one project.")
    for number, tier in enumerate(rule.tiers):
        yield _tier(rule, tier, first=number == 0)
    if rule.per == PROJECT:
        yield _proportion()


def _tier(rule: Any, tier: Tier, *, first: bool) -> str:
    words: dict[str, Any] = {"rate": rate_text(tier.rate, rule.currency)}
    if rule.per == PROJECT:
        words["n"] = tier.limit
        said = ngettext("From %(n)s person on: %(rate)s.", "From %(n)s people on: %(rate)s.", tier.limit or 0)
        return said % words
    words["sum"] = "" if tier.limit is None else sum_text(tier.limit, rule.currency)
    if rule.per == GIFT:
        return _("A gift of %(sum)s or more: %(rate)s.") % words
    if tier.limit is None:
        return (_("On everything: %(rate)s.") if first else _("On all that comes after: %(rate)s.")) % words
    if first:
        return _("On the first %(sum)s: %(rate)s.") % words
    return _("Then, until it is %(sum)s in all: %(rate)s.") % words


def _challenge(rule: Any) -> Iterator[str]:
    currency, goal = rule.currency, rule.goal
    yield _("A project gets %(sum)s if it reaches the goal.") % {"sum": sum_text(rule.amount, currency)}
    if goal.donors is not None:
        words = ngettext("The goal: %(n)s person gives.", "The goal: %(n)s different people give.", goal.donors)
        yield words % {"n": goal.donors}
    if goal.raised is not None:
        yield _("The goal: donors bring %(sum)s.") % {"sum": sum_text(goal.raised, currency)}
    if goal.raised_share is not None:
        yield _("The goal: donors bring this part of the plan: %(share)s.") % {"share": share_text(goal.raised_share)}
    if goal.village_paid_share is not None:
        yield _("The goal: the village has paid this part of its share: %(share)s.") % {
            "share": share_text(goal.village_paid_share)
        }
    if goal.by is not None:
        yield _("For the goal, gifts up to this day count: %(day)s.") % {"day": day_of(goal.by)}


def _quadratic(rule: Any) -> Iterator[str]:
    yield _("The more people give to a project, the more it gets: many small gifts draw more than one large gift.")
    in_pairs = rule.variant in (PAIRWISE, BOUNDED)
    if in_pairs:
        yield _("Each two people who give to the same project draw something, less if the two give together often.")
    if rule.variant != ROOTS:
        yield _("One person alone draws nothing.")
    # “c” is what one person gave to the project.
    formula = {
        NORMALISED: "(Σ√c)² − Σc",
        CAPITAL: "α · ((Σ√c)² − Σc), α ≤ 1",
        ROOTS: "Σ√c",
        PAIRWISE: "Σ √(a·b) · (M + 1) / T",
        BOUNDED: "Σ √(a·b) · M / (M + T)",
    }
    if rule.variant == CAPITAL and rule.spend_all:
        formula[CAPITAL] = "α · ((Σ√c)² − Σc)"
    yield _("The formula: %(formula)s.") % {"formula": formula[rule.variant]}
    if in_pairs:
        yield _("In it M is %(sum)s.") % {"sum": sum_text(rule.threshold, rule.currency)}
    if rule.minimum_contribution:
        yield _("Less than %(sum)s from one person does not count.") % {
            "sum": sum_text(rule.minimum_contribution, rule.currency)
        }
    if rule.spend_all or rule.variant == ROOTS:
        yield _("All the money is given out, divided by this formula.")
    else:
        yield _proportion()
    if rule.variant == NORMALISED:
        yield _("Where the money was divided, what a limit cuts off goes to the other projects.")
    if rule.unit_value is not None:
        yield _("Where donors are secret, one unit of their sums is %(sum)s.") % {
            "sum": sum_text(rule.unit_value, rule.currency)
        }


def _lump(rule: Any) -> Iterator[str]:
    if rule.amount is not None:
        yield _("Each project that takes part gets %(sum)s.") % {"sum": sum_text(rule.amount, rule.currency)}
        yield _proportion()
    elif rule.weights is None:
        yield _("The money is divided equally among the projects that take part.")
    else:
        yield _("The money is divided among these projects by their weights.")
    if rule.weights is not None:
        names = project_names(sorted(rule.weights))
        for ref, weight in sorted(rule.weights.items()):
            if weight:
                yield _("The weight of %(project)s: %(weight)s.") % {
                    "project": names[ref],
                    "weight": number_text(weight),
                }
        yield _("Other projects get nothing.")


def _proportion() -> str:
    return _("If the money is not enough, every project gets the same part of it.")


KINDS: dict[str, Callable[[Any], Iterator[str]]] = {
    "proportional": _proportional,
    "shares": _shares,
    "tiers": _tiers,
    "challenge": _challenge,
    "quadratic": _quadratic,
    "lump": _lump,
}
