"""Not all the money came: how long to raise it yet, and why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from frontend.forms.parts import OnceForm, ReasonField

from .plain import kind_words


class ExtendForm(OnceForm):
    """So many days more."""

    days = forms.IntegerField(
        label=_("How many days more?"),
        min_value=1,
        initial=30,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    reason = ReasonField(label=_("Why?"), help_text=_("Everyone will read it."))

    def __init__(self, *args: Any, most_days: int, **kwargs: Any) -> None:
        """`most_days` is as far as one may go."""
        super().__init__(*args, **kwargs)
        kind_words(self)
        self.fields["days"].widget.attrs["max"] = most_days
        self.fields["days"].help_text = _("At most %(count)s.") % {"count": most_days}
