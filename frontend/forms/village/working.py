"""While it is built: news, answers, asking for money, signing, receipts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.files.base import File
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from birge.documents.models import Document, DocumentKind
from birge.money import Money, format_money
from frontend.forms.parts import CodeField, DayField, MoneyField, OnceForm, PaperForm, ReasonField, currency_set
from frontend.presenters.words import language
from funds.releases.models import Release
from projects.updates.services import LONGEST, MOST_PHOTOS
from projects.works.models import BudgetLine, Milestone, Project

from .plain import PlainForm, kind_words
from .writing import LANGUAGE_CHOICES

PHOTO_AND_PDF = {"accept": "image/*,application/pdf"}


class ManyFilesInput(forms.ClearableFileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several photos at once; cleaned to a list."""

    widget = ManyFilesInput(attrs={"accept": "image/*"})

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Check each file."""
        sent = data if isinstance(data, list | tuple) else [data] if data else []
        if not sent:
            super().clean(None, initial)  # says so where one is needed
        if len(sent) > MOST_PHOTOS:
            raise forms.ValidationError(_now("At most ten photos at once."))
        clean_one = super().clean
        return [clean_one(each, initial) for each in sent]


class NewsForm(PlainForm):
    """A photo and two sentences from the site."""

    text = forms.CharField(
        label=_("What has happened?"),
        max_length=LONGEST,
        help_text=_("Two sentences are enough."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    photos = PhotosField(
        label=_("Photos"),
        required=False,
        help_text=_("Up to ten, at most 15 MB each. Where they were taken is removed."),
    )
    caption = forms.CharField(label=_("What do the photos show?"), max_length=160, required=False)
    milestone = forms.ChoiceField(label=_("Which stage?"), required=False)
    taken_on = DayField(label=_("Day of the photos"), required=False)
    language = forms.ChoiceField(label=_("In which language did you write?"), choices=LANGUAGE_CHOICES)

    def __init__(self, *args: Any, stages: Sequence[Milestone], **kwargs: Any) -> None:
        """Offer the stages of the project."""
        super().__init__(*args, **kwargs)
        self.stages = {str(stage.position): stage for stage in stages}
        choice = self.fields["milestone"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 - declared above
        choice.choices = [("", _("none in particular")), *((key, stage.text) for key, stage in self.stages.items())]
        self.fields["language"].initial = language()

    def service_data(self) -> dict[str, Any]:
        """Return the arguments of `update_publish`."""
        data = self.cleaned_data
        photos: list[File[bytes]] = data["photos"]
        return {
            "text": data["text"],
            "language": data["language"],
            "photos": photos,
            "captions": [data["caption"]] * len(photos),
            "milestone": self.stages.get(data["milestone"]),
            "taken_on": data["taken_on"],
        }


class AnswerForm(PlainForm):
    """The village's answer. It is public and final."""

    text = forms.CharField(label=_("Your answer"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))


class AskForm(PaperForm):
    """Asking for the money of a stage."""

    aliases: ClassVar[dict[str, str]] = {**PaperForm.aliases, "basis": "paper"}

    paper_required = False
    reason = ReasonField(
        label=_("What is it for?"), help_text=_("For example: the poles are ordered, the supplier wants half.")
    )

    def __init__(self, *args: Any, first: bool, **kwargs: Any) -> None:
        """Demand a contract or quote for the first money; later it may come along."""
        super().__init__(*args, **kwargs)
        self.paper_required = first
        self.fields["paper"].label = _("Contract or quote")
        self.fields["paper"].widget.attrs.update(PHOTO_AND_PDF)
        self.fields["paper"].help_text = _("A photo or a PDF, at most 15 MB. Everyone can see it.")
        self.order_fields(["reason", "paper"])
        kind_words(self)


class SignForm(OnceForm):
    """The head's signature: nothing but the code."""

    code = CodeField()


class RefuseForm(OnceForm):
    """Why not."""

    reason = ReasonField()


class ReceiptForm(PaperForm):
    """What a part of the money was spent on."""

    release = forms.ChoiceField(label=_("From which money?"))
    budget_line = forms.ChoiceField(label=_("For what?"))
    amount = MoneyField(label=_("How much?"))
    supplier = forms.CharField(label=_("Who was paid?"), max_length=200)
    number = forms.CharField(label=_("Number on the receipt"), max_length=60)
    spent_on = DayField(label=_("Day of the receipt"))
    paper_missing = _("Please attach the receipt: a photo or a PDF.")

    def __init__(self, *args: Any, project: Project, releases: Sequence[Release], **kwargs: Any) -> None:
        """Offer the money that was paid out and the lines of the plan."""
        super().__init__(*args, **kwargs)
        self.releases = {each.public_id: each for each in releases}
        self.lines: dict[str, BudgetLine] = {str(each.position): each for each in project.budget_lines.all()}
        said = language()
        paid = [
            (key, f"{each.milestone.text}: {format_money(Money(each.amount_minor, each.currency), said)}")
            for key, each in self.releases.items()
        ]
        lines = [(key, line.text) for key, line in self.lines.items()]
        for name, choices in (("release", paid), ("budget_line", lines)):
            choice = self.fields[name]
            assert isinstance(choice, forms.ChoiceField)  # noqa: S101 - declared above
            choice.choices = choices if len(choices) == 1 else [("", _("Choose")), *choices]
        currency_set(self, project.currency)
        self.fields["paper"].label = _("Photo of the receipt")
        self.fields["paper"].widget.attrs.update(PHOTO_AND_PDF)
        self.order_fields(["paper", "amount", "budget_line", "supplier", "number", "spent_on", "release"])
        kind_words(self)

    def receipt(self, **stored: Any) -> Document | None:
        """Return the paper, stored. It is kept even where other fields are wrong, so that it is sent only once."""
        return self.paper_document(kind=DocumentKind.RECEIPT, **stored)

    def service_data(self) -> dict[str, Any]:
        """Return the arguments of `expense_submit` but the paper and the person."""
        data = self.cleaned_data
        return {
            "release": self.releases[data["release"]],
            "budget_line": self.lines[data["budget_line"]],
            **{name: data[name] for name in ("amount", "supplier", "number", "spent_on")},
        }
