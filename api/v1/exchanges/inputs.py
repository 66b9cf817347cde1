"""What the custodian's officers say about an exchange at their bank."""

from __future__ import annotations

from api.fields import Day, MoneyInput, OneOf, PublicId, StrictSerializer, Text
from funds.exchange.models import Place


class ExchangeInput(StrictSerializer):
    """So much of one currency was given for so much of another."""

    custodian = PublicId()
    gave = MoneyInput()
    got = MoneyInput()
    gave_from = OneOf(choices=Place.choices, required=False, help_text="Where it lay; `bank` if left out.")
    got_to = OneOf(choices=Place.choices, required=False, help_text="Where it lies now; `bank` if left out.")
    done_on = Day()
    reference = Text(max_length=80, required=False, allow_blank=True, help_text="The bank's number, or the slip's.")
    paper = PublicId(required=False, help_text="Document of kind `bank_line` or `receipt`.")
    gave_line = PublicId(required=False, help_text="The line of a statement on which it went.")
    got_line = PublicId(required=False, help_text="The line of a statement on which it came.")
