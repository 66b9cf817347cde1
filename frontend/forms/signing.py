"""What an outside signatory says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .parts import CodeField, OnceForm, ReasonField


class SignForm(OnceForm):
    """A signature."""

    code = CodeField()


class SeenForm(OnceForm):
    """A yes that needs no second factor: it moves no money by itself."""


class ReportForm(OnceForm):
    """What became of it a year later."""

    reason = ReasonField(
        label=_("How is it today? Does it work, who looks after it?"),
        max_length=1000,
        help_text=_("Everyone will read it."),
    )


class SignatoryForm(OnceForm):
    """Another of the association's people signs from now on."""

    person = forms.ChoiceField(label=_("Who shall sign?"))
    substitute = forms.TypedChoiceField(
        label=_("As what?"),
        choices=[("no", _("as the one who signs")), ("yes", _("as the one who stands in"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    reason = ReasonField()

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        """`people` are (public id, name)."""
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", _("Choose")), *people]  # type: ignore[attr-defined]
