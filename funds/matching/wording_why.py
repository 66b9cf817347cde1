"""Why a rule adds no more, in words: for every code that the engine can give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .wording_parts import day_of

FULL = "full"
WORDS: dict[str, Any] = {
    FULL: gettext_lazy("Nothing holds it back."),
    "counted": gettext_lazy("Only a part of so large a gift counts here."),
    "cap_contribution": gettext_lazy("This pool adds no more to one gift."),
    "cap_donor": gettext_lazy("This pool adds no more for one person."),
    "cap_project": gettext_lazy("This pool adds no more to one project."),
    "plan_full": gettext_lazy("The plan of this project takes no more matching money."),
    "pool_rest": gettext_lazy("No more is left in this pool."),
    "pool_empty": gettext_lazy("Nothing is left in this pool."),
    "below_unit": gettext_lazy("The gift is too small for this rule."),
    "zero_rate": gettext_lazy("By this rule nothing is added here."),
    "once": gettext_lazy("This pool matches each person once, and it has matched you."),
    "village_first": gettext_lazy("This pool waits until the village has paid its share."),
    "matched_already": gettext_lazy("Another rule has matched this already."),
    "no_gifts": gettext_lazy("Nobody has given yet."),
    "lone_donor": gettext_lazy("One person alone draws nothing here; from two on it does."),
    "no_weight": gettext_lazy("This project has no weight in this rule."),
    "pool_share": gettext_lazy("The money was divided among all: this is its part."),
    "goal_donors": gettext_lazy("The goal is not reached: not enough people have given."),
    "goal_raised": gettext_lazy("The goal is not reached: not enough has been given."),
    "goal_raised_share": gettext_lazy("The goal is not reached: donors have brought too little of the plan."),
    "goal_village_paid_share": gettext_lazy("The goal is not reached: the village has paid too little of its share."),
    "not_eligible:categories": gettext_lazy("This pool is for other kinds of work."),
    "not_eligible:oblasts": gettext_lazy("This pool is for other oblasts."),
    "not_eligible:villages": gettext_lazy("This pool is for other places."),
    "not_eligible:min_project": gettext_lazy("This project is too small for this pool."),
    "not_eligible:max_project": gettext_lazy("This project is too large for this pool."),
    "not_eligible:minimum_project": gettext_lazy("This project is too small for this pool."),
    "not_eligible:maximum_project": gettext_lazy("This project is too large for this pool."),
    "not_eligible:from": gettext_lazy("This pool has not begun yet."),
    "not_eligible:until": gettext_lazy("The last day of this pool is over."),
    "not_eligible:first_time_donors": gettext_lazy("This pool is for the first gift of a person."),
    "not_eligible:confirmed_only": gettext_lazy("This pool matches only money that has been paid."),
}
# The same said of a project, where the reader is not the giver.
OF_PROJECTS: dict[str, Any] = {
    "counted": gettext_lazy("Of large gifts only a part counts."),
    "cap_donor": gettext_lazy("Some people reached the most for one person."),
    "once": gettext_lazy("Some people had been matched before."),
    "below_unit": gettext_lazy("Some gifts are too small for this rule."),
    "matched_already": gettext_lazy("Another rule has matched it already."),
    "not_eligible:from": gettext_lazy("Some gifts came before the first day."),
    "not_eligible:until": gettext_lazy("Some gifts came after the last day."),
    "not_eligible:first_time_donors": gettext_lazy("Some people had given before."),
    "not_eligible:confirmed_only": gettext_lazy("Some promises are not paid yet."),
}


def why_words(why: str, data: Mapping[str, Any] | None = None, language: str = "") -> str:
    """Return why a rule adds no more to somebody's gift, said to the giver. `data`: the rule, for more exact words.

    Raises KeyError for a code that the engine does not give. `language`: the active one unless given.
    """
    if language:
        with translation.override(language):
            return why_words(why, data)
    if data and why == "once":
        return _once(data)
    if data and why == "not_eligible:from":
        return _("This pool begins on this day: %(day)s.") % {"day": day_of(data["eligible"]["from"])}
    return str(WORDS[why])


def reason_words(reason: str, language: str = "") -> str:
    """Return why a project gets no more, said of the project; a reason may hold several codes. `full` says nothing."""
    if language:
        with translation.override(language):
            return reason_words(reason)
    codes = [code for code in reason.split(";") if code != FULL]
    if "pool_rest" in codes:  # it got the last of it: that others of its gifts got nothing says the same once more
        codes = [code for code in codes if code != "pool_empty"]
    return " ".join(dict.fromkeys(str(OF_PROJECTS.get(code) or WORDS[code]) for code in codes))


def _once(data: Mapping[str, Any]) -> str:
    most, here = data.get("gifts_per_donor"), data.get("gifts_per_donor_here")
    if most is None and here == 1:
        return _("This pool matches each person once for one project, and it has matched you.")
    if most == 1 and here is None:
        return str(WORDS["once"])
    return _("This pool matches each person only so often, and it has matched you.")
