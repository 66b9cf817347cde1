"""The guest's pledge: amount, contact, country, credit. Shape only; the rules live in funds.pledges."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from birge import randomness
from birge.errors import BirgeError
from birge.money import Money, parse_amount

COUNTRIES = [
    ("", _("Choose")),
    ("RU", _("Russia")),
    ("KG", _("Kyrgyzstan")),
    ("KZ", _("Kazakhstan")),
    ("TR", _("Türkiye")),
    ("KR", _("Korea")),
    ("US", _("USA")),
    ("DE", _("Germany")),
    ("AE", _("United Arab Emirates")),
    ("ZZ", _("Another country")),
]
CREDIT = [
    ("nobody", _("Without a name")),
    ("own_name", _("My own name")),
    ("family", _("My family")),
    ("group", _("A group, for example “daughters of Ak-Suu”")),
]


class PledgeForm(forms.Form):
    """`cleaned_data["amount"]` is Money in the plan's currency; `contact` is what was typed, checked by the service."""

    amount = forms.CharField(
        label=_("How much?"),
        max_length=24,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    country = forms.ChoiceField(
        label=_("Where are you now?"), choices=COUNTRIES, help_text=_("So that we can show a way to pay that works there.")
    )
    contact = forms.CharField(
        label=_("Your e-mail or phone"),
        max_length=254,
        help_text=_("We send a code and the news about your money there. Nobody else sees it."),
        widget=forms.TextInput(attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}),
    )
    credit_choice = forms.ChoiceField(label=_("Whom shall we thank in public?"), choices=CREDIT, widget=forms.RadioSelect)
    credit_line = forms.CharField(
        label=_("The words to show"), max_length=80, required=False, help_text=_("As you would like to read them.")
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """`currency` is the plan's; a fresh form carries a fresh key, so that a second tap makes no second pledge."""
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.fields["key"].initial = randomness.new_uuid().hex

    def clean_amount(self) -> Money:
        """Read the amount as people write it."""
        try:
            return parse_amount(self.cleaned_data["amount"], self.currency)
        except BirgeError as error:
            raise ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        """A name to show is needed only where one was chosen."""
        data = super().clean() or {}
        if data.get("credit_choice") not in (None, "nobody") and not data.get("credit_line", "").strip():
            self.add_error("credit_line", _("Please write the words to show, or choose “without a name”."))
        return data


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
