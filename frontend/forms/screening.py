"""What people say about block lists. Shape only; the rules live in funds."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from birge import clock
from funds.screening.services.looking import BY_HAND
from funds.screening.states import PartyKind, Verdict

from .parts import CodeField, DayField, OnceForm, ReasonField


class LookUpForm(OnceForm):
    """A bank, person or firm to look up."""

    subject = forms.ChoiceField(
        label=_("What is it for?"), choices=[(each, each.label) for each in BY_HAND], widget=forms.RadioSelect
    )
    kind = forms.ChoiceField(label=_("What are they?"), choices=PartyKind.choices, widget=forms.RadioSelect)
    name = forms.CharField(label=_("Name"), max_length=200)
    ref = forms.CharField(
        label=_("Number of the account, or what the payee is known by"),
        max_length=50,
        help_text=_("So that the decision is found again."),
    )
    numbers = forms.CharField(label=_("BIC or account numbers, with spaces between"), max_length=200, required=False)


class VerdictForm(OnceForm):
    """What a person decides about a likeness."""

    verdict = forms.ChoiceField(label=_("What do you decide?"), choices=Verdict.choices, widget=forms.RadioSelect)
    reason = ReasonField(label=_("Why? What did you compare?"), max_length=500)
    code = CodeField()


class BlockListForm(OnceForm):
    """A list, whole."""

    source = forms.CharField(label=_("Who gives it out?"), max_length=40, help_text=_("OFAC, UK, EU, UN…"))
    version = DayField(label=_("Of which day is it?"))
    file = forms.FileField(label=_("The list as a table (CSV)"))
    code = CodeField()

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Today is filled in."""
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = clock.today()
