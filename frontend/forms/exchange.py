"""What the bank exchanged for a custodian, as its officer writes it down."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from birge import clock
from frontend.presenters.rates import currency_name
from funds.exchange.models import Place

from .parts import DayField, MoneyField, PaperForm


class ExchangeForm(PaperForm):
    """`cleaned_data["gave"]` and `["got"]` are Money in the chosen currencies; lines are public ids, or nothing."""

    field_order = (
        "gave", "gave_currency", "gave_from", "got", "got_currency", "got_to", "done_on", "reference", "gave_line",
        "got_line", "paper",
    )  # fmt: skip
    aliases: ClassVar[dict[str, str]] = {"line": "gave_line", "paper": "paper"}
    paper_required = False
    gave = MoneyField(label=_("How much did you give?"))
    gave_currency = forms.ChoiceField(label=_("In which currency?"))
    gave_from = forms.ChoiceField(label=_("Where was it?"), choices=Place.choices, initial=Place.BANK)
    got = MoneyField(label=_("How much did you get for it?"))
    got_currency = forms.ChoiceField(label=_("In which currency?"), initial="KGS")
    got_to = forms.ChoiceField(label=_("Where is it now?"), choices=Place.choices, initial=Place.BANK)
    done_on = DayField(label=_("On which day?"))
    reference = forms.CharField(label=_("Number of the bank’s line, or of the slip"), max_length=80, required=False)
    gave_line = forms.ChoiceField(label=_("The bank’s line on which it went"), required=False)
    got_line = forms.ChoiceField(label=_("The bank’s line on which it came"), required=False)

    def __init__(self, *args: Any, went: list[tuple[str, str]], came: list[tuple[str, str]], **kwargs: Any) -> None:
        """`went` and `came` are the bank's lines to choose from: (public id, words)."""
        super().__init__(*args, **kwargs)
        named = [(code, currency_name(code)) for code in settings.PLEDGE_LIMITS]
        for side, lines in (("gave", went), ("got", came)):
            self.fields[f"{side}_currency"].choices = [("", _("Choose")), *named]  # type: ignore[attr-defined]
            chosen = str(self.data.get(f"{side}_currency", ""))
            self.fields[side].currency = chosen if chosen in settings.PLEDGE_LIMITS else "KGS"  # type: ignore[attr-defined]
            if lines:
                self.fields[f"{side}_line"].choices = [("", _("none")), *lines]  # type: ignore[attr-defined]
            else:
                del self.fields[f"{side}_line"]
        self.fields["done_on"].initial = clock.today()
        self.fields["paper"].label = _("Picture or PDF of the line or slip")
