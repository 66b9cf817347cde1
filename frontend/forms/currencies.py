"""In which currency a sum is typed: the plan's own, or another one whose rate is known."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from frontend.presenters.currencies import currencies_offered
from frontend.presenters.rates import currency_name

from .parts import currency_set


def currency_choose(form: forms.Form, plan: str, usual: str = "") -> None:
    """Let this form's `currency` be one that can be promised to such a plan; its sums count in what was chosen.

    `usual` is chosen first where it is offered. A form that says nothing means the plan's own.
    """
    offered = currencies_offered(plan)
    said = str(form.data.get("currency", "") or (form.initial.get("currency", "") if not form.is_bound else ""))
    first = usual if usual in offered and not form.is_bound else plan
    chosen = said if said in offered else first
    field = form.fields["currency"]
    field.choices = [(each, currency_name(each)) for each in offered]  # type: ignore[attr-defined]
    field.initial = chosen
    currency_set(form, chosen)


class CurrencyField(forms.ChoiceField):
    """In which currency the sum is. Left out it is the plan's: see `currency_choose`."""

    def __init__(self, **kwargs: Any) -> None:
        """Take the choices later."""
        super().__init__(label=_("Currency"), required=False, **kwargs)
