"""What officers have to send, as a table for the bank's programme; and where donors want it to go."""

from __future__ import annotations

import csv
import io

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.errors import InvalidInput, RuleNotMet
from birge.organisations.models import Organisation
from birge_engine.journals import BYTE_ORDER_MARK, FORMULA, amount_text
from funds.banking.models import PaymentReference
from funds.banking.references import reference_of
from funds.pledges.models import PledgeContact, PledgeCredit
from funds.pledges.tokens import pledge_by_token
from funds.releases.models import REFUND_ENDED, Refund
from funds.returns.models import ACCOUNT_LENGTH, NAME_LENGTH, BackAccount

from .many import refunds_by_hand

COLUMNS = ("refund", "reference", "name", "bank", "account", "amount", "currency", "project", "came_as", "came_on")


def sending_csv(custodian: Organisation, *, language: str, delimiter: str = ";") -> str:
    """Return what officers have to send, a line each. Personal: for the custodian's officers only.

    The name is the one of the account that the donor gave, else the one under which they want thanks, else none.
    """
    refunds = refunds_by_hand(custodian)
    groups = sorted({refund.payment.group for refund in refunds if refund.payment.group})
    PaymentReference.objects.bulk_create([PaymentReference(group=each) for each in groups], ignore_conflicts=True)
    numbers = dict(PaymentReference.objects.filter(group__in=groups).values_list("group", "pk"))
    accounts = {row.group: row for row in BackAccount.objects.filter(group__in=groups)}
    names = dict(PledgeCredit.objects.filter(pledge__group__in=groups).values_list("pledge__group", "line"))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for refund in refunds:
        group = refund.payment.group
        account = accounts.get(group)
        writer.writerow(
            FORMULA.sub("'", str(value))
            for value in (
                refund.public_id,
                reference_of(numbers[group]) if group in numbers else refund.public_id,
                account.holder if account else names.get(group, ""),
                account.bank if account else "",
                account.account if account else "",
                amount_text(refund.amount_minor, refund.currency),
                refund.currency,
                refund.project.title(language),
                refund.payment.kind,
                refund.payment.received_on.isoformat(),
            )
        )
    return BYTE_ORDER_MARK + out.getvalue()


@transaction.atomic
def back_account_set(*, token: str, holder: str, account: str, bank: str = "") -> BackAccount | None:
    """Keep where the donor wants money sent back to, by their signed link; nothing typed deletes it.

    Personal: it goes with the contact, and once the money went. Raises NotFound, InvalidInput (`holder`, `account`,
    `bank`), RuleNotMet (`no_contact` after they asked to be forgotten; `sent` once it is on its way or went).
    """
    pledge = pledge_by_token(token)
    contact = PledgeContact.objects.filter(pledge__group=pledge.group).order_by("id").first()
    if contact is None:
        raise RuleNotMet(_("We have forgotten who you are, so we keep no account of yours either."), code="no_contact")
    sent = Refund.objects.filter(payment__group=pledge.group).exclude(status="due")
    if sent.exclude(status__in=REFUND_ENDED).exists():
        raise RuleNotMet(_("It was sent already."), code="sent")
    holder, bank = " ".join(holder.split()), " ".join(bank.split())
    account = "".join(account.split())
    if not (holder or account or bank):
        BackAccount.objects.filter(group=pledge.group).delete()
        return None
    for name, value, most in (("holder", holder, NAME_LENGTH), ("account", account, ACCOUNT_LENGTH)):
        if not value:
            raise InvalidInput(_("Please fill this in."), field=name)
        _length_check(name, value, most)
    _length_check("bank", bank, NAME_LENGTH)
    kept, _new = BackAccount.objects.update_or_create(
        group=pledge.group,
        defaults={"contact": contact, "holder": holder, "bank": bank, "account": account, "changed_at": clock.now()},
    )
    return kept


def _length_check(name: str, value: str, most: int) -> None:
    if len(value) > most:
        raise InvalidInput(_("Please keep it under %(count)s characters.") % {"count": most}, field=name)
