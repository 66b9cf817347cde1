"""Money of unknown origin goes back to its sender after a stated time: one officer sends it, another confirms."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet
from birge.i18n.dates import day_text
from birge.money import Money
from birge.organisations.permissions import Action, require
from funds.banking.models import BankLine
from funds.banking.services import line_explain, line_unexplain
from funds.ledger import codes
from funds.ledger.kinds import EntryKind
from funds.ledger.posting import AccountKey, EntryDraft, Leg, command_finish, command_open, post
from funds.payments.models import Identification, Payment, PaymentStatus
from funds.payments.services import payment_lock
from funds.releases.entries import assets_draw
from funds.releases.models import Correction
from funds.strays.models import StrayReturn
from funds.strays.selectors import return_day, return_of

from ..services.assets import asset_code

_S = StrayReturn.Status


@transaction.atomic
def stray_send(
    *,
    payment: Payment,
    actor: User,
    proof: FactorProof | None,
    bank_reference: str = "",
    line: BankLine | None = None,
) -> StrayReturn:
    """Say, as an officer, that money of unknown origin was sent back, by the bank's number or its line.

    Nothing is booked yet. Raises NotAllowed, SecondFactorRequired, InvalidInput (`bank_reference`, `line`), RuleNotMet
    (`not_unidentified`, `too_early`), Conflict (`asked_already`: somebody claims it or wants it put right;
    `sent_already`).
    """
    require(actor, Action.REFUND_PAY, payment.custodian)
    method = factor_require(proof, actor).method
    reference = bank_reference.strip() or (line.bank_reference or line.number or line.public_id if line else "")
    if not reference:
        raise InvalidInput(_("Please write the number of the bank's line or of the slip."), field="bank_reference")
    sent = StrayReturn(payment=payment, custodian=payment.custodian, bank_reference=reference[:80], bank_line=line)
    if line is not None:
        _same_custodian(line, payment)
        line_explain(line, ref=sent.public_id, amount=Money(-payment.amount_minor, payment.currency))
    locked = payment_lock(payment)
    _may_go_back(locked)
    sent.sent_by, sent.sent_at = actor, clock.now()
    sent.save()
    audit_record(actor=actor, action="stray_send", obj=sent, organisation=locked.custodian, factor=method)
    return sent


@transaction.atomic
def stray_confirm(*, sent: StrayReturn, actor: User, proof: FactorProof | None) -> StrayReturn:
    """Confirm, as a second officer, that it left the account; `payment.returned` is booked in the same transaction.

    Confirming once more returns it as it is. Raises NotAllowed (also `same_person`), SecondFactorRequired, RuleNotMet
    (`decided`).
    """
    require(actor, Action.REFUND_CONFIRM, sent.custodian)
    method = factor_require(proof, actor).method
    if sent.sent_by_id == actor.pk:
        raise NotAllowed(_("Who sent it cannot confirm it."), code="same_person")
    opened = command_open(scope=f"stray:{sent.public_id}", key="confirm", request={"return": sent.public_id})
    payment = payment_lock(sent.payment)
    sent = _fresh(sent)
    if opened.replayed:
        return sent
    _sent_check(sent)
    entry = post(command=opened.command, drafts=[_draft(payment)])[0]
    sent.status, sent.entry_id, sent.factor_method = _S.PAID, entry.id, method
    sent.decided_by, sent.decided_at = actor, clock.now()
    sent.save()
    audit_record(actor=actor, action="stray_confirm", obj=sent, organisation=sent.custodian, factor=method)
    command_finish(opened.command, sent.public_id)
    return sent


@transaction.atomic
def stray_not_sent(*, sent: StrayReturn, actor: User, reason: str) -> StrayReturn:
    """Say, as an officer, that it did not go, or came back: the money waits as before.

    Raises NotAllowed, InvalidInput (`reason`), RuleNotMet (`decided`).
    """
    require(actor, Action.REFUND_CONFIRM, sent.custodian)
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    for line in BankLine.objects.filter(payment_ref=sent.public_id):
        line_unexplain(line)
    payment_lock(sent.payment)
    sent = _fresh(sent)
    _sent_check(sent)
    sent.status, sent.reason, sent.bank_line = _S.DROPPED, reason.strip()[:300], None
    sent.decided_by, sent.decided_at = actor, clock.now()
    sent.save()
    audit_record(
        actor=actor, action="stray_not_sent", obj=sent, organisation=sent.custodian, reason=reason.strip()[:300]
    )
    return sent


def _may_go_back(payment: Payment) -> None:
    if not payment.unidentified or payment.status != PaymentStatus.CONFIRMED:
        raise RuleNotMet(_("This money is not unidentified."), code="not_unidentified")
    if return_of(payment) is not None:
        raise Conflict(_("This money is on its way back already."), code="sent_already")
    claimed = payment.identifications.filter(status=Identification.Status.ASKED).exists()
    if claimed or payment.corrections.filter(status=Correction.Status.ASKED).exists():
        raise Conflict(_("Somebody has claimed this money already; decide on that first."), code="asked_already")
    first = return_day(payment)
    if clock.today() < first:
        raise RuleNotMet(
            _("Its payer has until %(day)s to say so. Please send it back after that.")
            % {"day": day_text(first, (get_language() or "ky")[:2])},
            code="too_early",
            from_day=first.isoformat(),
        )


def _draft(payment: Payment) -> EntryDraft:
    unknown = AccountKey(code=codes.unidentified(payment.custodian.public_id), currency=payment.currency)
    back = assets_draw(payment.custodian, payment.currency, payment.amount_minor, first=asset_code(payment))
    return EntryDraft(
        kind=EntryKind.PAYMENT_RETURNED,
        legs=[Leg(account=unknown, amount=payment.amount_minor), *back],
        resolves=payment.entry_id,
    )


def _same_custodian(line: BankLine, payment: Payment) -> None:
    if line.account.custodian_id != payment.custodian_id:
        raise InvalidInput(_("The bank’s line and this sum are not the same."), field="line")


def _sent_check(sent: StrayReturn) -> None:
    if sent.status != _S.SENT:
        raise RuleNotMet(_("This is decided already."), code="decided")


def _fresh(sent: StrayReturn) -> StrayReturn:
    found = StrayReturn.objects.select_for_update(of=("self",), no_key=True)
    return found.select_related("payment", "custodian").get(pk=sent.pk)
