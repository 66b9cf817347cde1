"""What waits for a custodian's officers at the bank's lines, and from payers whose money is not seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge import clock
from birge.accounts.models import User
from birge.organisations.models import Organisation
from funds.banking.models import BankLine, PayPicture
from funds.payments.models import Payment
from funds.strays.models import PayerClaim, StrayReturn
from funds.strays.selectors import claims_waiting, returns_sent, strays

Heap = tuple[QuerySet[Any], str, Callable[[int], str], str, str]


def lines_known(custodian: Organisation) -> QuerySet[BankLine]:
    """Return the lines that are thought to be some promise's money and wait for an officer."""
    thought = [BankLine.Status.MATCHED, BankLine.Status.SUGGESTED]
    return BankLine.objects.filter(account__custodian=custodian, payment_ref="", status__in=thought)


def lines_aside_asked(custodian: Organisation) -> QuerySet[BankLine]:
    """Return the lines that somebody wants to set aside."""
    asked = BankLine.objects.filter(
        account__custodian=custodian, payment_ref="", aside_by__isnull=False, aside_agreed_by=None
    )
    return asked.select_related("account", "aside_by").order_by("day", "id")


def pictures_waiting(custodian: Organisation) -> QuerySet[PayPicture]:
    """Return the pictures that another officer has to agree to."""
    return PayPicture.objects.filter(custodian=custodian, agreed_at=None, ended_at=None)


def strays_due(custodian: Organisation) -> QuerySet[Payment]:
    """Return the money of unknown origin whose stated time is over, oldest first."""
    last = clock.today() - dt.timedelta(days=settings.UNIDENTIFIED_RETURN_DAYS)
    return strays(custodian).filter(received_on__lte=last).order_by("received_on", "id")


def bank_heaps(custodian: Organisation, user: User) -> list[Heap]:
    """Return the heaps (found, since, title, text, list) for this officer."""
    claims: QuerySet[PayerClaim] = claims_waiting(custodian).order_by()
    returns: QuerySet[StrayReturn] = returns_sent(custodian).exclude(sent_by=user).order_by()
    return [
        (
            claims,
            "made_at",
            lambda n: ngettext("%(n)s payer does not see their money", "%(n)s payers do not see their money", n),
            _("They sent a picture of the slip. Look for it."),
            "custodian_bank",
        ),
        (
            lines_known(custodian).order_by(),
            "file__uploaded_at",
            lambda n: ngettext("%(n)s line of the bank to take in", "%(n)s lines of the bank to take in", n),
            _("It looks like money that somebody promised."),
            "custodian_bank",
        ),
        (
            lines_aside_asked(custodian).exclude(aside_by=user).order_by(),
            "file__uploaded_at",
            lambda n: ngettext("%(n)s line to set aside", "%(n)s lines to set aside", n),
            _("A colleague says it is nothing of our books."),
            "custodian_bank",
        ),
        (
            returns,
            "sent_at",
            lambda n: ngettext("%(n)s return to confirm", "%(n)s returns to confirm", n),
            _("A colleague sent unknown money back. Look at the statement."),
            "custodian_bank",
        ),
        (
            strays_due(custodian).order_by(),
            "recorded_at",
            lambda n: ngettext("%(n)s unknown payment to send back", "%(n)s unknown payments to send back", n),
            _("Nobody said in time that it is theirs."),
            "custodian_bank",
        ),
        (
            pictures_waiting(custodian).exclude(put_by=user).order_by(),
            "put_at",
            lambda n: ngettext("%(n)s QR picture to look at", "%(n)s QR pictures to look at", n),
            _("Donors see it when you agree."),
            "custodian_ways",
        ),
    ]
