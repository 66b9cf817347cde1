"""“I have paid and you do not see it”: a payer says when and how, and an officer looks for the money.

The answer to who asks is always the same, whatever else the custodian holds: nothing of other people's money shows.
"""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.documents.models import Document
from birge.errors import Conflict, InvalidInput, RuleNotMet
from birge.money import Money
from birge.organisations.models import Organisation
from birge.organisations.permissions import Action, require
from funds.banking.models import BankLine
from funds.payments.models import Payment
from funds.pledges.models import Pledge
from funds.pledges.notices import pledge_notice
from funds.pledges.selectors import pledge_open_in_group
from funds.pledges.states import PledgeStatus
from funds.pools.models import PoolGift
from funds.pools.notices import gift_notice
from funds.strays.models import PayerClaim

from ..services.identifying import payment_identify_ask
from .taking import line_take

OLDEST_DAYS = 366
MOST_A_DAY = 3
_S = PayerClaim.Status


def claim_check(of: Pledge | PoolGift) -> None:
    """Raise unless whoever holds this pledge's or gift's link may say so now: asked before the slip is stored.

    RuleNotMet (`not_confirmed`), Conflict (`asked_already`, `too_many`: three a day).
    """
    if isinstance(of, Pledge) and of.status == PledgeStatus.MADE:
        raise RuleNotMet(_("This is not a promise yet: please write the code that we sent you."), code="not_confirmed")
    said = PayerClaim.objects.filter(group=_group(of))
    if said.filter(status=_S.ASKED).exists():
        raise Conflict(_("You have told us already. An officer looks for it."), code="asked_already")
    if said.filter(made_at__gt=clock.now() - dt.timedelta(days=1)).count() >= MOST_A_DAY:
        raise Conflict(_("You have told us several times today. Please try again tomorrow."), code="too_many")


@transaction.atomic
def claim_make(
    *, of: Pledge | PoolGift, paid_on: dt.date, amount: Money, bank: str, slip: Document, note: str = ""
) -> PayerClaim:
    """Keep what a payer says, for the custodian's officers. Who holds the link is checked by the door.

    Raises InvalidInput (`paid_on`, `amount`, `bank`) and as `claim_check` does.
    """
    claim_check(of)
    today = clock.today()
    if not today - dt.timedelta(days=OLDEST_DAYS) <= paid_on <= today + dt.timedelta(days=1):
        raise InvalidInput(_("Please check the day."), field="paid_on")
    if amount.minor <= 0:
        raise InvalidInput(_("The amount must be more than nothing."), field="amount")
    if not bank.strip():
        raise InvalidInput(_("Please name the bank you paid with."), field="bank")
    try:
        with transaction.atomic():
            return PayerClaim.objects.create(
                custodian=_custodian(of), group=_group(of), amount_minor=amount.minor, currency=amount.currency,
                paid_on=paid_on, bank=bank.strip()[:120], note=note.strip()[:300], slip=slip, made_at=clock.now(),
            )  # fmt: skip
    except IntegrityError:
        raise Conflict(_("You have told us already. An officer looks for it."), code="asked_already") from None


@transaction.atomic
def claim_found(*, claim: PayerClaim, line: BankLine, actor: User) -> PayerClaim:
    """Take a line of the bank that nobody had placed for this payer's pledge or gift. Raises as `line_take` does."""
    require(actor, Action.PAYMENT_RECORD, claim.custodian)
    if line.account.custodian_id != claim.custodian_id:
        raise InvalidInput(_("The bank’s line and this sum are not the same."), field="line")
    payment = line_take(line=line, group=claim.group, actor=actor)
    return _decide(claim, actor, _S.FOUND, payment=payment)


@transaction.atomic
def claim_identify(*, claim: PayerClaim, payment: Payment, actor: User) -> PayerClaim:
    """Ask that money of unknown origin be this payer's, with their slip as the proof; another officer decides.

    Raises as `payment_identify_ask` does, RuleNotMet (`ended`) where the promise does not wait for money.
    """
    require(actor, Action.PAYMENT_RECORD, claim.custodian)
    pledge = pledge_open_in_group(claim.group)
    if pledge is None:
        raise RuleNotMet(_("This pledge does not wait for money."), code="ended")
    if claim.slip is None:
        raise InvalidInput(_("The slip was deleted because its payer is forgotten."), field="proof")
    payment_identify_ask(payment=payment, pledge=pledge, proof=claim.slip, actor=actor, note=claim.note)
    return _decide(claim, actor, _S.FOUND, payment=payment)


@transaction.atomic
def claim_answer(*, claim: PayerClaim, answer: str, actor: User) -> PayerClaim:
    """Answer, with a reason, that the money is not found; the payer is told. Raises InvalidInput (`reason`)."""
    require(actor, Action.PAYMENT_RECORD, claim.custodian)
    if not answer.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    decided = _decide(claim, actor, _S.ANSWERED, answer=answer.strip()[:300])
    pledge = Pledge.objects.filter(group=claim.group).order_by("id").first()
    gift = PoolGift.objects.filter(public_id=claim.group).first() if pledge is None else None
    if pledge is not None:
        pledge_notice(pledge, "claim_answered", answer=decided.answer)
    elif gift is not None:
        gift_notice(gift, "claim_answered", answer=decided.answer, project=gift.pool.name("ru"))
    return decided


def _decide(
    claim: PayerClaim, actor: User, to: PayerClaim.Status, *, payment: Payment | None = None, answer: str = ""
) -> PayerClaim:
    found = PayerClaim.objects.select_for_update(of=("self",), no_key=True)
    locked = found.select_related("custodian", "slip").get(pk=claim.pk)
    if locked.status != _S.ASKED:
        raise RuleNotMet(_("This is decided already."), code="decided")
    locked.status, locked.payment, locked.answer = to, payment, answer
    locked.decided_by, locked.decided_at = actor, clock.now()
    locked.save()
    audit_record(actor=actor, action=f"payer_claim_{to}", obj=locked, organisation=locked.custodian)
    return locked


def _group(of: Pledge | PoolGift) -> str:
    return of.group if isinstance(of, Pledge) else of.public_id


def _custodian(of: Pledge | PoolGift) -> Organisation:
    return of.custodian if isinstance(of, Pledge) else of.pool.custodian
