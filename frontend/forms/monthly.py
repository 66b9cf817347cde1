"""So much a month for a project: how much, on which day, where we can write to."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from frontend.forms.parts import MoneyField, OnceForm, currency_set
from frontend.forms.pledging import countries

LAST_DAY = 28  # every month has it


class MonthlySumForm(OnceForm):
    """The sum and the day."""

    aliases: ClassVar[dict[str, str]] = {"amount_minor": "amount"}
    amount = MoneyField(label=_("How much a month?"))
    day = forms.IntegerField(
        label=_("On which day of the month?"),
        min_value=1,
        max_value=LAST_DAY,
        help_text=_("From 1 to 28: every month has it."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """`currency` is the plan's."""
        super().__init__(*args, **kwargs)
        currency_set(self, currency)


class MonthlyNewForm(MonthlySumForm):
    """And who it is, by a contact only."""

    contact = forms.CharField(
        label=_("Your e-mail or phone"),
        max_length=254,
        help_text=_("We send a link there that starts it. Nobody else sees it."),
        widget=forms.TextInput(attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}),
    )
    country = forms.ChoiceField(
        label=_("Where are you now?"),
        choices=countries,
        help_text=_("So that we can show a way to pay that works there."),
    )
