"""Messages to donors, in the language they chose, by the way they chose."""

from __future__ import annotations

from typing import Any

from birge.money import Money, format_money
from birge.notifications.services import notice_send
from funds.banking.services import reference_for

from .contacts import contact_of
from .models import Pledge
from .tokens import pledge_link

ASK_TO_PAY = frozenset({"pledge_due", "pledge_remainder"})


def pledge_notice(pledge: Pledge, template: str, **context: Any) -> None:
    """Send `notifications/<template>.txt` to the donor; does nothing where no contact is left.

    The template always knows `amount`, `project` (title) and `link` ("where is my money"); one that asks to pay also
    `reference`, to be written with a transfer.
    """
    contact = contact_of(pledge)
    if contact is None:
        return
    context.setdefault("amount", money_text(pledge.amount, pledge.language))
    context.setdefault("project", pledge.project.title(pledge.language))
    context.setdefault("link", pledge_link(pledge))
    if template in ASK_TO_PAY:
        context.setdefault("reference", reference_for(pledge.group))
    notice_send(contact=contact, template=template, language=pledge.language, **context)


def money_text(money: Money, language: str) -> str:
    """Return the sum as this reader writes it."""
    return format_money(money, language)
