"""A pool is opened: its names, who holds the money, and what it is for."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from birge.money import EXPONENTS, SYMBOLS
from frontend.forms.parts import DayField, MoneyField, OnceForm

TEST_CURRENCY = "XTS"
USUAL = ("KGS", "RUB", "KZT", "USD", "EUR", "TRY", "KRW")


class OpenPoolForm(OnceForm):
    """What everyone will read about it."""

    aliases: ClassVar[dict[str, str]] = {"budget_minor": "budget"}
    name_ky = forms.CharField(label=_("Name in Kyrgyz"), max_length=160, required=False)
    name_ru = forms.CharField(
        label=_("Name in Russian"), max_length=160, required=False, help_text=_("Empty: the Kyrgyz name is shown.")
    )
    name_en = forms.CharField(label=_("Name in English"), max_length=160, required=False)
    custodian = forms.ChoiceField(
        label=_("Who shall hold the money?"),
        widget=forms.RadioSelect,
        help_text=_("Its bank account, in the name of a checked organisation. It cannot be changed later."),
    )
    currency = forms.ChoiceField(label=_("Currency"), initial="KGS", choices=[])
    purpose = forms.CharField(
        label=_("What is it for?"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    budget = MoneyField(
        label=_("How much do you mean to bring?"),
        required=False,
        help_text=_("Only a plan: the page shows apart what is really there."),
    )
    starts_on = DayField(label=_("First day"), required=False)
    ends_on = DayField(label=_("Last day"), required=False)

    def __init__(self, *args: Any, custodians: list[tuple[str, str]], **kwargs: Any) -> None:
        """`custodians` are (public id, name)."""
        super().__init__(*args, **kwargs)
        self.fields["custodian"].choices = custodians  # type: ignore[attr-defined]
        if len(custodians) == 1:
            self.fields["custodian"].initial = custodians[0][0]
        others = sorted(set(EXPONENTS) - {TEST_CURRENCY, *USUAL})
        self.fields["currency"].choices = [  # type: ignore[attr-defined]
            (code, f"{code} {SYMBOLS[code]}" if code in SYMBOLS else code) for code in (*USUAL, *others)
        ]
        typed = str(self.data.get("currency", "KGS"))
        self.fields["budget"].currency = typed if typed in EXPONENTS else "KGS"  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """One name is enough: where the Russian one is empty, the Kyrgyz one stands in its place."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if not said.get("name_ru"):
            if said.get("name_ky"):
                said["name_ru"] = said["name_ky"]
            elif "name_ky" not in self.errors and "name_ru" not in self.errors:
                self.add_error("name_ky", _("Please write a name, in Kyrgyz or in Russian."))
        return said
