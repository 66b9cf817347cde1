"""Recording and confirming money for what it is meant for: a pledge, the village's share, or nobody knows."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.accounts.sameness import contact_is_of, device_check
from birge.documents.models import Document
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from birge.money import Money
from birge.organisations.models import Organisation
from funds.banking.services import reference_for
from funds.matching.selectors import village_share_minor
from funds.payments.models import Payment, PaymentKind
from funds.payments.providers.base import NextStep, PaymentRequest
from funds.payments.providers.registry import provider_for
from funds.payments.services import payment_confirm_by_payer as confirm_for_payer
from funds.payments.services import payment_record
from funds.payments.services import payment_refuse_by_payer as refuse_for_payer
from funds.pledges.contacts import contact_of
from funds.pledges.models import Pledge
from funds.pledges.notices import money_text, pledge_notice
from funds.pledges.services import pledge_lock
from funds.pledges.states import PledgeStatus
from funds.pledges.tokens import pledge_by_token
from funds.watch.origins import Origin
from funds.watch.services import card_attempt_check
from projects.works.models import Project
from projects.works.states import ProjectStatus

from .advancing import project_lock
from .exchanging import arrival_worth
from .numbering import cash_numbered

VILLAGE_PAYS_IN = frozenset({ProjectStatus.OPEN, ProjectStatus.PLEDGED_IN_FULL, ProjectStatus.SUSPENDED})


@transaction.atomic
def pledge_payment_record(
    *,
    pledge: Pledge,
    kind: str,
    amount: Money,
    received_on: dt.date,
    actor: User,
    idempotency: tuple[str, str],
    reference: str = "",
    payer_note: str = "",
    evidence: Document | None = None,
    device: str = "",
) -> Payment:
    """Write down a transfer or cash for a pledge; its donor is asked to say yes or no by their link.

    The amount may differ from the promise, its currency too. Nobody records their own payment. Raises RateMissing
    (`received_on`), RuleNotMet (`not_confirmed`, `ended`), NotAllowed (`same_person`), and as `payment_record` does.
    """
    project = project_lock(pledge.project)
    pledge = pledge_lock(pledge)
    if is_donor(pledge, actor):
        raise NotAllowed(_("Nobody records their own payment."), code="same_person")
    arrival_worth(amount, project, received_on)

    payment = payment_record(
        custodian=pledge.custodian,
        kind=kind,
        amount=amount,
        received_on=received_on,
        actor=actor,
        idempotency=idempotency,
        project=project,
        pledge_ref=pledge.public_id,
        group=pledge.group,
        reference=reference,
        payer_note=payer_note,
        evidence=evidence,
        once=partial(_check_and_announce, pledge, amount),
    )
    return cash_numbered(payment, device)


@transaction.atomic
def village_payment_record(
    *,
    project: Project,
    amount: Money,
    received_on: dt.date,
    actor: User,
    idempotency: tuple[str, str],
    reference: str = "",
    evidence: Document | None = None,
) -> Payment:
    """Write down that the village's budget paid. `funds.payments.services.payment_confirm` books it.

    Raises RuleNotMet (`not_open`; `no_share` when the plan asks nothing of the village) and as `payment_record` does.
    """
    project = project_lock(project)
    if project.custodian is None:
        raise RuleNotMet(_("This project does not take the village's share now."), code="not_open")

    def check() -> None:
        if project.status not in VILLAGE_PAYS_IN:
            raise RuleNotMet(_("This project does not take the village's share now."), code="not_open")
        if village_share_minor(project) == 0:
            raise RuleNotMet(_("The plan asks nothing of the village."), code="no_share")

    if amount.currency != project.currency:
        raise InvalidInput(
            _("This project counts in %(currency)s.") % {"currency": project.currency}, field="amount", code="currency"
        )
    return payment_record(
        custodian=project.custodian,
        kind=PaymentKind.VILLAGE,
        amount=amount,
        received_on=received_on,
        actor=actor,
        idempotency=idempotency,
        project=project,
        reference=reference,
        evidence=evidence,
        once=check,
    )


@transaction.atomic
def unidentified_payment_record(
    *, custodian: Organisation, kind: str, actor: User, device: str = "", **what: Any
) -> Payment:
    """Write down money of which nobody knows whom it is from or for. Never booked "to the nearest project"."""
    if kind == PaymentKind.VILLAGE:
        raise InvalidInput(_("The village's money is never unidentified."), field="kind")
    return cash_numbered(payment_record(custodian=custodian, kind=kind, actor=actor, **what), device)


@transaction.atomic
def payment_confirm_by_payer(*, payment: Payment, token: str, device: str = "") -> Payment:
    """Confirm by the donor's signed link: "yes, I paid this".

    Raises NotAllowed where the link is another's, or where the recording officer could hold it: they wrote the
    pledge down, confirmed it by a call, or gave their own address (`same_person`), or the link is opened where cash
    was written down (`same_device`): then a second officer is needed.
    """
    pledge = _payer_of(payment, token)
    officer = payment.recorded_by
    if officer is None or officer.pk in (pledge.made_by_id, pledge.confirmed_by_id) or is_donor(pledge, officer):
        raise NotAllowed(_("Please let a second officer confirm this payment."), code="same_person")
    if payment.kind == PaymentKind.CASH:
        device_check(first=officer, device=device)
    return confirm_for_payer(payment=payment)


@transaction.atomic
def payment_refuse_by_payer(*, payment: Payment, token: str) -> Payment:
    """Answer "no, I did not pay this" by the donor's signed link."""
    _payer_of(payment, token)
    return refuse_for_payer(payment=payment, reason="the payer says they did not pay this")


def pledge_pay(
    *, pledge: Pledge, kind: str, key: str, amount: Money | None = None, origin: Origin | None = None
) -> NextStep:
    """Begin to pay a pledge by a provider; None means what is promised.

    `key` is the door's idempotency key, `origin` who asks. Raises RuleNotMet (`method_off`, `not_confirmed`, `ended`;
    for cards `too_many`, `no_cards`).
    """
    today = clock.today()
    provider = provider_for(kind, custodian=pledge.custodian, country=pledge.country, on=today)
    request = PaymentRequest(
        custodian=pledge.custodian,
        project=pledge.project,
        pledge_ref=pledge.public_id,
        group=pledge.group,
        amount=amount or pledge.amount,
        country=pledge.country,
        language=pledge.language,
        key=f"{pledge.public_id}:{key}",
        on=today,
        reference=reference_for(pledge.group),
    )
    if not provider.begun(request):  # a replay is answered as it was, whatever became of the pledge since
        _takes_money(pledge)
        if kind == PaymentKind.STRIPE:
            card_attempt_check(pledge=pledge, origin=origin)
    return provider.start(request)


def is_donor(pledge: Pledge, user: User) -> bool:
    """Say whether this account and this pledge's donor are one person, as far as we can know."""
    contact = contact_of(pledge)
    return pledge.donor_id == user.pk or (contact is not None and contact_is_of(contact.value, [user]))


def _payer_of(payment: Payment, token: str) -> Pledge:
    pledge = pledge_by_token(token)
    if not payment.group or pledge.group != payment.group:
        raise NotAllowed
    return pledge


def _check_and_announce(pledge: Pledge, amount: Money) -> None:
    _takes_money(pledge)
    received = money_text(amount, pledge.language)
    custodian = pledge.custodian.name(pledge.language)
    pledge_notice(pledge, "payment_to_confirm", received=received, custodian=custodian)


def _takes_money(pledge: Pledge) -> None:
    if pledge.is_open:
        return
    if pledge.status == PledgeStatus.MADE:
        raise RuleNotMet(
            _("This pledge is not confirmed yet. Call the donor, or send the code again."), code="not_confirmed"
        )
    raise RuleNotMet(_("This pledge has ended. Please record the money as unidentified."), code="ended")
