"""What is said about an expense."""

from __future__ import annotations

from api.fields import Day, MoneyInput, PublicId, StrictSerializer, Text, WholeNumber


class ExpenseInput(StrictSerializer):
    """A receipt for what was released."""

    release = PublicId()
    budget_line = WholeNumber(min_value=0, max_value=1000, help_text="Its position.")
    amount = MoneyInput()
    supplier = Text(max_length=200)
    number = Text(max_length=60, help_text="The receipt's number.")
    spent_on = Day()
    receipt = PublicId(help_text="Document of kind `receipt`.")
