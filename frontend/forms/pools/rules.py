"""Matching rules asked for in plain words: a form for each kind, to the engine's data and back.

A form shows what most rules need. A rule that says more than its form is kept as data (`RuleTextForm`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from birge.money import Money
from birge.places.models import Place, PlaceKind
from birge_engine.matching import RuleError, amount_text, exponent
from birge_engine.matching.rounds import rule_with
from frontend.forms.parts import DayField, MoneyField
from frontend.presenters.words import language
from projects.works.models import Category

OBLASTS = (PlaceKind.OBLAST, PlaceKind.CITY_REPUBLICAN)
_DECIMAL = re.compile(r"\d{1,6}(?:[.,]\d{1,4})?")


class RateField(forms.CharField):
    """So much for each unit; cleaned to plain decimal text."""

    def __init__(self, **kwargs: Any) -> None:
        """Ask for a number pad."""
        super().__init__(
            max_length=12, widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), **kwargs
        )

    def clean(self, value: Any) -> str:
        """Return decimal text, or say what cannot be read."""
        text = str(super().clean(value)).strip()
        if text and not _DECIMAL.fullmatch(text):
            raise ValidationError(_("Please write a number, for example 1 or 0,5."))
        return text.replace(",", ".")


class PercentField(forms.IntegerField):
    """A part of a hundred."""

    def __init__(self, **kwargs: Any) -> None:
        """From 0 to 100."""
        super().__init__(min_value=0, max_value=100, widget=forms.NumberInput(attrs={"inputmode": "numeric"}), **kwargs)


class RuleFields(forms.Form):
    """What all kinds have: a cap for one project, for which work and where, and the days."""

    kind = ""
    is_round = False
    limits: ClassVar[tuple[str, ...]] = (
        "cap_per_project", "categories", "oblasts", "min_project", "max_project", "since",
    )  # fmt: skip
    cap_per_project = MoneyField(label=_("At most for one project"), required=False)
    categories = forms.MultipleChoiceField(
        label=_("Only for this work"),
        choices=Category.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: for every work."),
    )
    oblasts = forms.MultipleChoiceField(
        label=_("Only in these oblasts"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: everywhere."),
    )
    min_project = MoneyField(label=_("Only for projects that cost at least"), required=False)
    max_project = MoneyField(label=_("Only for projects that cost at most"), required=False)
    since = DayField(label=_("First day"), required=False)
    until = DayField(label=_("Last day"), required=False)
    currency: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the oblasts of today in the reader's language; a round has a last day."""
        super().__init__(*args, **kwargs)
        places = Place.objects.filter(kind__in=OBLASTS, valid_to=None).order_by("soate")
        named = [(place.soate, place.name(language()).text) for place in places]
        self.fields["oblasts"].choices = named  # type: ignore[attr-defined]
        self.fields["until"].required = self.is_round

    def rule_data(self) -> dict[str, Any]:
        """Return the rule as the engine reads it."""
        said = self.cleaned_data
        eligible = {
            "categories": said["categories"] or None,
            "oblasts": said["oblasts"] or None,
            "min_project": plain(said["min_project"]),
            "max_project": plain(said["max_project"]),
            "from": _iso(said["since"]),
            "until": _iso(said["until"]),
            "first_time_donors": said.get("first_time_donors") or None,
        }
        kept = {name: value for name, value in eligible.items() if value is not None}
        data = {
            "kind": self.kind,
            "currency": self.currency,
            "cap_per_project": plain(said["cap_per_project"]),
            "eligible": kept or None,
            **self.own_data(said),
        }
        return {name: value for name, value in data.items() if value is not None}

    def own_data(self, said: dict[str, Any]) -> dict[str, Any]:
        """Return what only this kind says."""
        raise NotImplementedError

    @classmethod
    def typed(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return what one would type to say this rule."""
        eligible = data.get("eligible") or {}
        names = ("categories", "oblasts", "min_project", "max_project", "until", "first_time_donors")
        return {
            "cap_per_project": data.get("cap_per_project"),
            **{name: eligible.get(name) for name in names},
            "since": eligible.get("from"),
            **cls.own_typed(data),
        }

    @classmethod
    def own_typed(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return what one would type for what only this kind says."""
        raise NotImplementedError


class Proportional(RuleFields):
    """So much for each som."""

    kind = "proportional"
    limits = ("cap_per_contribution", "cap_per_donor", "gifts_per_donor", *RuleFields.limits, "until",
              "first_time_donors")  # fmt: skip
    rate = RateField(label=_("How much does the pool add to each som?"), initial="1")
    cap_per_contribution = MoneyField(label=_("At most for one gift"), required=False)
    cap_per_donor = MoneyField(label=_("At most for one person"), required=False)
    gifts_per_donor = forms.IntegerField(
        label=_("How many gifts of one person"), min_value=1, max_value=1000, required=False
    )
    first_time_donors = forms.BooleanField(label=_("Only for the first gift of a person"), required=False)

    def own_data(self, said: dict[str, Any]) -> dict[str, Any]:
        """Return the rate and the caps."""
        return {
            "rate": said["rate"],
            "cap_per_contribution": plain(said["cap_per_contribution"]),
            "cap_per_donor": plain(said["cap_per_donor"]),
            "gifts_per_donor": said["gifts_per_donor"],
        }

    @classmethod
    def own_typed(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the rate and the caps."""
        return {name: data.get(name) for name in ("rate", "cap_per_contribution", "cap_per_donor", "gifts_per_donor")}


class Shares(RuleFields):
    """Each party brings its part of the plan."""

    kind = "shares"
    limits = (*RuleFields.limits, "until")
    donors = PercentField(label=_("Donors bring, in %"), initial=50)
    village = PercentField(label=_("The village brings, in %"), initial=25)
    matching = PercentField(label=_("This pool brings, in %"), initial=25)

    def clean(self) -> dict[str, Any]:
        """Let the parts make a whole."""
        said = super().clean() or {}
        parts = [said.get(name) for name in ("donors", "village", "matching")]
        if None not in parts and sum(part or 0 for part in parts) != 100:
            self.add_error("matching", _("The three together must make 100."))
        return said

    def own_data(self, said: dict[str, Any]) -> dict[str, Any]:
        """Return the parties; one that brings nothing is none."""
        names = [name for name in ("donors", "village", "matching") if said[name]]
        return {"parties": [{"party": name, "share": f"{Decimal(said[name]) / 100}"} for name in names]}

    @classmethod
    def own_typed(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parts in per cent."""
        found = {each.get("party"): each.get("share") for each in data.get("parties", [])}
        return {name: _percent(found.get(name, 0)) for name in ("donors", "village", "matching")}


class Tiers(RuleFields):
    """A rate that goes by how much one person gives."""

    kind = "tiers"
    limits = (*RuleFields.limits, "until", "first_time_donors")
    per = forms.ChoiceField(
        label=_("What does the rate go by?"),
        choices=[
            ("donor", _("By what one person has given in all: first a high rate, then a lower one")),
            ("gift", _("By how large one gift is: a larger gift gets a higher rate")),
        ],
        widget=forms.RadioSelect,
        initial="donor",
    )
    limit_1 = MoneyField(label=_("First limit"), help_text=_("Up to it, or from it on."))
    rate_1 = RateField(label=_("Added to each som there"))
    limit_2 = MoneyField(label=_("Second limit"), required=False)
    rate_2 = RateField(label=_("Added to each som there"), required=False)
    first_time_donors = Proportional.base_fields["first_time_donors"]

    def clean(self) -> dict[str, Any]:
        """Ask for a limit where there is a rate; the other way round as well."""
        said = super().clean() or {}
        if said.get("limit_2") and not said.get("rate_2"):
            self.add_error("rate_2", _("Please say how much is added there."))
        if said.get("per") == "gift" and said.get("rate_2") and not said.get("limit_2"):
            self.add_error("limit_2", _("Please say from which sum on."))
        return said

    def own_data(self, said: dict[str, Any]) -> dict[str, Any]:
        """Return the brackets."""
        name = "up_to" if said["per"] == "donor" else "at_least"
        rows = [{name: plain(said["limit_1"]), "rate": said["rate_1"]}]
        if said["rate_2"]:
            rows.append({name: plain(said["limit_2"]), "rate": said["rate_2"]})
        rows = [{key: value for key, value in row.items() if value is not None} for row in rows]
        return {"per": said["per"], "tiers": rows}

    @classmethod
    def own_typed(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the first two brackets."""
        typed: dict[str, Any] = {"per": data.get("per")}
        for number, row in enumerate(list(data.get("tiers", []))[:2], start=1):
            typed |= {f"limit_{number}": row.get("up_to", row.get("at_least")), f"rate_{number}": row.get("rate")}
        return typed


class Challenge(RuleFields):
    """A sum for reaching a goal."""

    kind = "challenge"
    is_round = True
    amount_each = MoneyField(label=_("What does a project get that reaches the goal?"))
    goal_donors = forms.IntegerField(
        label=_("The goal: so many people give"), min_value=1, max_value=100_000, required=False
    )
    goal_raised = MoneyField(label=_("The goal: so much comes together"), required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for a goal."""
        said = super().clean() or {}
        if not said.get("goal_donors") and not said.get("goal_raised") and not self.errors:
            self.add_error("goal_donors", _("Please say what has to be reached: people, or money."))
        return said

    def own_data(self, said: dict[str, Any]) -> dict[str, Any]:
        """Return the sum and the goal."""
        goal = {"donors": said["goal_donors"], "raised": plain(said["goal_raised"])}
        return {
            "amount": plain(said["amount_each"]),
            "goal": {name: value for name, value in goal.items() if value is not None},
        }

    @classmethod
    def own_typed(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the sum and the goal."""
        goal = data.get("goal") or {}
        return {"amount_each": data.get("amount"), "goal_donors": goal.get("donors"), "goal_raised": goal.get("raised")}


class Quadratic(RuleFields):
    """Many people count more than much money."""

    kind = "quadratic"
    is_round = True
    limits = ("minimum_contribution", *RuleFields.limits)
    variant = forms.ChoiceField(
        label=_("How is it counted?"),
        choices=[
            ("normalised", _("As usual: the square of the sum of roots")),
            ("sum_of_roots", _("Gently: all the money goes by the sum of roots")),
            ("pairwise", _("Carefully: people who always give together count less")),
        ],
        widget=forms.RadioSelect,
        initial="normalised",
    )
    threshold = MoneyField(
        label=_("For “carefully”: the threshold"), required=False, help_text=_("The smaller, the more careful.")
    )
    minimum_contribution = MoneyField(label=_("Smaller gifts do not count"), required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for the threshold where it means something, and only there."""
        said = super().clean() or {}
        if said.get("variant") == "pairwise" and not said.get("threshold") and "threshold" not in self.errors:
            self.add_error("threshold", _("Please write the threshold, for example 25."))
        return said

    def own_data(self, said: dict[str, Any]) -> dict[str, Any]:
        """Return the variant and its numbers."""
        pairs = said["variant"] == "pairwise"
        return {
            "variant": said["variant"],
            "threshold": plain(said["threshold"]) if pairs else None,
            "minimum_contribution": plain(said["minimum_contribution"]),
        }

    @classmethod
    def own_typed(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the variant and its numbers."""
        return {name: data.get(name) for name in ("variant", "threshold", "minimum_contribution")}


class Lump(RuleFields):
    """The same for each project."""

    kind = "lump"
    is_round = True
    amount_each = MoneyField(
        label=_("How much for each project?"),
        required=False,
        help_text=_("Empty: the money is divided equally among all."),
    )

    def own_data(self, said: dict[str, Any]) -> dict[str, Any]:
        """Return the sum for each, if there is one."""
        return {"amount": plain(said["amount_each"])}

    @classmethod
    def own_typed(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the sum for each."""
        return {"amount_each": data.get("amount")}


KINDS: dict[str, type[RuleFields]] = {
    form.kind: form for form in (Proportional, Shares, Tiers, Challenge, Quadratic, Lump)
}


def fits(form: RuleFields, data: Mapping[str, Any]) -> bool:
    """Say whether a bound form says exactly this rule, nothing more and nothing less."""
    if not form.is_valid():
        return False
    try:
        return rule_with(form.rule_data(), 0) == rule_with(data, 0)
    except RuleError:
        return False


def plain(money: Money | None) -> str | None:
    """Return a sum as plain decimal text of whole units; None for none."""
    if money is None:
        return None
    text = amount_text(money.minor, exponent(money.currency))
    return text.rstrip("0").rstrip(".") if "." in text else text


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _percent(share: Any) -> Any:
    try:
        found = Decimal(str(share)) * 100
    except ArithmeticError:
        return None
    return int(found) if found == int(found) else None
