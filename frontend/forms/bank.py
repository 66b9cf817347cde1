"""What officers say about accounts at banks, their statements and lines; and a payer about money that is not seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from birge import clock

from .parts import CodeField, DayField, MoneyField, OnceForm, PaperForm, ReasonField, currency_set

PLAIN = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
FORMATS = [
    ("auto", _("Find out")),
    ("1c", "1C (1CClientBankExchange)"),
    ("camt053", "camt.053 (XML)"),
    ("mt940", "MT940"),
    ("csv", "CSV"),
    ("xlsx", "Excel (XLSX)"),
]


class AccountForm(OnceForm):
    """An account at a bank."""

    number = forms.CharField(label=_("Number of the account, as the bank writes it"), max_length=64)
    currency = forms.CharField(label=_("Currency"), max_length=3, initial="KGS", help_text=_("KGS, RUB, USD, EUR …"))
    name = forms.CharField(label=_("How you call it"), max_length=120, help_text=_("For example the bank’s name."))
    opened_on = DayField(label=_("Since when?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill in today."""
        super().__init__(*args, **kwargs)
        self.fields["opened_on"].initial = clock.today()

    def clean_currency(self) -> str:
        """Return its code in capitals."""
        return str(self.cleaned_data["currency"]).strip().upper()


class UploadForm(forms.Form):
    """A statement, to be looked at first."""

    file = forms.FileField(
        label=_("The bank’s file"),
        help_text=_("1C, camt.053, MT940, CSV or Excel. Nothing is taken in before you agree."),
    )
    format = forms.ChoiceField(label=_("Format"), choices=FORMATS, initial="auto")


class TakeInForm(OnceForm):
    """The statement that was just looked at."""

    kept = forms.CharField(widget=forms.HiddenInput, max_length=64)
    format = forms.ChoiceField(widget=forms.HiddenInput, choices=FORMATS)


class ColumnsForm(OnceForm):
    """Which heading of the bank's table is what."""

    decimal = forms.ChoiceField(
        label=_("Which sign stands before the tyiyn?"),
        choices=[("", _("It is clear from the numbers")), (",", _("a comma: 1 250,50")), (".", _("a point: 1,250.50"))],
        required=False,
    )
    month_first = forms.ChoiceField(
        label=_("In 03/04/2026, what is the month?"),
        choices=[("", _("It is clear from the days")), ("no", _("04: the day stands first")), ("yes", _("03"))],
        required=False,
    )
    LABELS = (
        ("date", _("Day")),
        ("amount", _("Sum, with a minus for what went")),
        ("credit", _("Sum that came")),
        ("debit", _("Sum that went")),
        ("balance", _("Balance after it")),
        ("text", _("What it is for")),
        ("name", _("Who sent or got it")),
        ("account", _("Their account")),
        ("reference", _("The bank’s own number, no other line has it")),
        ("number", _("Number of the payment order")),
        ("currency", _("Currency")),
        ("status", _("Whether it is booked")),
    )

    def __init__(self, *args: Any, headings: Sequence[str], suggested: dict[str, str], **kwargs: Any) -> None:
        """Offer `headings`; `suggested` are chosen already."""
        super().__init__(*args, **kwargs)
        choices = [("", _("not there")), *((heading, heading) for heading in dict.fromkeys(headings) if heading)]
        for name, label in self.LABELS:
            self.fields[name] = forms.ChoiceField(
                label=label, choices=choices, required=False, initial=suggested.get(name, "")
            )
        self.order_fields([*(name for name, _label in self.LABELS), "decimal", "month_first"])

    def mapping(self) -> dict[str, Any]:
        """Return what is to be saved."""
        data = self.cleaned_data
        found: dict[str, Any] = {name: data[name] for name, _label in self.LABELS if data.get(name)}
        if data["decimal"]:
            found["decimal"] = data["decimal"]
        if data["month_first"]:
            found["month_first"] = data["month_first"] == "yes"
        return found


class LinesForm(OnceForm):
    """Lines that were just shown, to be taken together: each with the promise that its reference names."""

    lines = forms.CharField(widget=forms.HiddenInput, max_length=20_000)


class PaymentsForm(OnceForm):
    """Payments that were just shown, to be confirmed together."""

    payments = forms.CharField(widget=forms.HiddenInput, max_length=20_000)
    code = CodeField()


class ChoiceForm(OnceForm):
    """One of several things."""

    ref = forms.ChoiceField(label=_("Which one?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        """`choices` are (public id, words); a single one is chosen already."""
        super().__init__(*args, **kwargs)
        self.fields["ref"].choices = list(choices)  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["ref"].initial = choices[0][0]


class ReferenceForm(OnceForm):
    """A promise or gift by what its payer was told to write."""

    reference = forms.CharField(
        label=_("Reference of the promise"), max_length=40, help_text="AK7-4821-6", widget=forms.TextInput(attrs=PLAIN)
    )


class StrayForm(OnceForm):
    """Money of unknown origin was sent back."""

    bank_reference = forms.CharField(label=_("Number of the bank’s line"), max_length=80, required=False)
    line = forms.ChoiceField(label=_("Which line of the statement is it?"), required=False)
    code = CodeField()

    def __init__(self, *args: Any, lines: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        """`lines` are those that took the same sum; without one, the number is typed."""
        super().__init__(*args, **kwargs)
        self.fields["line"].choices = [("", _("It is not there yet")), *lines]  # type: ignore[attr-defined]
        if not lines:
            del self.fields["line"]
        self.order_fields(["line", "bank_reference", "code"])


class PictureForm(PaperForm):
    """The bank's own QR picture."""

    paper_missing = _("Please send a photo (JPEG, PNG or WebP).")
    code = CodeField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name the picture."""
        super().__init__(*args, **kwargs)
        self.fields["paper"].label = _("The bank’s QR picture, as it gave it to you")
        self.fields["paper"].help_text = _("JPEG, PNG or WebP, at most 15 MB.")
        self.order_fields(["paper", "code"])


class MissingForm(PaperForm):
    """“I have paid and you do not see it”."""

    paper_missing = _("Please attach a photo of the slip, or a picture of your bank’s screen.")
    paid_on = DayField(label=_("On which day did you pay?"))
    amount = MoneyField(label=_("How much?"))
    bank = forms.CharField(label=_("With which bank or service?"), max_length=120)
    note = forms.CharField(
        label=_("Anything that helps to find it"),
        max_length=300,
        required=False,
        help_text=_("For example another person who sent it for you."),
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """`currency` is what the digits count."""
        super().__init__(*args, **kwargs)
        currency_set(self, currency)
        self.fields["paper"].label = _("Photo of the slip, or of your bank’s screen")
        del self.fields["paper_kept"]  # a guest's paper is nobody's: it could not be told from another guest's
        self.order_fields(["paid_on", "amount", "bank", "paper", "note"])


class AnswerForm(OnceForm):
    """Why the money is not found; the payer reads it."""

    reason = ReasonField(label=_("What do you answer?"))
