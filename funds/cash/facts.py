"""What anyone may know of a receipt for cash: number, sum, day, what for, who holds it, what became of it. No names."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from birge.money import EXPONENTS, Money
from birge.organisations.models import Organisation

from .models import Kept


class ReceiptStatus(models.TextChoices):
    """What became of cash."""

    WAITS = "waits", _("not confirmed yet")
    IN_HAND = "in_hand", _("confirmed, not at the bank yet")
    PART_BANKED = "part_banked", _("a part is at the bank")
    BANKED = "banked", _("at the bank")
    PAID_OUT = "paid_out", _("paid out again in cash")
    VOID = "void", _("void")


@dataclass(frozen=True)
class ReceiptFacts:
    """One receipt, for everyone. `purpose` and organisations are named by whoever shows them."""

    public_id: str
    number: str
    amount: Money
    day: dt.date
    office: Organisation
    custodian: Organisation
    purpose_kind: str  # project | pool | unknown
    purpose_ref: str
    purpose_names: tuple[str, str, str]  # ky, ru, en
    kept: Kept
    status: ReceiptStatus
    confirmed_on: dt.date | None
    banked_on: dt.date | None
    on_statement: bool  # the bank's own line was found
    red: bool
    days: int

    @property
    def url(self) -> str:
        """Return the short address of the page where it can be checked."""
        return f"{settings.SITE_URL}/k/{self.public_id}"

    @property
    def code(self) -> str:
        """Return what the QR code says: the address, and behind a # the facts, to be read without a network.

        Plain Latin letters, so that every phone shows them; what is behind the # never leaves the phone.
        """
        places = EXPONENTS[self.amount.currency]
        whole, rest = divmod(self.amount.minor, 10**places)
        digits = f"{whole}.{rest:0{places}d}" if places else str(whole)
        return f"{self.url}#{self.number}_{digits}_{self.amount.currency}_{self.day.isoformat()}"

    def purpose(self, language: str) -> str:
        """Return what it is for, in `language`, else in Russian; empty where nobody knows."""
        ky, ru, en = self.purpose_names
        return {"ky": ky, "ru": ru, "en": en}.get(language, "") or ru or ky or en
