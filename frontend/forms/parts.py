"""Pieces that many forms share: a sum, a code, a paper, a reason, and the key that makes a second tap harmless."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from birge import randomness
from birge.accounts.models import User
from birge.documents.models import Document
from birge.documents.services import document_store
from birge.errors import BirgeError, InvalidInput
from birge.money import currency_unit, parse_amount
from birge.organisations.models import Organisation
from frontend.presenters.words import language

REASON_LENGTH = 300
# How services call the one paper that a form may have.
PAPER_FIELDS = frozenset({"bank_line", "evidence", "file", "papers", "proof", "receipt", "resolution"})


class MoneyField(forms.CharField):
    """A sum as people write it; cleaned to Money in `currency`, which the form may set later."""

    def __init__(self, *, currency: str = "KGS", **kwargs: Any) -> None:
        """`currency` is what the digits count."""
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(max_length=24, **kwargs)
        self.currency, self.words = currency, self.label

    def clean(self, value: Any) -> Any:
        """Return Money, or say at the field what cannot be read."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_amount(text, self.currency)
        except BirgeError as error:
            raise ValidationError(str(error)) from error


def currency_set(form: forms.Form, currency: str) -> None:
    """Let every sum of this form count in `currency`, and say so at the field where none can be chosen."""
    unit = "" if "currency" in form.fields else f" ({currency_unit(currency, language())})"
    for field in form.fields.values():
        if isinstance(field, MoneyField):
            field.currency = currency
            field.label = f"{field.words}{unit}"


class CodeField(forms.CharField):
    """The code of the second factor. Left empty where a passkey was just shown."""

    def __init__(self, **kwargs: Any) -> None:
        """Prepare for a phone's number pad and for browsers that fill in codes."""
        super().__init__(
            label=_("Code of your second factor"),
            max_length=40,
            required=False,
            help_text=_("From your authenticator app, or a recovery code."),
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
            **kwargs,
        )


class ReasonField(forms.CharField):
    """Why. Never optional, because somebody will read it."""

    def __init__(self, **kwargs: Any) -> None:
        """Show two lines: enough for most reasons."""
        kwargs.setdefault("label", _("Why?"))
        kwargs.setdefault("max_length", REASON_LENGTH)
        super().__init__(widget=forms.Textarea(attrs={"rows": 2}), **kwargs)


class DayField(forms.DateField):
    """A day, picked on a phone's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        """Take ISO dates: browsers send them whatever they show."""
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **kwargs)


class OnceForm(forms.Form):
    """A form that does something once. A fresh one carries a fresh key; the same one sent twice acts once."""

    # Where a refusal about one thing stands, if the form has no field of that name.
    aliases: ClassVar[dict[str, str]] = {}
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Give a fresh form its key, and keep the labels of several forms on one page apart."""
        kwargs.setdefault("use_required_attribute", False)
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = randomness.new_uuid().hex

    @property
    def takes_code(self) -> bool:
        """Say whether it asks for the second factor."""
        return "code" in self.fields


class PaperForm(OnceForm):
    """A form with one paper. Once sent, the paper is kept, so that a wrong code does not cost a second upload."""

    aliases: ClassVar[dict[str, str]] = dict.fromkeys(PAPER_FIELDS, "paper")
    paper = forms.FileField(label=_("Paper"), required=False, help_text=_("A photo or a PDF, at most 15 MB."))
    paper_kept = forms.CharField(widget=forms.HiddenInput, max_length=16, required=False)
    paper_required = True
    paper_missing: Any = _("Please attach it: a photo or a PDF.")

    def clean(self) -> dict[str, Any]:
        """Ask for the paper unless it came before."""
        data = super().clean() or {}
        if self.paper_required and not data.get("paper") and not data.get("paper_kept") and "paper" not in self.errors:
            self.add_error("paper", self.paper_missing)
        return data

    def paper_document(
        self, *, kind: str, actor: User | None, organisation: Organisation | None, visibility: str, **more: Any
    ) -> Document | None:
        """Return the paper as a stored document, the kept one if none was sent now. Raises InvalidInput (`paper`)."""
        file, kept = self.cleaned_data.get("paper"), self.cleaned_data.get("paper_kept", "")
        if file is None and not kept:
            return None
        if file is None:
            document = Document.objects.filter(public_id=kept, uploaded_by=actor, kind=kind).first()
            if document is None and self.paper_required:
                raise InvalidInput(str(self.paper_missing), field="paper")
        else:
            try:
                document = document_store(
                    file=file, kind=kind, actor=actor, organisation=organisation, visibility=visibility, **more
                )
            except BirgeError as error:
                error.field = "paper"
                raise
        if document is None:
            return None
        self["paper"].help_text = _("Kept from before. Attach another one only to replace it.")
        self.data = {**{name: self.data[name] for name in self.data}, "paper_kept": document.public_id}
        return document
