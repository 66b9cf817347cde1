"""What a council's deputy says about a project."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .parts import DayField, OnceForm, PaperForm, ReasonField


class AdoptForm(PaperForm):
    """The council's decision: number, day, and the signed paper."""

    field_order = ("number", "date", "paper")
    paper_missing = _("Please attach the council’s decision.")
    number = forms.CharField(label=_("Number of the decision"), max_length=60)
    date = DayField(label=_("Day of the decision"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say that the paper becomes public."""
        super().__init__(*args, **kwargs)
        self.fields["paper"].label = _("The signed decision")
        self.fields["paper"].help_text = _("A photo or a PDF, at most 15 MB. Everyone will be able to read it.")


class PublicReasonForm(OnceForm):
    """A reason that everyone will read."""

    reason = ReasonField(max_length=1000, help_text=_("Everyone will read it."))
