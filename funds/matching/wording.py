"""A rule in plain sentences, made from its data alone: a villager reads exactly what the machine computes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge_engine.matching import Eligibility, Rule, exponent, rule_parse
from birge_engine.matching.common import DOWN, FIRST_COME
from birge_engine.matching.eligible import ACCOUNTS
from birge_engine.matching.rounds import rule_with

from .wording_kinds import KINDS, divides
from .wording_parts import category_names, day_of, oblast_names, sum_text, village_names
from .wording_why import reason_words, why_words

__all__ = ["reason_words", "rule_words", "why_words"]
HOME = "KGS"  # its sums say what they are


def rule_words(data: Mapping[str, Any], language: str) -> list[str]:
    """Return a rule as short sentences in `language`. Raises RuleError for data that are no rule.

    Two rules that compute different things have different words. What a simulation's rule knows of single projects
    (`projects`) is not said.
    """
    # A published rule names no pool, which some kinds need to be read.
    rule = rule_parse(data) if data.get("pool") is not None else rule_with(data, 0)
    with translation.override(language):
        return list(_sentences(rule, stated_pool=data.get("pool") is not None))


def _sentences(rule: Rule, *, stated_pool: bool) -> Iterator[str]:
    yield from KINDS[rule.kind](rule)
    if rule.cap_per_project is not None:
        yield _("At most %(sum)s for one project.") % {"sum": sum_text(rule.cap_per_project, rule.currency)}
    yield from _for_what(rule.eligible, rule.currency)
    yield from _for_whom(rule.eligible, by_gift=rule.by_gift)
    yield from _days(rule.eligible)
    if stated_pool and rule.pool is not None:
        yield _("In all there is %(sum)s for it.") % {"sum": sum_text(rule.pool, rule.currency)}
    yield from _when_dry(rule)
    if rule.stack:
        yield _("It also matches what another rule has matched already.")
    elif rule.by_gift:
        yield _("What an earlier rule has matched, this one does not match again.")
    if not rule.by_gift:
        yield _("This is a round: until its last day there are only estimates, then it is settled for all projects.")
    if rule.currency != HOME:
        yield _("It counts in %(currency)s.") % {"currency": rule.currency}
    if rule.scale != exponent(rule.currency):
        words = ngettext(
            "Sums are reckoned to %(n)s place behind the point.",
            "Sums are reckoned to %(n)s places behind the point.",
            rule.scale,
        )
        yield words % {"n": rule.scale}


def _for_what(eligible: Eligibility, currency: str) -> Iterator[str]:
    if eligible.categories is not None:
        yield _("Only for this work: %(kinds)s.") % {"kinds": category_names(eligible.categories)}
    if eligible.oblasts is not None:
        yield _("Only in: %(oblasts)s.") % {"oblasts": oblast_names(eligible.oblasts)}
    if eligible.villages is not None:
        yield _("Only for these places: %(places)s.") % {"places": village_names(eligible.villages)}
    if eligible.min_project is not None:
        yield _("Only for projects that cost %(sum)s or more.") % {"sum": sum_text(eligible.min_project, currency)}
    if eligible.max_project is not None:
        yield _("Only for projects that cost %(sum)s or less.") % {"sum": sum_text(eligible.max_project, currency)}


def _for_whom(eligible: Eligibility, *, by_gift: bool) -> Iterator[str]:
    if eligible.first_time_donors:
        yield _("Only for the first gift of a person.")
    if eligible.confirmed_only:
        yield _("Only money that has been paid counts; a promise does not count yet.")
    elif not by_gift:
        yield _("Promises that are not paid yet count too.")
    if eligible.donors == ACCOUNTS:
        yield _("Each account counts as a person of its own, also where one pays for several.")


def _days(eligible: Eligibility) -> Iterator[str]:
    if eligible.since and eligible.until:
        words = {"first": day_of(eligible.since), "last": day_of(eligible.until)}
        yield _("First day: %(first)s. Last day: %(last)s.") % words
    elif eligible.since:
        yield _("First day: %(first)s.") % {"first": day_of(eligible.since)}
    elif eligible.until:
        yield _("Last day: %(last)s.") % {"last": day_of(eligible.until)}


def _when_dry(rule: Rule) -> Iterator[str]:
    if rule.by_gift or rule.kind == "challenge":
        if rule.when_dry != FIRST_COME:
            yield _("If the money is not enough for all, every match becomes smaller by the same part.")
        elif rule.by_gift:
            yield _("Who promises first is matched first, as long as the money lasts.")
        else:
            yield _("The project that reaches the goal first gets it first, as long as the money lasts.")
    if divides(rule) and rule.rounding == DOWN:
        yield _("What is divided is rounded down; what is left over stays in the pool.")
