"""What a receipt says, in the active language. It names the giver only as they want to be thanked."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from birge.errors import NotFound
from birge.money import Money, format_money
from birge.organisations.models import Organisation
from funds.banking.models import PaymentReference
from funds.banking.references import reference_of
from funds.ledger.models import Entry
from funds.ledger.receipts import receipt_of
from funds.payments.models import Payment, PaymentKind, PaymentStatus
from funds.pledges.models import PledgeCredit
from funds.pools.models import Pool, PoolGiver
from funds.releases.models import GiftBack, Refund, RefundStatus

from ..services.returning.closing import gift_entry


@dataclass(frozen=True)
class Receipt:
    """A receipt: a title, the sum, lines of (what, value), and what proves it.

    `proof` is the verifiable file, empty while no checkpoint covers the entry; `check_url` the page of the entry.
    """

    title: str
    amount: str
    lines: tuple[tuple[str, str], ...]
    number: str
    check_url: str
    proof: str
    language: str


def gift_receipt(payment: Payment, *, mine: bool = False) -> Receipt:
    """Return the receipt of money that came: a gift to a project or pool, or the village's share.

    `mine` puts in what proves whose it is, and the thanks: only for whoever showed that it is theirs. Raises NotFound
    for money that is not in the books.
    """
    entry_id = gift_entry(payment)
    if payment.status != PaymentStatus.CONFIRMED or entry_id is None:
        raise NotFound
    village = payment.kind == PaymentKind.VILLAGE
    title = _("Receipt for the village’s share") if village else _("Receipt for a gift")
    lines = [
        (_("For"), _purpose(payment)),
        (_("Day"), _day(payment)),
        (_("Came as"), str(PaymentKind(payment.kind).label)),
        (_("In the currency"), payment.currency),
        *_holder(payment.custodian),
        (_("From"), _from(payment, mine=mine)),
        (_("Reference"), _reference(payment)),
        *[(_("Gone back since"), text) for text in _gone_back(payment)],
    ]
    return _receipt(title, payment.amount, lines, payment.public_id, entry_id, mine=mine)


def refund_receipt(refund: Refund, *, mine: bool = False) -> Receipt:
    """Return the receipt of money that went back, or on to another project. Raises NotFound until it did."""
    moved = refund.status == RefundStatus.MOVED
    title = _("Receipt for money moved to another project") if moved else _("Receipt for money given back")
    return _back(title, refund, refund.payment, refund.confirmed_at, refund.bank_reference, mine=mine)


def gift_back_receipt(back: GiftBack, *, mine: bool = False) -> Receipt:
    """Return the receipt of a gift that was given back on request. Raises NotFound until it was."""
    title = _("Receipt for money given back")
    return _back(title, back, back.payment, back.decided_at, back.bank_reference, mine=mine)


def _back(
    title: str, what: Refund | GiftBack, payment: Payment, at: dt.datetime | None, bank_reference: str, *, mine: bool
) -> Receipt:
    if what.entry_id is None:
        raise NotFound
    lines = [
        (_("From"), _purpose(payment)),
        (_("Day"), f"{at:%d.%m.%Y}" if at else ""),
        *_holder(what.custodian),
        (_("The gift"), f"{format_money(payment.amount, _language())}, {_day(payment)}, {payment.public_id}"),
        (_("Reference"), _reference(payment)),
        (_("The bank’s number"), bank_reference),
    ]
    money = Money(what.amount_minor, what.currency)
    return _receipt(title, money, lines, what.public_id, what.entry_id, mine=mine)


def _receipt(
    title: str, money: Money, lines: list[tuple[str, str]], number: str, entry_id: uuid.UUID, *, mine: bool
) -> Receipt:
    entry = Entry.objects.get(pk=entry_id)
    language = _language()
    return Receipt(
        title=title,
        amount=format_money(money, language),
        lines=tuple((name, value) for name, value in [*lines, (_("Entry in the ledger"), str(entry.pk))] if value),
        number=number,
        check_url=f"{settings.SITE_URL}/{language}/ledger/{entry.pk}/",
        proof=receipt_of(entry, mine=mine) or "",
        language=language,
    )


def _purpose(payment: Payment) -> str:
    language = _language()
    if payment.project is not None:
        return f"{payment.project.title(language)}, {payment.project.village.name(language).text}"
    pool = Pool.objects.filter(public_id=payment.pool_ref).select_related("organisation").first()
    if pool is None:
        return _("nobody knows yet")
    return f"{pool.name(language)} ({pool.organisation.name(language)})"


def _holder(custodian: Organisation) -> list[tuple[str, str]]:
    place = custodian.place.name(_language()).text if custodian.place is not None else ""
    return [
        (_("Who holds the money"), custodian.name(_language())),
        (_("Registered under"), custodian.registered_number),
        (_("Where"), ", ".join(part for part in (place, custodian.country) if part)),
        (_("E-mail"), custodian.contact_email),
    ]


def _from(payment: Payment, *, mine: bool) -> str:
    if not mine or not payment.group:
        return ""
    credit = PledgeCredit.objects.filter(pledge__group=payment.group).exclude(line="").first()
    if credit is not None:
        return credit.line
    giver = PoolGiver.objects.filter(gift__public_id=payment.group).first()
    return giver.credit_line if giver is not None else ""


def _reference(payment: Payment) -> str:
    kept = PaymentReference.objects.filter(group=payment.group).first() if payment.group else None
    parts = [reference_of(kept.pk) if kept is not None else "", payment.pledge_ref, payment.reference]
    return " · ".join(part for part in parts if part)


def _gone_back(payment: Payment) -> list[str]:
    booked = {"payment": payment, "entry_id__isnull": False}
    went = [
        *Refund.objects.filter(**booked).values_list("amount_minor", "currency"),
        *GiftBack.objects.filter(**booked).values_list("amount_minor", "currency"),
    ]
    return [format_money(Money(minor, currency), _language()) for minor, currency in went]


def _day(payment: Payment) -> str:
    return f"{payment.received_on:%d.%m.%Y}"


def _language() -> str:
    return (get_language() or "ky")[:2]
