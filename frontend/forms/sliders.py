"""A number beside a slider. Both can be used, with or without a script."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .parts import MoneyField

_DECIMAL = re.compile(r"[0-9]{1,9}([.,][0-9]{1,4})?")


class Slider(forms.Widget):
    """A number field with a slider below it. If the slider was moved it counts, else what was typed.

    The slider cannot be empty, so the page says where it stood (`<name>-at`), to tell whether it was moved.
    """

    template_name = "rules/_slider.html"

    def __init__(self, *, least: int | str = 0, most: int | str, step: int | str = 1) -> None:
        """Set the slider's ends, in whole units of what is counted; what is typed may lie beyond them."""
        super().__init__()
        self.least, self.most, self.step = str(least), str(most), str(step)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Place the slider where the number is, or at its nearest end."""
        context = super().get_context(name, value, attrs)
        text = "" if value is None else str(value)
        at = self._place(text)
        context["widget"] |= {
            "value": text, "at": at, "least": self.least, "most": self.most, "step": self.step,
        }  # fmt: skip
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str | None:
        """Return what was meant."""
        typed, slid, at = data.get(name), data.get(f"{name}-slider"), data.get(f"{name}-at")
        if slid is not None and at is not None and slid != at:
            return str(slid)
        return None if typed is None else str(typed)

    def _place(self, text: str) -> str:
        clean = re.sub(r"[\s\u00a0\u202f]", "", text).replace(",", ".")
        if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]+)?", clean):
            return self.least
        step, least = Decimal(self.step), Decimal(self.least)
        kept = min(max(Decimal(clean), least), Decimal(self.most))
        steps = ((kept - least) / step).to_integral_value()
        return f"{(least + steps * step).normalize():f}"


class SumField(MoneyField):
    """A sum with a slider."""

    def __init__(self, *, most: int, step: int, **kwargs: Any) -> None:
        """`most` and `step` are whole units of the currency."""
        super().__init__(widget=Slider(most=most, step=step), **kwargs)


class NumberField(forms.CharField):
    """A number that is not negative, cleaned to exact text with a point, with a slider."""

    def __init__(self, *, least: int = 0, most: int, step: str = "1", whole: bool = False, **kwargs: Any) -> None:
        """`whole`: no places behind the point."""
        super().__init__(max_length=14, widget=Slider(least=least, most=most, step=step), **kwargs)
        self.whole, self.least = whole, least

    def clean(self, value: Any) -> str:
        """Return the number as text, empty if there is none."""
        text = str(super().clean(value)).strip()
        if not text:
            return ""
        if not _DECIMAL.fullmatch(text) or (self.whole and not text.isdigit()):
            raise ValidationError(_("Please write a number, for example 2."))
        if Decimal(text.replace(",", ".")) < self.least:
            raise ValidationError(_("This number is too small."))
        return text.replace(",", ".")
