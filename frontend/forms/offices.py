"""An organisation applies, and offices change hands. Shape only; the rules live in birge.organisations."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from birge.accounts.models import User
from birge.organisations.models import DecidedHow

from .parts import CodeField, DayField, MoneyField, OnceForm, PaperForm, ReasonField
from .pledging import countries

LONG = 2000


class PersonField(forms.EmailField):
    """Somebody with an account, by the whole address; cleaned to the person."""

    def __init__(self, **kwargs: Any) -> None:
        """Say what is needed first."""
        kwargs.setdefault("help_text", _("Their e-mail address. They must have an account and have signed in once."))
        super().__init__(max_length=254, **kwargs)

    def clean(self, value: Any) -> Any:
        """Return the person."""
        address = super().clean(value)
        if not address:
            return None
        found = User.objects.filter(email=address.lower(), is_active=True).first()
        if found is None:
            raise ValidationError(_("Nobody with this address has an account. Ask them to sign in once."))
        return found


class PlaceForm(forms.Form):
    """Where it is."""

    q = forms.CharField(label=_("Name of the ayil aimak or town"), max_length=80)


class ApplyForm(PaperForm):
    """An organisation, by its name and papers."""

    field_order = (
        "name_ru", "name_ky", "name_en", "country", "registered_number", "contact_email", "about", "paper",
    )  # fmt: skip
    paper_required = False
    name_ru = forms.CharField(label=_("Name in Russian"), max_length=160)
    name_ky = forms.CharField(label=_("Name in Kyrgyz"), max_length=160, required=False)
    name_en = forms.CharField(label=_("Name in English"), max_length=160, required=False)
    country = forms.ChoiceField(label=_("Country"), choices=countries, initial="KG")
    registered_number = forms.CharField(
        label=_("Registration number"), max_length=40, required=False, help_text=_("If it is registered.")
    )
    contact_email = forms.EmailField(label=_("E-mail of the organisation"), required=False)
    about = forms.CharField(
        label=_("What does it do?"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, local: bool, **kwargs: Any) -> None:
        """Do not ask a `local` one for its country."""
        super().__init__(*args, **kwargs)
        if local:
            del self.fields["country"]
        self.fields["paper"].label = _("Its papers: charter, decision, or written rules")
        self.fields["paper"].help_text = _(
            "A photo or a PDF, at most 15 MB. Only you and the administrators see it. It can follow later."
        )


class PapersForm(PaperForm):
    """Papers that follow."""

    paper_missing = _("Please attach the papers.")


class RequestForm(PaperForm):
    """What every wish about an office has: a reason and, where there is one, a paper."""

    paper_required = False
    aliases: ClassVar[dict[str, str]] = {**PaperForm.aliases, "role": "office", "seat": "office"}
    reason = ReasonField(max_length=LONG)

    def __init__(self, *args: Any, offices: list[tuple[str, str]], **kwargs: Any) -> None:
        """`offices` are the choices of this kind of wish, as (value, words)."""
        super().__init__(*args, **kwargs)
        self.fields["paper"].label = _("Paper: decision, order or minutes")
        office = self.fields.get("office")
        if isinstance(office, forms.ChoiceField):
            office.choices = [("", _("Choose")), *offices]


class GrantForm(RequestForm):
    """Somebody gets an office that nobody holds, or stands in for its holder."""

    field_order = ("office", "person", "acting", "ends", "reason", "paper")
    office = forms.ChoiceField(label=_("Which office?"))
    person = PersonField(label=_("Who shall hold it?"))
    acting = forms.BooleanField(label=_("Only stands in for the holder, until the last day below"), required=False)
    ends = DayField(label=_("Last day"), required=False, help_text=_("Empty: until something changes."))


class FirstForm(RequestForm):
    """The first person who may act for an organisation."""

    field_order = ("office", "person", "ends", "reason", "paper")
    office = forms.ChoiceField(label=_("Which office?"))
    person = PersonField(label=_("Who shall hold it?"))
    ends = DayField(label=_("Last day"), required=False, help_text=_("Empty: until something changes."))


class HandOverForm(FirstForm):
    """One person leaves an office and another takes it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask in the words of a hand-over."""
        super().__init__(*args, **kwargs)
        self.fields["office"].label = _("Which office is handed over?")
        self.fields["person"].label = _("Who takes it over?")


class HolderForm(RequestForm):
    """It is about somebody who holds an office now: their term ends, or their phone is lost."""

    field_order = ("office", "reason", "paper")
    aliases: ClassVar[dict[str, str]] = {**RequestForm.aliases, "person": "office"}
    office = forms.ChoiceField(label=_("Whom is it about?"))


class MemberForm(OnceForm):
    """A new member of an association."""

    person = PersonField(label=_("Who becomes a member?"))


class DecideForm(OnceForm):
    """A yes: why, and a signature."""

    reason = ReasonField(label=_("What did you look at?"), max_length=LONG)
    code = CodeField()


class AgreeForm(OnceForm):
    """A yes that may stand without words."""

    reason = ReasonField(label=_("Note"), max_length=LONG, required=False)
    code = CodeField()


class WhyForm(OnceForm):
    """A no, and why."""

    reason = ReasonField(max_length=LONG)


class WhyShortForm(OnceForm):
    """A no, and why, in a line or two."""

    reason = ReasonField()


class NothingForm(OnceForm):
    """A button that needs no words."""


class JoinForm(OnceForm):
    """Somebody wants to be a member."""

    message = forms.CharField(
        label=_("A few words to the chair"),
        max_length=300,
        required=False,
        help_text=_("For example from which village you are, and who knows you."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RemoveForm(OnceForm):
    """A membership ends."""

    person = forms.ChoiceField(label=_("Who?"))
    reason = ReasonField(max_length=LONG)

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        """`people` are the members, as (identifier, words)."""
        super().__init__(*args, **kwargs)
        person = self.fields["person"]
        if isinstance(person, forms.ChoiceField):
            person.choices = [("", _("Choose")), *people]


class TermsForm(PaperForm):
    """Terms of reference: what was agreed on, and how many must say yes."""

    field_order = ("text", "how", "threshold", "needed_below", "needed_above", "days", "paper")
    aliases: ClassVar[dict[str, str]] = {
        **PaperForm.aliases, "threshold_minor": "threshold", "currency": "threshold", "days_to_decide": "days",
    }  # fmt: skip
    paper_required = False
    text = forms.CharField(
        label=_("What have you agreed on?"),
        max_length=20_000,
        help_text=_("In your own words: what the money is for, who does what, how you report. Everyone can read it."),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    how = forms.ChoiceField(
        label=_("Who decides on the money?"),
        widget=forms.RadioSelect,
        choices=[
            (DecidedHow.SIGNATURES, _("Those who sign: chair, treasurer, signatories")),
            (DecidedHow.VOTE, _("All members, by a vote")),
        ],
    )
    threshold = MoneyField(
        label=_("Sum above which more people must agree"), help_text=_("In som. 0 means that no sum is small.")
    )
    needed_below = forms.IntegerField(
        label=_("How many agree up to this sum?"),
        min_value=1,
        max_value=999,
        help_text=_("Whoever proposes never counts."),
    )
    needed_above = forms.IntegerField(label=_("How many agree above it?"), min_value=1, max_value=999)
    days = forms.IntegerField(label=_("How many days to decide?"), min_value=1, max_value=60, initial=7)

    def __init__(self, *args: Any, voting: bool, **kwargs: Any) -> None:
        """Only where there are members is there something to choose."""
        super().__init__(*args, **kwargs)
        if not voting:
            del self.fields["how"]
        self.fields["paper"].label = _("The paper you have signed")
        self.fields["paper"].help_text = _("If there is one. A photo or a PDF, at most 15 MB. Everyone can see it.")
