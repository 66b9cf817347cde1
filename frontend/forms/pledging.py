"""The guest's pledge: amount, contact, country, credit. Shape only; the rules live in funds.pledges."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from frontend.presenters.currencies import CURRENCY_OF
from frontend.presenters.words import country_names
from funds.pledges.models import CREDIT_LINE_LENGTH
from funds.pledges.services.cleaning import COUNTRIES

from .currencies import CurrencyField, currency_choose
from .parts import MoneyField, OnceForm

USUAL_COUNTRIES = [
    ("RU", _("Russia")),
    ("KG", _("Kyrgyzstan")),
    ("KZ", _("Kazakhstan")),
    ("TR", _("Türkiye")),
    ("KR", _("Korea")),
    ("US", _("USA")),
    ("DE", _("Germany")),
    ("AE", _("United Arab Emirates")),
]
CREDIT = [
    ("nobody", _("Without a name")),
    ("own_name", _("My own name")),
    ("family", _("My family")),
    ("group", _("A group, for example “daughters of Ak-Suu”")),
]

RELATED = [
    ("", _("No")),
    ("supplier", _("Yes, I or my firm sell to this project")),
    ("office", _("Yes, I work for the ayil okmotu, or sign for this project")),
]


def countries() -> list[Any]:
    """Return the countries to choose from in the reader's language: where most are first, then all others by name."""
    names = country_names()
    others = sorted((names.get(code, code), code) for code in COUNTRIES - set(dict(USUAL_COUNTRIES)))
    return [
        ("", _("Choose")),
        *USUAL_COUNTRIES,
        (_("Another country"), [(code, name) for name, code in others]),
    ]


class CreditForm(forms.Form):
    """Under which words a gift is thanked. Nothing is filled in for the donor."""

    credit_choice = forms.ChoiceField(
        label=_("Whom shall we thank in public?"), choices=CREDIT, widget=forms.RadioSelect
    )
    credit_line = forms.CharField(
        label=_("The words to show"),
        max_length=CREDIT_LINE_LENGTH,
        required=False,
        help_text=_("As you would like to read them."),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the words only where some were chosen."""
        data = super().clean() or {}
        if data.get("credit_choice") not in (None, "nobody") and not data.get("credit_line", "").strip():
            self.add_error("credit_line", _("Please write the words to show, or choose “without a name”."))
        return data


class PledgeForm(CreditForm, OnceForm):
    """`cleaned_data["amount"]` is Money in the chosen currency; `contact` is what was typed, checked by the service."""

    field_order = ("country", "amount", "currency", "contact", "credit_choice", "credit_line")
    amount = MoneyField(label=_("How much?"))
    currency = CurrencyField()
    country = forms.ChoiceField(
        label=_("Where are you now?"),
        choices=countries,
        help_text=_("So that we can show a way to pay that works there."),
    )
    contact = forms.CharField(
        label=_("Your e-mail or phone"),
        max_length=254,
        help_text=_("We send a code and the news about your money there. Nobody else sees it."),
        widget=forms.TextInput(attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}),
    )

    # Asked on the check page, not here: most have nothing to say.
    related = forms.ChoiceField(choices=RELATED, required=False, widget=forms.RadioSelect)
    related_words = forms.CharField(label=_("Who, and what for?"), max_length=200, required=False)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """`currency` is the plan's; others are offered where their rate is known."""
        super().__init__(*args, **kwargs)
        currency_choose(self, currency, CURRENCY_OF.get(str(self.initial.get("country", "")), ""))

    @property
    def counted_in(self) -> str:
        """Return the currency that is chosen now."""
        return str(self.fields["currency"].initial)


class CodeForm(forms.Form):
    """The six digits that prove the contact."""

    code = forms.CharField(
        label=_("The code from our message"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class QuestionForm(forms.Form):
    """A question to the village; the answer, or its absence, is public."""

    text = forms.CharField(label=_("Your question"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    asker_name = forms.CharField(label=_("Your name"), max_length=80, required=False)
