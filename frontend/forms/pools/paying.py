"""Paying into a pool: once, or a reminder each month. Cash that a treasurer writes down."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from birge import clock
from frontend.forms.parts import CodeField, DayField, MoneyField, OnceForm, ReasonField, currency_set
from frontend.forms.pledging import CreditForm
from funds.cash.models import Kept
from funds.pools.models import CREDIT_LINE_LENGTH

LAST_DAY = 28  # every month has it


class PoolPayForm(CreditForm, OnceForm):
    """How much, where we can write to, and under which words it is thanked."""

    field_order = ("amount", "contact", "credit_choice", "credit_line")
    amount = MoneyField(label=_("How much?"))
    contact = forms.CharField(
        label=_("Your e-mail or phone"),
        max_length=254,
        help_text=_("We send how to pay, and the news about your money. Nobody else sees it."),
        widget=forms.TextInput(attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, currency: str, signed_in: bool = False, **kwargs: Any) -> None:
        """`currency` is the pool's. Who is signed in need not say where to write."""
        super().__init__(*args, **kwargs)
        currency_set(self, currency)
        if signed_in:
            self.fields["contact"].required = False
            self.fields["contact"].help_text = _("Empty: we use that of your account.")


class MonthlyForm(OnceForm):
    """So much a month, and when to be reminded."""

    aliases: ClassVar[dict[str, str]] = {"amount_minor": "amount"}
    amount = MoneyField(label=_("How much a month?"))
    day = forms.IntegerField(
        label=_("On which day of the month shall we remind you?"),
        min_value=1,
        max_value=LAST_DAY,
        help_text=_("From 1 to 28: every month has it."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """`currency` is the pool's."""
        super().__init__(*args, **kwargs)
        currency_set(self, currency)


class CashForm(OnceForm):
    """Cash that somebody handed to the treasurer."""

    amount = MoneyField(label=_("How much were you given?"))
    contact = forms.CharField(
        label=_("Phone or e-mail of who gave it"),
        max_length=254,
        required=False,
        help_text=_("They get a message and say yes. Without it another who signs must confirm."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
    )
    credit_line = forms.CharField(
        label=_("Whom shall we thank in public?"),
        max_length=CREDIT_LINE_LENGTH,
        required=False,
        help_text=_("As they want to read it. Empty: without a name."),
    )
    kept = forms.ChoiceField(label=_("Where is it?"), choices=Kept.choices, widget=forms.RadioSelect)
    received_on = DayField(label=_("On which day?"))
    reference = forms.CharField(
        label=_("Number of a slip of your own"),
        max_length=80,
        required=False,
        help_text=_("If you have one. It gets a number from us anyway."),
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """`currency` is the pool's; today is filled in."""
        super().__init__(*args, **kwargs)
        currency_set(self, currency)
        self.fields["received_on"].initial = clock.today()
        self.fields["kept"].initial = Kept.HAND


class PayerCodeForm(OnceForm):
    """The six digits that the payer got."""

    digits = forms.CharField(
        label=_("The code from the payer’s phone"),
        max_length=12,
        help_text=_("Six digits. The payer reads them out from our message."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    aliases: ClassVar[dict[str, str]] = {"code": "digits"}


class CashConfirmForm(OnceForm):
    """A second person's signature."""

    code = CodeField()


class CashRefuseForm(OnceForm):
    """Why it is not so."""

    reason = ReasonField()
