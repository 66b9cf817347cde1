"""Trying out a matching rule: its numbers as plain inputs, and from them the rule's data."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from birge.money import Money
from birge_engine.matching import amount_text, exponent
from projects.works.models import Category

from .parts import DayField, currency_set
from .sliders import NumberField, SumField

KINDS = {
    "proportional": _("So much for each som"),
    "tiers": _("More for more"),
    "shares": _("Shares of the plan"),
    "challenge": _("A goal"),
    "quadratic": _("Many small gifts"),
    "lump": _("A lump for each"),
}
VARIANTS = [
    ("normalised", _("The more people, the more money")),
    ("pairwise", _("The same, and friends who always give together count less")),
    ("capital_constrained", _("The same as the first; limits leave money in the pool")),
    ("sum_of_roots", _("All the money is always given out")),
]
PER = [
    ("donor", _("what a person gives to all projects")),
    ("donor_here", _("what a person gives to one project")),
    ("gift", _("the size of one gift")),
    ("project", _("how many people give to a project")),
]
Data = dict[str, Any]


class TryForm(forms.Form):
    """What all kinds have: the money, limits, for whom, and on which past it is tried."""

    kind = forms.ChoiceField(choices=list(KINDS.items()), widget=forms.HiddenInput)
    table = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)
    pool = SumField(label=_("Money for this rule"), most=2_000_000, step=10_000)
    cap_per_project = SumField(label=_("At most for one project"), most=500_000, step=5_000, required=False)
    categories = forms.MultipleChoiceField(
        label=_("Only for this work"),
        choices=Category.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Nothing ticked: for all."),
    )
    oblasts = forms.MultipleChoiceField(
        label=_("Only in these oblasts"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Nothing ticked: everywhere."),
    )
    min_project = SumField(label=_("The project costs at least"), most=5_000_000, step=50_000, required=False)
    max_project = SumField(label=_("The project costs at most"), most=5_000_000, step=50_000, required=False)
    first_time_donors = forms.BooleanField(label=_("Only the first gift of a person"), required=False)
    confirmed_only = forms.BooleanField(label=_("Only money that has been paid"), required=False)
    until = DayField(
        label=_("Last day of the rule"), required=False, help_text=_("A round needs one; others may go on without.")
    )
    first = DayField(label=_("Gifts from"), required=False)
    last = DayField(label=_("Gifts until"), required=False)
    projects = forms.MultipleChoiceField(
        label=_("Only these projects"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Nothing ticked: all of them."),
    )
    beyond_plans = forms.BooleanField(
        label=_("Also where the plan has no place for matching money"),
        required=False,
        help_text=_("Only to see: a real rule gives no more than the plan asks for."),
    )

    WHERE = ("categories", "oblasts", "min_project", "max_project", "first_time_donors", "confirmed_only", "until")
    PAST = ("first", "last", "projects", "beyond_plans")

    def __init__(
        self, *args: Any, currency: str, oblasts: list[tuple[str, str]], projects: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        """`oblasts` by SOATE and `projects` by public id are what can be chosen from."""
        kwargs.setdefault("use_required_attribute", False)
        super().__init__(*args, **kwargs)
        self.currency = currency
        currency_set(self, currency)
        for name, choices in (("oblasts", oblasts), ("projects", projects)):
            field = self.fields[name]
            if isinstance(field, forms.MultipleChoiceField):
                field.choices = choices

    def own(self) -> Any:
        """Return the fields of this kind, those that a reader changes first."""
        apart = {*TryForm.base_fields} - {"pool", "cap_per_project"}
        return [self[name] for name in self.fields if name not in apart]

    def where(self) -> Any:
        """Return the fields that say what the rule is for."""
        return [self[name] for name in self.WHERE]

    def past(self) -> Any:
        """Return the fields that say on what it is tried."""
        return [self[name] for name in self.PAST]

    def rule(self) -> Data:
        """Return the rule's data without its money, after cleaning. The engine may still refuse them."""
        said = self.cleaned_data
        eligible = {
            "categories": said["categories"] or None,
            "oblasts": said["oblasts"] or None,
            "min_project": plain(said["min_project"]),
            "max_project": plain(said["max_project"]),
            "first_time_donors": said["first_time_donors"] or None,
            "confirmed_only": said["confirmed_only"] or None,
            "until": said["until"].isoformat() if said["until"] else None,
        }
        eligible = {name: value for name, value in eligible.items() if value is not None}
        data = {
            "kind": said["kind"],
            "currency": self.currency,
            "cap_per_project": plain(said["cap_per_project"]),
            "eligible": eligible or None,
            **self.numbers(said),
        }
        return {name: value for name, value in data.items() if value is not None}

    def numbers(self, said: Data) -> Data:
        """Return the data that only this kind has."""
        raise NotImplementedError


class ProportionalForm(TryForm):
    """So many soms for each som."""

    field_order = ("rate", "cap_per_donor", "cap_per_contribution", "once", "pool", "cap_per_project")
    rate = NumberField(label=_("For each som it adds"), most=5, step="0.1", initial="1")
    cap_per_donor = SumField(label=_("At most for one person"), most=50_000, step=500, required=False)
    cap_per_contribution = SumField(label=_("At most for one gift"), most=50_000, step=500, required=False)
    once = forms.BooleanField(label=_("Each person once"), required=False)

    def numbers(self, said: Data) -> Data:
        """Return the rate and the limits."""
        return {
            "rate": said["rate"],
            "cap_per_donor": plain(said["cap_per_donor"]),
            "cap_per_contribution": plain(said["cap_per_contribution"]),
            "gifts_per_donor": 1 if said["once"] else None,
        }


class TiersForm(TryForm):
    """Two rates; the engine knows more, a proposal can name them."""

    field_order = ("per", "first_limit", "first_rate", "second_limit", "second_rate", "pool", "cap_per_project")
    per = forms.ChoiceField(label=_("It goes by"), choices=PER, initial="donor")
    first_limit = NumberField(
        label=_("First limit: som, or people"), least=1, most=20_000, step="1", whole=True, initial="5000"
    )
    first_rate = NumberField(label=_("First rate: for each som"), most=5, step="0.1", initial="1")
    second_limit = NumberField(label=_("Second limit"), least=1, most=50_000, step="1", whole=True, required=False)
    second_rate = NumberField(label=_("Second rate: for each som"), most=5, step="0.1", initial="0")

    def numbers(self, said: Data) -> Data:
        """Return the tiers: up to a limit of a person's gifts, or from a size or number on."""
        limit = {"gift": "at_least", "project": "donors"}.get(said["per"], "up_to")
        tiers = [{limit: int(said["first_limit"]), "rate": said["first_rate"]}]
        if said["second_limit"]:
            tiers.append({limit: int(said["second_limit"]), "rate": said["second_rate"]})
        elif limit == "up_to" and Decimal(said["second_rate"]):
            tiers.append({"rate": said["second_rate"]})
        return {"per": said["per"], "tiers": tiers}


class SharesForm(TryForm):
    """Each party its share, in per cent; the rest is this pool's."""

    field_order = ("donors", "village", "pool", "cap_per_project")
    donors = NumberField(label=_("Share of the donors, in per cent"), least=1, most=99, step="1", initial="25")
    village = NumberField(label=_("Share of the village, in per cent"), most=99, step="1", initial="25")

    def numbers(self, said: Data) -> Data:
        """Return the parties."""
        donors, village = (Decimal(said[name]) / 100 for name in ("donors", "village"))
        parts = {"donors": donors, "village": village, "matching": max(Decimal(0), 1 - donors - village)}
        parties = [{"party": name, "share": f"{share.normalize():f}"} for name, share in parts.items()]
        return {"parties": parties}


class ChallengeForm(TryForm):
    """A sum when a goal is reached."""

    field_order = ("amount", "donors", "raised", "pool", "cap_per_project")
    amount = SumField(label=_("A project that reaches the goal gets"), most=500_000, step=5_000, initial="50000")
    donors = NumberField(label=_("The goal: so many people give"), least=1, most=100, whole=True, initial="20")
    raised = SumField(label=_("The goal: donors bring"), most=500_000, step=5_000, required=False)

    def numbers(self, said: Data) -> Data:
        """Return the sum and the goal."""
        goal = {"donors": int(said["donors"]), "raised": plain(said["raised"])}
        return {
            "amount": plain(said["amount"]),
            "goal": {name: value for name, value in goal.items() if value is not None},
        }


class QuadraticForm(TryForm):
    """A round in which the number of people counts."""

    field_order = ("variant", "threshold", "minimum_contribution", "spend_all", "pool", "cap_per_project")
    variant = forms.ChoiceField(label=_("How"), choices=VARIANTS, initial="normalised", widget=forms.RadioSelect)
    threshold = SumField(
        label=_("Two who often give together: from this sum on they count less"), most=10_000, step=100, initial="1000"
    )
    minimum_contribution = SumField(label=_("Less than this does not count"), most=1_000, step=10, required=False)
    spend_all = forms.BooleanField(label=_("Give out all the money in any case"), required=False)

    def numbers(self, said: Data) -> Data:
        """Return the variant and its numbers."""
        pairs = said["variant"] == "pairwise"
        return {
            "variant": said["variant"],
            "threshold": plain(said["threshold"]) if pairs else None,
            "minimum_contribution": plain(said["minimum_contribution"]),
            "spend_all": said["spend_all"] or None,
        }


class LumpForm(TryForm):
    """The same for each project."""

    field_order = ("amount", "pool", "cap_per_project")
    amount = SumField(
        label=_("Each project gets"),
        most=500_000,
        step=5_000,
        required=False,
        help_text=_("Empty: the money is divided equally."),
    )

    def numbers(self, said: Data) -> Data:
        """Return the sum for each."""
        return {"amount": plain(said["amount"])}


FORMS: dict[str, Callable[..., TryForm]] = {
    "proportional": ProportionalForm,
    "tiers": TiersForm,
    "shares": SharesForm,
    "challenge": ChallengeForm,
    "quadratic": QuadraticForm,
    "lump": LumpForm,
}


class TableForm(forms.Form):
    """A table of gifts, in place of what happened here."""

    file = forms.FileField(
        label=_("A table (CSV)"),
        help_text=_("Its first line: contribution_id,project_id,donor_id,amount. At most 1 MB and 20 000 lines."),
    )


def plain(amount: Money | None) -> str | None:
    """Return a sum as rules write it: `5000`, `12.50`."""
    if amount is None:
        return None
    text = amount_text(amount.minor, exponent(amount.currency))
    return text.removesuffix("." + "0" * exponent(amount.currency)) if "." in text else text
