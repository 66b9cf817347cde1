"""A matching donor promises its share."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from .parts import MoneyField, OnceForm, currency_set


class SharePromiseForm(OnceForm):
    """How much of the share."""

    amount = MoneyField(label=_("How much do you promise?"))

    def __init__(self, *args: Any, currency: str, rest: str, **kwargs: Any) -> None:
        """`rest` is what is still lacking, filled in as people write it."""
        super().__init__(*args, **kwargs)
        currency_set(self, currency)
        self.fields["amount"].initial = rest
