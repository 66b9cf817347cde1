"""What every form of the village shares."""

from __future__ import annotations

from typing import Any

from django import forms


class PlainForm(forms.Form):
    """A form that leaves complaints to the server: they are translated, kind, and stay beside their field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Turn off what the browser would say by itself."""
        kwargs.setdefault("use_required_attribute", False)
        super().__init__(*args, **kwargs)
