"""What every form of the village shares."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

PLEASE = _("Please fill this in.")


class PlainForm(forms.Form):
    """A form that leaves complaints to the server: they are translated, kind, and stay beside their field.

    `aliases` names the field where a service's own name of one is put right.
    """

    aliases: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Turn off what the browser would say by itself."""
        kwargs.setdefault("use_required_attribute", False)
        super().__init__(*args, **kwargs)
        kind_words(self)


def kind_words(form: forms.Form) -> None:
    """Ask for what is missing, instead of calling it required."""
    for field in form.fields.values():
        field.error_messages["required"] = PLEASE
