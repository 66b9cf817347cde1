"""Several rows on one page without a script: a button asks for one more, empty rows are left out."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet, formset_factory
from django.http import QueryDict
from django.utils.translation import gettext as _

from birge.errors import BirgeError
from birge.money import EXPONENTS

from .plain import kind_words

MOST_ROWS = 100
_BLANKS = re.compile(r"[\s\u00a0\u202f\u2009'’_]")
_QUANTITY = re.compile(r"(\d{1,9})(?:[.,](\d{1,3}))?")


class Row(forms.Form):
    """One row. It counts once something is typed that was not suggested, and is left out when emptied."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask kindly for what is missing."""
        super().__init__(*args, **kwargs)
        kind_words(self)

    def has_changed(self) -> bool:
        """Say whether it counts."""
        typed = (bound.data for bound in self if not bound.is_hidden)
        return super().has_changed() and any(str(value or "").strip() for value in typed)


class Rows(BaseFormSet[forms.Form]):
    """Rows of a plan. Blank ones do not count; what a service refuses is shown on top, with all that was typed."""

    refused = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Let rows be blank, and name their fields shortly."""
        kwargs.setdefault("prefix", "row")
        kwargs["form_kwargs"] = {
            "use_required_attribute": False,
            "empty_permitted": True,
            **kwargs.get("form_kwargs", {}),
        }
        super().__init__(*args, **kwargs)

    def refuse(self, error: BirgeError | str) -> None:
        """Show why the rows together cannot be taken."""
        self.refused = str(error)

    @property
    def filled(self) -> list[dict[str, Any]]:
        """Return what the rows say that are not blank."""
        return [form.cleaned_data for form in self.forms if form.has_changed() and form.cleaned_data]

    @property
    def wrong(self) -> list[tuple[int, forms.BoundField, str]]:
        """Return each mistake with the number of its row, for the summary on top."""
        return [
            (number, form[name], str(messages[0]))
            for number, form in enumerate(self.forms, start=1)
            for name, messages in form.errors.items()
            if name in form.fields
        ]


def rows_of(form: type[forms.Form], *, blank: int) -> type[Rows]:
    """Return the formset of such rows, with `blank` ones below those that are there."""
    made = formset_factory(form, formset=Rows, extra=blank, max_num=MOST_ROWS, absolute_max=MOST_ROWS)
    return cast("type[Rows]", made)


def with_one_more(data: QueryDict, *, more: int = 1) -> QueryDict:
    """Return what was sent, with more blank rows at its end."""
    longer = data.copy()
    try:
        count = int(longer.get("row-TOTAL_FORMS", 0))
    except ValueError:
        count = 0
    longer["row-TOTAL_FORMS"] = str(min(MOST_ROWS, max(0, count) + more))
    return longer


def plain_amount(minor: int, currency: str) -> str:
    """Return a sum as one types it: `12 500,50`."""
    exponent = EXPONENTS[currency]
    whole, rest = divmod(minor, 10**exponent)
    tail = f",{rest:0{exponent}d}" if rest else ""
    return f"{whole:,}".replace(",", " ") + tail


def plain_quantity(quantity: Decimal) -> str:
    """Return a quantity as one types it: `2,5`."""
    return f"{quantity.normalize():f}".replace(".", ",")


class QuantityField(forms.CharField):
    """How many, as people write it; cleaned to a Decimal."""

    def __init__(self, **kwargs: Any) -> None:
        """Ask for digits on a phone's number pad."""
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(max_length=16, widget=widget, **kwargs)

    def clean(self, value: Any) -> Any:
        """Return the Decimal. Three digits behind a mark could be thousands, so `1.500` is refused as unclear."""
        text = _BLANKS.sub("", super().clean(value))
        if not text:
            return None
        found = _QUANTITY.fullmatch(text)
        if found is None:
            raise ValidationError(_("Please write how many in digits, for example 20 or 2,5."))
        whole, part = found.group(1), found.group(2) or ""
        if len(part) == 3 and int(whole) > 0:
            raise ValidationError(_("Please write it without dots or commas between thousands, for example 1500."))
        return Decimal(f"{whole}.{part or 0}")
