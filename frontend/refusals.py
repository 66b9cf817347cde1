"""Put a domain refusal beside the field it belongs to."""

from __future__ import annotations

from django import forms

from birge.errors import BirgeError


def refuse_in_form(form: forms.Form, error: BirgeError) -> None:
    """Show `error` at its field if the form has it, else on top. Nothing that was typed is lost."""
    form.add_error(error.field if error.field in form.fields else None, str(error))
