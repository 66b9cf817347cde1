"""What officers say about cards after they have paid, and about the reserve. Shape only; the rules live in funds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .parts import MoneyField, OnceForm, ReasonField, currency_set


class CardRefundForm(OnceForm):
    """How much goes back to the card, and why."""

    amount = MoneyField(label=_("How much goes back?"))
    reason = ReasonField()

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """`currency` is what the digits count."""
        super().__init__(*args, **kwargs)
        currency_set(self, currency)


class FillForm(OnceForm):
    """Own money for the reserve."""

    amount = MoneyField(label=_("How much?"))
    reference = forms.CharField(label=_("Number of the bank’s line"), max_length=80)
    reason = ReasonField(label=_("Where does this money come from?"))

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """`currency` is what the digits count."""
        super().__init__(*args, **kwargs)
        currency_set(self, currency)


class CoverForm(OnceForm):
    """Which project's shortfall is covered from the reserve."""

    project = forms.ChoiceField(label=_("For which project?"))
    amount = MoneyField(label=_("How much?"))
    reason = ReasonField()

    def __init__(self, *args: Any, projects: list[tuple[str, str]], currency: str, **kwargs: Any) -> None:
        """`projects` are (public id, title with what is missing)."""
        super().__init__(*args, **kwargs)
        self.fields["project"].choices = [("", _("Choose")), *projects]  # type: ignore[attr-defined]
        currency_set(self, currency)


class LineForm(OnceForm):
    """Which line of the bank it is."""

    line = forms.ChoiceField(label=_("Which line of the bank is it?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, lines: list[tuple[str, str]], **kwargs: Any) -> None:
        """`lines` are (public id, day and text)."""
        super().__init__(*args, **kwargs)
        self.fields["line"].choices = lines  # type: ignore[attr-defined]


class DecisionForm(OnceForm):
    """What it is, and what is to be done."""

    decision = forms.ChoiceField(label=_("What is to be done?"), widget=forms.RadioSelect)
    reason = ReasonField(label=_("What is it?"))

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        """`choices` are the decisions that are well defined for it."""
        super().__init__(*args, **kwargs)
        self.fields["decision"].choices = choices  # type: ignore[attr-defined]
        self.fields["decision"].initial = choices[0][0]
