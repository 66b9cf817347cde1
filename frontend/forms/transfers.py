"""What officers say about money between custodians. Shape only; the rules live in funds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from birge import clock
from funds.transfers.states import ClosedHow

from .parts import CodeField, DayField, MoneyField, OnceForm, PaperForm, ReasonField, currency_set

_OFTEN_EMPTY = _("Leave empty where you do not know it.")


class RouteForm(PaperForm):
    """By which banks the money will go."""

    paper_required = False
    field_order = (
        "sender_bank", "sender_bic", "receiver_bank", "receiver_bic", "receiver_account", "via_bank", "via_bic",
        "paper",
    )  # fmt: skip
    sender_bank = forms.CharField(label=_("Our bank"), max_length=160)
    sender_bic = forms.CharField(label=_("BIC of our bank"), max_length=14, required=False, help_text=_OFTEN_EMPTY)
    receiver_bank = forms.CharField(label=_("The receiver’s bank"), max_length=160)
    receiver_bic = forms.CharField(
        label=_("BIC of the receiver’s bank"), max_length=14, required=False, help_text=_OFTEN_EMPTY
    )
    receiver_account = forms.CharField(label=_("The receiver’s account"), max_length=80)
    via_bank = forms.CharField(label=_("A bank in between"), max_length=160, required=False, help_text=_OFTEN_EMPTY)
    via_bic = forms.CharField(label=_("BIC of the bank in between"), max_length=14, required=False)

    def __init__(self, *args: Any, known: dict[str, str], **kwargs: Any) -> None:
        """`known` is what was written down before."""
        super().__init__(*args, **kwargs)
        self.initial.update(known)
        self.fields["paper"].label = _("A paper about it, such as a contract")


class _LineForm(PaperForm):
    """The bank's line at one end."""

    paper_required = False
    line = forms.ChoiceField(label=_("Line of a statement that was taken in"), required=False)
    bank_reference = forms.CharField(label=_("Number of the bank’s line"), max_length=80)
    code = CodeField()

    def __init__(self, *args: Any, lines: list[tuple[str, str]], **kwargs: Any) -> None:
        """`lines` are (public id, text)."""
        super().__init__(*args, **kwargs)
        self.fields["paper"].label = _("Picture or PDF of the line or slip")
        if lines:
            self.fields["line"].choices = [("", _("It is not there yet")), *lines]  # type: ignore[attr-defined]
        else:
            del self.fields["line"]


class SentForm(_LineForm):
    """It has left."""

    field_order = ("sent_on", "line", "bank_reference", "paper", "code")
    sent_on = DayField(label=_("On which day did it leave?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Today is filled in."""
        super().__init__(*args, **kwargs)
        self.fields["sent_on"].initial = clock.today()


class TransferArrivedForm(_LineForm):
    """It is there: all of it, or what banks left of it."""

    field_order = ("amount", "rest_is_fee", "received_on", "line", "bank_reference", "paper", "code")
    amount = MoneyField(label=_("How much came?"))
    rest_is_fee = forms.BooleanField(
        label=_("Less came than was sent: banks on the way kept the rest as their fee"), required=False
    )
    received_on = DayField(label=_("On which day?"))

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """`currency` is what the digits count; today is filled in."""
        super().__init__(*args, **kwargs)
        currency_set(self, currency)
        self.fields["received_on"].initial = clock.today()


class ClosingForm(OnceForm):
    """It did not arrive."""

    how = forms.ChoiceField(label=_("What became of it?"), choices=ClosedHow.choices, widget=forms.RadioSelect)
    reason = ReasonField(label=_("How do you know?"))
