"""The plan in figures: what it costs, who brings how much, in which stages it is paid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from birge.documents.models import Document
from birge.money import Money, format_money
from birge.organisations.models import OrganisationKind
from birge.organisations.selectors import organisations_verified
from frontend.forms.parts import DayField, MoneyField, currency_set
from frontend.presenters.words import language
from projects.works.models import BudgetLine, Milestone, Party, Project
from projects.works.services import BudgetLineData, MilestoneData, ShareData

from .plain import PlainForm
from .rows import QuantityField, Row, Rows, plain_amount, plain_quantity, rows_of

BLANK_ROWS = 2


class CostRow(Row):
    """One thing that is bought. Its quote is attached on a page of its own and travels along here."""

    text = forms.CharField(label=gettext_lazy("What"), max_length=200)
    quantity = QuantityField(label=gettext_lazy("How many"))
    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=30)
    price = MoneyField(label=gettext_lazy("Price of one"))
    quote = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """`currency` is the plan's."""
        super().__init__(*args, **kwargs)
        currency_set(self, currency)


class StageRow(Row):
    """One stage and the money tied to it."""

    text = forms.CharField(label=gettext_lazy("What is done at its end"), max_length=300)
    due_on = DayField(label=gettext_lazy("Planned by"), required=False)
    tranche = MoneyField(label=gettext_lazy("Money for it"))

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """`currency` is the plan's."""
        super().__init__(*args, **kwargs)
        currency_set(self, currency)


def cost_rows(project: Project, data: Any = None, suggested: Sequence[tuple[str, str]] = ()) -> Rows:
    """Return the rows of the costs; where there are none yet, with what such a project usually needs."""
    lines = list(project.budget_lines.select_related("quote"))
    initial = [
        {
            "text": line.text,
            "quantity": plain_quantity(line.quantity),
            "unit": line.unit,
            "price": plain_amount(line.unit_price_minor, project.currency),
            "quote": line.quote.public_id if line.quote else "",
        }
        for line in lines
    ] or [{"text": text, "unit": unit} for text, unit in suggested]
    made = rows_of(CostRow, blank=BLANK_ROWS if not lines else 1)
    return made(
        data, initial=initial if data is None or not lines else None, form_kwargs={"currency": project.currency}
    )


def cost_data(project: Project, rows: Rows) -> list[BudgetLineData]:
    """Return the lines for the service. A quote is taken over only if it belongs to this plan already."""
    quotes: dict[str, Document] = {
        line.quote.public_id: line.quote for line in _lines(project) if line.quote is not None
    }
    return [
        BudgetLineData(
            text=row["text"],
            quantity=row["quantity"],
            unit=row["unit"],
            unit_price_minor=row["price"].minor,
            quote=quotes.get(row["quote"]),
        )
        for row in rows.filled
    ]


def _lines(project: Project) -> list[BudgetLine]:
    return list(project.budget_lines.select_related("quote"))


def stage_rows(project: Project, data: Any = None) -> Rows:
    """Return the rows of the stages."""
    stages: list[Milestone] = list(project.milestones.all())
    initial = [
        {"text": each.text, "due_on": each.due_on, "tranche": plain_amount(each.tranche_minor, project.currency)}
        for each in stages
    ]
    made = rows_of(StageRow, blank=BLANK_ROWS if not stages else 1)
    return made(data, initial=initial if data is None else None, form_kwargs={"currency": project.currency})


def stage_data(rows: Rows) -> list[MilestoneData]:
    """Return the stages for the service."""
    return [
        MilestoneData(text=row["text"], tranche_minor=row["tranche"].minor, due_on=row["due_on"]) for row in rows.filled
    ]


def stage_refusal(project: Project, rows: Rows, money_minor: int) -> str:
    """Say what is missing or too much, if the stages do not add up to the money of the plan; else nothing."""
    given = sum(row["tranche"].minor for row in rows.filled)
    return _does_not_fit(given, money_minor, project.currency) if given != money_minor else ""


class SharesForm(PlainForm):
    """Four sums, one for each party."""

    donors = MoneyField(label=gettext_lazy("People who give: migrants, relatives, friends"), required=False)
    village = MoneyField(label=gettext_lazy("The village budget"), required=False)
    matching = MoneyField(label=gettext_lazy("A matching donor"), required=False)
    matching_donor = forms.ChoiceField(label=gettext_lazy("Which one?"), required=False)
    in_kind = MoneyField(
        label=gettext_lazy("Ashar: work and things, valued"),
        required=False,
        help_text=gettext_lazy("What people bring with their hands. It is not money and is shown apart."),
    )
    in_kind_note = forms.CharField(
        label=gettext_lazy("Which work or things?"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("For example: 30 people dig for three days."),
    )
    AMOUNTS = (Party.DONORS, Party.VILLAGE, Party.MATCHING, Party.IN_KIND)

    def __init__(self, *args: Any, project: Project, costs_minor: int, **kwargs: Any) -> None:
        """Fill in what the plan says; `costs_minor` is what the sums must add up to."""
        shares = {share.party: share for share in project.shares.select_related("organisation")}
        initial: dict[str, Any] = {
            party: plain_amount(share.amount_minor, project.currency) for party, share in shares.items()
        }
        if (matching := shares.get(Party.MATCHING)) and matching.organisation:
            initial["matching_donor"] = matching.organisation.public_id
        if in_kind := shares.get(Party.IN_KIND):
            initial["in_kind_note"] = in_kind.note
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self.currency, self.costs_minor = project.currency, costs_minor
        currency_set(self, project.currency)
        self.matching_donors = {
            each.public_id: each for each in organisations_verified(OrganisationKind.MATCHING_DONOR)
        }
        donor = self.fields["matching_donor"]
        assert isinstance(donor, forms.ChoiceField)  # noqa: S101 - declared above
        names = [(public_id, each.name(language())) for public_id, each in self.matching_donors.items()]
        donor.choices = [("", gettext_lazy("Not known yet")), *names]

    @property
    def sum_minor(self) -> int:
        """Return what the four sums make together, as far as they could be read."""
        given = [getattr(self, "cleaned_data", {}).get(party) for party in self.AMOUNTS]
        return sum(money.minor for money in given if isinstance(money, Money))

    def clean(self) -> dict[str, Any]:
        """Refuse sums that do not add up to the costs, and say by how much."""
        data = super().clean() or {}
        self.cleaned_data = data
        if not self.errors and self.sum_minor != self.costs_minor:
            self.add_error(None, _does_not_fit(self.sum_minor, self.costs_minor, self.currency))
        return data

    def service_data(self) -> list[ShareData]:
        """Return the shares for the service; a party that brings nothing is left out."""
        data = self.cleaned_data
        return [
            ShareData(
                party=party,
                amount_minor=data[party].minor,
                organisation=self.matching_donors.get(data["matching_donor"]) if party == Party.MATCHING else None,
                note=data["in_kind_note"] if party == Party.IN_KIND else "",
            )
            for party in self.AMOUNTS
            if data[party]
        ]


def _does_not_fit(given_minor: int, wanted_minor: int, currency: str) -> str:
    said = language()
    words = {
        "given": format_money(Money(given_minor, currency), said),
        "wanted": format_money(Money(wanted_minor, currency), said),
        "gap": format_money(Money(abs(wanted_minor - given_minor), currency), said),
    }
    if given_minor < wanted_minor:
        return _("Together this makes %(given)s, but %(wanted)s is needed: %(gap)s is missing.") % words
    return _("Together this makes %(given)s, but %(wanted)s is needed: %(gap)s is too much.") % words
