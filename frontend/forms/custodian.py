"""What a custodian's officers say about money. Shape only; the rules live in funds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from birge import clock
from funds.payments.models import PaymentKind
from projects.works.models import Project

from .currencies import CurrencyField, currency_choose
from .parts import CodeField, DayField, MoneyField, OnceForm, PaperForm, ReasonField, currency_set
from .pledging import CreditForm, countries

BY_HAND = [
    (PaymentKind.TRANSFER, _("by bank transfer")),
    (PaymentKind.CASH, _("in cash")),
]


class CodeOnlyForm(OnceForm):
    """A signature."""

    code = CodeField()


class ReasonForm(OnceForm):
    """Why not."""

    reason = ReasonField()


class FindForm(forms.Form):
    """What the officer knows of a promise."""

    q = forms.CharField(
        label=_("Reference, sum, or the donor’s e-mail or phone"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
    )


class ArrivedForm(PaperForm):
    """Money that came: how much, when, and by which line or slip one finds it again."""

    paper_required = False
    amount = MoneyField(label=_("How much came?"))
    received_on = DayField(label=_("On which day?"))
    reference = forms.CharField(
        label=_("Number of the bank’s line, or of the slip"),
        max_length=80,
        required=False,
        help_text=_("So that anybody can find it on the statement again. A picture of it does as well."),
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """`currency` is what the digits count; today is filled in."""
        super().__init__(*args, **kwargs)
        currency_set(self, currency)
        self.fields["received_on"].initial = clock.today()
        self.fields["paper"].label = _("Picture or PDF of the line or slip")


class PaymentForm(ArrivedForm):
    """Money of a donor, or of nobody knows whom."""

    field_order = ("kind", "amount", "currency", "received_on", "reference", "payer_note", "paper")
    currency = CurrencyField()
    kind = forms.ChoiceField(label=_("How did it come?"), choices=BY_HAND, widget=forms.RadioSelect)
    payer_note = forms.CharField(
        label=_("Note"),
        max_length=300,
        required=False,
        help_text=_("Only officers see it. For example who brought it."),
    )

    def __init__(self, *args: Any, currency: str, plan: str = "", **kwargs: Any) -> None:
        """`currency` is what comes first, `plan` that of the project's plan, if another one."""
        super().__init__(*args, currency=currency, **kwargs)
        currency_choose(self, plan or currency, currency)


class VillagePaymentForm(ArrivedForm):
    """The village's own money for its project."""

    field_order = ("project", "amount", "received_on", "reference", "paper")
    project = forms.ChoiceField(label=_("For which project?"))

    def __init__(self, *args: Any, projects: list[tuple[str, str]], **kwargs: Any) -> None:
        """`projects` are (public id, title)."""
        super().__init__(*args, **kwargs)
        self.fields["project"].choices = [("", _("Choose")), *projects]  # type: ignore[attr-defined]


class IdentifyForm(PaperForm):
    """Whose money it was, and what shows that."""

    field_order = ("pledge", "paper", "note")
    paper_missing = _("Please attach what shows that the money is theirs.")
    pledge = forms.CharField(
        label=_("Reference of the promise"),
        max_length=16,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for the proof in its own words."""
        super().__init__(*args, **kwargs)
        self.fields["paper"].label = _("Proof: the payer’s slip or statement")


class BankLineForm(PaperForm):
    """Money that went out: the bank's line, and a signature."""

    field_order = ("bank_reference", "paper", "code")
    paper_missing = _("Please attach the line of the bank’s statement.")
    bank_reference = forms.CharField(label=_("Number of the bank’s line"), max_length=80)
    code = CodeField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name the paper."""
        super().__init__(*args, **kwargs)
        self.fields["paper"].label = _("Line of the bank’s statement")


class RefundForm(BankLineForm):
    """Money that went back; cash has a slip instead of a line."""

    paper_required = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name the paper."""
        super().__init__(*args, **kwargs)
        self.fields["bank_reference"].label = _("Number of the bank’s line, or of the slip")
        self.fields["paper"].label = _("Picture or PDF of the line or slip")


class CallBackForm(OnceForm):
    """An officer reached the donor."""

    reason = ReasonField(label=_("Whom did you reach, when, and on which number?"))


class CallerPledgeForm(CreditForm, OnceForm):
    """A promise that an officer writes down for somebody on the phone or at the desk."""

    field_order = ("project", "amount", "currency", "contact", "country", "credit_choice", "credit_line")
    project = forms.ChoiceField(label=_("For which project?"))
    amount = MoneyField(label=_("How much do they promise?"))
    currency = CurrencyField()
    contact = forms.CharField(
        label=_("Their e-mail or phone"),
        max_length=254,
        required=False,
        help_text=_("Without it we cannot write to them; you will have to call."),
    )
    country = forms.ChoiceField(label=_("Where are they now?"), choices=countries)

    def __init__(self, *args: Any, projects: list[Project], titles: list[tuple[str, str]], **kwargs: Any) -> None:
        """Offer `projects`, which `titles` name."""
        super().__init__(*args, **kwargs)
        self.projects = {project.public_id: project for project in projects}
        self.fields["project"].choices = [("", _("Choose")), *titles]  # type: ignore[attr-defined]
        self.fields["credit_choice"].label = _("Whom do they want thanked in public?")
        chosen = self.projects.get(str(self.data.get("project", "")))
        currency_choose(self, chosen.currency if chosen else "KGS")


class WayForm(OnceForm):
    """Whether a way to pay works today, and what donors read about it."""

    works = forms.TypedChoiceField(
        label=_("Does it work today?"),
        choices=[("yes", _("Yes")), ("no", _("No, show it with the note and do not offer it"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    note_ky = forms.CharField(label=_("Note for donors, in Kyrgyz"), max_length=300, required=False)
    note_ru = forms.CharField(label=_("Note for donors, in Russian"), max_length=300, required=False)
    note_en = forms.CharField(label=_("Note for donors, in English"), max_length=300, required=False)
