"""Money is written down by one officer. Nothing is booked yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.documents.models import Document
from birge.errors import Conflict, InvalidInput
from birge.money import Money
from birge.organisations.models import Organisation
from birge.organisations.permissions import Action, require
from funds.ledger.posting import command_finish, command_open
from projects.works.models import Project

from ..models import Payment, PaymentKind, PaymentStatus

OLDEST_DAYS = 366
BY_OFFICER = frozenset({PaymentKind.TRANSFER, PaymentKind.CASH, PaymentKind.VILLAGE})
BY_TREASURER = PaymentKind.POOL_CASH


@transaction.atomic
def payment_record(
    *,
    custodian: Organisation,
    kind: str,
    amount: Money,
    received_on: dt.date,
    actor: User,
    idempotency: tuple[str, str],
    project: Project | None = None,
    pledge_ref: str = "",
    pool_ref: str = "",
    group: str = "",
    reference: str = "",
    payer_note: str = "",
    evidence: Document | None = None,
    once: Callable[[], None] | None = None,
) -> Payment:
    """Write down that money came (status *recorded*); a second person confirms it before anything is booked.

    `once` holds the caller's own checks and notices: it runs before the first write, and not for a replay.
    Without `project` and `pool_ref` it is money of unknown origin. Doors call `funds.settlement`, which knows what the
    money is for, and who may write down a pool's cash.
    Raises NotAllowed, InvalidInput with its field, Conflict (`duplicate_payment`), KeyReused.
    """
    _who_check(kind, actor, custodian, pool_ref)
    reference, payer_note = reference.strip(), payer_note.strip()
    _check(amount, received_on, reference, evidence, numbered=kind == BY_TREASURER)
    request = {
        "verb": "payment_record", "custodian": custodian.public_id, "project": project.public_id if project else "",
        "pledge": pledge_ref, "kind": kind, "amount": [amount.minor, amount.currency],
        "received_on": received_on.isoformat(), "reference": reference,
        **({"pool": pool_ref} if pool_ref else {}),
    }  # fmt: skip
    opened = command_open(scope=idempotency[0], key=idempotency[1], request=request)
    if opened.replayed:
        return Payment.objects.get(public_id=opened.command.result_ref)
    if once is not None:
        once()
    _twin_check(custodian, kind, amount, received_on, reference, pool_ref)
    payment = Payment.objects.create(
        custodian=custodian, project=project, pledge_ref=pledge_ref, pool_ref=pool_ref, group=group, kind=kind,
        amount_minor=amount.minor, currency=amount.currency, received_on=received_on, reference=reference,
        payer_note=payer_note, evidence=evidence, recorded_by=actor, recorded_at=clock.now(),
    )  # fmt: skip
    audit_record(actor=actor, action=Action.PAYMENT_RECORD, obj=payment, organisation=custodian)
    command_finish(opened.command, payment.public_id)
    return payment


def _who_check(kind: str, actor: User, custodian: Organisation, pool_ref: str) -> None:
    if kind == BY_TREASURER and pool_ref:
        return
    require(actor, Action.VILLAGE_PAYMENT_RECORD if kind == PaymentKind.VILLAGE else Action.PAYMENT_RECORD, custodian)
    if kind not in BY_OFFICER:
        raise InvalidInput(_("Officers record transfers and cash only."), field="kind")


def _check(amount: Money, received_on: dt.date, reference: str, evidence: Document | None, *, numbered: bool) -> None:
    if amount.minor <= 0:
        raise InvalidInput(_("The amount must be more than nothing."), field="amount")
    today = clock.today()
    if received_on > today:
        raise InvalidInput(_("This day has not come yet."), field="received_on")
    if received_on < today - dt.timedelta(days=OLDEST_DAYS):
        raise InvalidInput(_("This is more than a year ago. Please check the day."), field="received_on")
    if not reference and evidence is None and not numbered:  # a treasurer's cash gets a number from us
        raise InvalidInput(
            _("Please give the number of the bank's line or of the slip, or attach a picture of it."), field="reference"
        )


def _twin_check(
    custodian: Organisation, kind: str, amount: Money, received_on: dt.date, reference: str, pool_ref: str
) -> None:
    """Refuse what looks like the same money recorded twice. Each treasurer numbers slips of their own."""
    if not reference:
        return
    of_pool = {"pool_ref": pool_ref} if kind == BY_TREASURER else {}
    twin = (
        Payment.objects.filter(
            custodian=custodian,
            kind=kind,
            reference=reference,
            amount_minor=amount.minor,
            currency=amount.currency,
            received_on=received_on,
            **of_pool,
        )
        .exclude(status__in=[PaymentStatus.REFUSED, PaymentStatus.REVERSED])
        .first()
    )
    if twin is not None:
        raise Conflict(
            _("This payment is recorded already."), code="duplicate_payment", field="reference", payment=twin.public_id
        )
