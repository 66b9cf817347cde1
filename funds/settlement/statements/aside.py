"""A line that is nothing of our books: fees of the bank, interest, a move between own accounts. Two persons say so."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet
from birge.organisations.permissions import Action, require
from funds.banking.models import BankLine
from funds.banking.services import line_lock


@transaction.atomic
def line_aside_ask(*, line: BankLine, reason: str, actor: User) -> BankLine:
    """Say, as an officer, why this line is to be set aside; it waits until another officer agrees.

    Raises NotAllowed, InvalidInput (`reason`), Conflict (`line_explained`, `asked_already`).
    """
    require(actor, Action.PAYMENT_RECORD, line.account.custodian)
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    locked = line_lock(line)
    if locked.payment_ref:
        raise Conflict(_("This line of the bank is something else already."), code="line_explained", field="line")
    if locked.aside_by_id is not None:
        raise Conflict(_("This was asked already; decide on that first."), code="asked_already")
    locked.aside_reason, locked.aside_by = reason.strip()[:300], actor
    locked.save(update_fields=["aside_reason", "aside_by"])
    _audit(locked, actor, "bank_line_aside_ask", reason=locked.aside_reason)
    return locked


@transaction.atomic
def line_aside_agree(*, line: BankLine, actor: User, proof: FactorProof | None) -> BankLine:
    """Agree as another officer, with a second factor: the line is set aside. Nothing is booked.

    Raises NotAllowed (also `same_person`), SecondFactorRequired, RuleNotMet (`not_asked`), Conflict (`line_explained`).
    """
    require(actor, Action.PAYMENT_CONFIRM, line.account.custodian)
    locked = line_lock(line, even_aside=True)
    if locked.status == BankLine.Status.IGNORED:
        return locked
    if locked.payment_ref:
        raise Conflict(_("This line of the bank is something else already."), code="line_explained", field="line")
    if locked.aside_by_id is None:
        raise RuleNotMet(_("Nobody wants to set this line aside."), code="not_asked")
    if locked.aside_by_id == actor.pk:
        raise NotAllowed(_("Who asked cannot approve."), code="same_person")
    method = factor_require(proof, actor).method
    locked.status, locked.aside_agreed_by, locked.expected_ref = BankLine.Status.IGNORED, actor, ""
    locked.save(update_fields=["status", "aside_agreed_by", "expected_ref"])
    _audit(locked, actor, "bank_line_aside_agree", factor=method)
    return locked


@transaction.atomic
def line_aside_end(*, line: BankLine, actor: User, reason: str) -> BankLine:
    """Look at the line again: the wish is refused, or what was set aside comes back. One officer is enough for that.

    Raises NotAllowed, InvalidInput (`reason`), RuleNotMet (`not_asked`).
    """
    require(actor, Action.PAYMENT_RECORD, line.account.custodian)
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    locked = line_lock(line, even_aside=True)
    if locked.aside_by_id is None:
        raise RuleNotMet(_("Nobody wants to set this line aside."), code="not_asked")
    if locked.status == BankLine.Status.IGNORED:
        came = locked.amount_minor > 0
        locked.status = BankLine.Status.UNIDENTIFIED if came else BankLine.Status.NEW
    locked.aside_reason, locked.aside_by, locked.aside_agreed_by = "", None, None
    locked.save(update_fields=["status", "aside_reason", "aside_by", "aside_agreed_by"])
    _audit(locked, actor, "bank_line_aside_end", reason=reason.strip()[:300])
    return locked


def _audit(line: BankLine, actor: User, action: str, **facts: str) -> None:
    audit_record(actor=actor, action=action, obj=line, organisation=line.account.custodian, **facts)
