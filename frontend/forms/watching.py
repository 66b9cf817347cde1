"""What officers write about what does not agree, and about what looks like abuse."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .parts import OnceForm, ReasonField


class NoteForm(OnceForm):
    """What was found out."""

    note = ReasonField(label=_("What you found out"))


class DecisionForm(OnceForm):
    """What it is, and why one thinks so."""

    decision = forms.ChoiceField(label=_("What is it?"), widget=forms.RadioSelect)
    reason = ReasonField()

    def __init__(self, *args: Any, decisions: list[tuple[str, Any]], **kwargs: Any) -> None:
        """`decisions` are those that fit."""
        super().__init__(*args, **kwargs)
        field = self.fields["decision"]
        if isinstance(field, forms.ChoiceField):
            field.choices = decisions


class ObjectForm(forms.Form):
    """Why a decision is wrong, in the donor's words."""

    words = forms.CharField(label=_("Why is it wrong?"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
