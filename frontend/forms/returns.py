"""What donors and officers say about money that goes back. Shape only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from funds.returns.models import ACCOUNT_LENGTH, NAME_LENGTH, WishChoice

from .parts import CodeField, MoneyField, OnceForm, ReasonField, currency_set


class WishForm(forms.Form):
    """Back, or on to another project of the village."""

    choice = forms.ChoiceField(
        label=_("If the project does not happen"), choices=WishChoice.choices, widget=forms.RadioSelect
    )


class AccountForm(forms.Form):
    """Where the money should go back to."""

    holder = forms.CharField(label=_("To whom"), max_length=NAME_LENGTH, required=False)
    account = forms.CharField(
        label=_("Account or card number"),
        max_length=ACCOUNT_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    bank = forms.CharField(label=_("Bank"), max_length=NAME_LENGTH, required=False)


class GiftBackForm(OnceForm):
    """A donor asks for a gift while its project is built."""

    amount = MoneyField(label=_("How much goes back?"))
    reason = ReasonField()

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """`currency` is what the digits count."""
        super().__init__(*args, **kwargs)
        currency_set(self, currency)


class ManyForm(OnceForm):
    """Some of a list, and a signature. `total` is the sum that was shown with the list."""

    chosen = forms.MultipleChoiceField(label=_("Which"), widget=forms.CheckboxSelectMultiple)
    total = forms.IntegerField(widget=forms.HiddenInput, required=False)
    code = CodeField()

    def __init__(
        self, *args: Any, choices: list[tuple[str, str]], total: int = 0, sure: tuple[str, ...] = (), **kwargs: Any
    ) -> None:
        """`choices` is the list; `sure` what is ticked to begin with."""
        super().__init__(*args, **kwargs)
        self.fields["chosen"].choices = choices  # type: ignore[attr-defined]
        self.fields["chosen"].initial = list(sure)
        self.fields["total"].initial = total
