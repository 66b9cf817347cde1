"""Cash that comes to the bank, which line of the statement it is, and how much one person may have in hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from frontend.forms.parts import CodeField, MoneyField, OnceForm, PaperForm, ReasonField, currency_set

Choices = Sequence[tuple[str, str]]


class BoxBankedForm(PaperForm):
    """So much came to the bank: the statement's line if it is there, else a number or a paper."""

    paper_required = False
    field_order: tuple[str, ...] = ("line", "amount", "bank_reference", "paper")
    amount = MoneyField(
        label=_("How much came to the bank?"), required=False, help_text=_("Empty: as much as the line says.")
    )
    line = forms.ChoiceField(
        label=_("Which line of the statement is it?"),
        required=False,
        help_text=_("The sums must be the same to the tyiyn."),
    )
    bank_reference = forms.CharField(
        label=_("Number of the bank’s line, or of the slip"),
        max_length=80,
        required=False,
        help_text=_("Not needed where you chose the line."),
    )

    def __init__(self, *args: Any, currency: str, lines: Choices = (), **kwargs: Any) -> None:
        """`currency` is that of the cash; `lines` are those of the statement that nothing explains yet."""
        super().__init__(*args, **kwargs)
        currency_set(self, currency)
        self.fields["paper"].label = _("Picture or PDF of the line or slip")
        line = self.fields["line"]
        if lines and isinstance(line, forms.ChoiceField):
            line.choices = [("", _("It is not on a statement yet")), *lines]
        else:
            self.fields["line"] = forms.CharField(required=False, widget=forms.HiddenInput)
            self.fields["amount"].required, self.fields["amount"].help_text = True, ""

    def clean(self) -> dict[str, Any]:
        """Ask for the sum where no line says it."""
        data = super().clean()
        if not data.get("amount") and not data.get("line") and "amount" not in self.errors:
            self.add_error("amount", _("Please say how much."))
        return data


class BankedForm(BoxBankedForm):
    """The treasurer's cash came to the bank; one officer signs."""

    field_order: tuple[str, ...] = ("line", "amount", "bank_reference", "paper", "code")
    code = CodeField()


class LinkForm(OnceForm):
    """Which bankings a line of the statement is."""

    line = forms.ChoiceField(label=_("Which line of the statement is it?"))
    bankings = forms.MultipleChoiceField(
        label=_("What is in it?"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Together they must be the line’s sum, to the tyiyn."),
    )
    code = CodeField()

    def __init__(self, *args: Any, lines: Choices, bankings: Choices, **kwargs: Any) -> None:
        """Both are (public id, words)."""
        super().__init__(*args, **kwargs)
        for name, choices in (("line", lines), ("bankings", bankings)):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = list(choices)


class CeilingForm(OnceForm):
    """How much one person may have in hand."""

    amount = MoneyField(label=_("At most"))
    reason = ReasonField(label=_("Where did you agree on it?"))
    code = CodeField()

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """`currency` is the pool's."""
        super().__init__(*args, **kwargs)
        currency_set(self, currency)
