"""The reserve against chargebacks: a custodian puts its own money in, and covers shortfalls of its projects from it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from birge.money import Money
from birge.organisations.models import Organisation
from birge.organisations.permissions import Action, require
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.kinds import EntryKind
from funds.ledger.posting import AccountKey, EntryDraft, Leg, command_finish, command_open, post
from projects.works.models import Project
from projects.works.services import project_lock

from ..reserve_models import ReserveMove, ReserveMoveKind, ReserveMoveStatus
from ..selectors import shortfall_minor


@transaction.atomic
def reserve_fill_ask(
    *, custodian: Organisation, amount: Money, reference: str, reason: str, actor: User, idempotency: tuple[str, str]
) -> ReserveMove:
    """Write down that the custodian put money of its own, which lies at its bank, into the reserve.

    Nothing is booked before another officer agrees. Raises NotAllowed, InvalidInput (`amount`, `reference`, `reason`).
    """
    require(actor, Action.PAYMENT_RECORD, custodian)
    if not reference.strip():
        raise InvalidInput(_("Please write the number of the bank's line."), field="reference")
    facts = {"custodian": custodian, "kind": ReserveMoveKind.FILL, "reference": reference.strip()[:80]}
    return _ask(facts, amount, reason, actor, idempotency)


@transaction.atomic
def reserve_cover_ask(
    *, project: Project, amount: Money, reason: str, actor: User, idempotency: tuple[str, str]
) -> ReserveMove:
    """Ask to cover a part of a project's shortfall from its custodian's reserve.

    Raises NotAllowed, InvalidInput (`amount`, `reason`), RuleNotMet (`no_shortfall`, `reserve_short`).
    """
    if project.custodian is None:
        raise RuleNotMet(_("Nothing is missing for this project."), code="no_shortfall")
    require(actor, Action.PAYMENT_RECORD, project.custodian)
    _cover_check(project, amount)
    facts = {"custodian": project.custodian, "project": project, "kind": ReserveMoveKind.COVER}
    return _ask(facts, amount, reason, actor, idempotency)


@transaction.atomic
def reserve_move_agree(*, move: ReserveMove, actor: User, proof: FactorProof | None) -> ReserveMove:
    """Agree as another officer, with a second factor: it is booked. Agreeing once more returns it as it is.

    Raises NotAllowed (also `same_person`), SecondFactorRequired, RuleNotMet (`decided`, and as asking does).
    """
    require(actor, Action.PAYMENT_CONFIRM, move.custodian)
    if actor.pk == move.asked_by_id:
        raise NotAllowed(_("Who asked cannot approve."), code="same_person")
    method = factor_require(proof, actor).method
    opened = command_open(scope=f"reserve:{move.custodian.public_id}", key=move.public_id, request={"move": "book"})
    if opened.replayed:
        return _fresh(move)
    project = project_lock(move.project) if move.project is not None else None
    locked = _lock(move)
    if project is not None:
        _cover_check(project, Money(locked.amount_minor, locked.currency))
    entry = post(command=opened.command, drafts=[_draft(locked)])[0]
    locked.status, locked.entry_id, locked.factor_method = ReserveMoveStatus.BOOKED, entry.id, method
    locked.decided_by, locked.decided_at = actor, clock.now()
    locked.save()
    command_finish(opened.command, locked.public_id)
    audit_record(actor=actor, action="reserve_agree", obj=locked, organisation=locked.custodian, factor=method)
    return locked


@transaction.atomic
def reserve_move_refuse(*, move: ReserveMove, actor: User, reason: str) -> ReserveMove:
    """Say no, as any officer of the custodian, with a reason. Raises NotAllowed, InvalidInput, RuleNotMet."""
    require(actor, Action.PAYMENT_CONFIRM, move.custodian)
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    locked = _lock(move)
    locked.status, locked.refused_reason = ReserveMoveStatus.REFUSED, reason.strip()[:300]
    locked.decided_at = clock.now()
    locked.decided_by = actor if actor.pk != locked.asked_by_id else None  # who asked takes it back
    locked.save()
    audit_record(
        actor=actor, action="reserve_refuse", obj=locked, organisation=locked.custodian, reason=locked.refused_reason
    )
    return locked


def reserve_minor(custodian: Organisation, currency: str) -> int:
    """Return what lies in the custodian's reserve (minor units)."""
    return balance(codes.reserve(custodian.public_id), currency)


def _ask(facts: dict[str, object], amount: Money, reason: str, actor: User, once: tuple[str, str]) -> ReserveMove:
    if amount.minor <= 0:
        raise InvalidInput(_("The amount must be more than nothing."), field="amount")
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    custodian, project = facts["custodian"], facts.get("project")
    request = {"verb": f"reserve_{facts['kind']}", "amount": [amount.minor, amount.currency], "why": reason.strip(),
               "for": [each.public_id for each in (custodian, project) if isinstance(each, Organisation | Project)],
               "reference": facts.get("reference", "")}  # fmt: skip
    opened = command_open(scope=once[0], key=once[1], request=request)
    if opened.replayed:
        return ReserveMove.objects.get(public_id=opened.command.result_ref)
    move = ReserveMove.objects.create(
        amount_minor=amount.minor, currency=amount.currency, reason=reason.strip()[:300], asked_by=actor, **facts
    )
    audit_record(actor=actor, action="reserve_ask", obj=move, organisation=move.custodian, kind=move.kind)
    command_finish(opened.command, move.public_id)
    return move


def _cover_check(project: Project, amount: Money) -> None:
    missing = shortfall_minor(project)
    if missing <= 0 or amount.currency != project.currency or amount.minor > missing:
        raise RuleNotMet(_("So much is not missing for this project."), code="no_shortfall")
    if project.custodian is None or amount.minor > reserve_minor(project.custodian, amount.currency):
        raise RuleNotMet(_("So much is not in the reserve. Please fill it first."), code="reserve_short")


def _draft(move: ReserveMove) -> EntryDraft:
    custodian, currency, amount = move.custodian.public_id, move.currency, move.amount_minor
    reserve, bank = codes.reserve(custodian), codes.bank(custodian)
    if move.project is None:
        kind, debit, credit = EntryKind.PAYMENT_RECEIVED, bank, reserve
    else:
        kind, debit = EntryKind.SHORTFALL_COVERED, reserve
        credit = codes.shortfall(custodian, move.project.public_id)
    legs = [Leg(AccountKey(debit, currency), amount), Leg(AccountKey(credit, currency), -amount)]
    return EntryDraft(kind=kind, legs=legs)


def _lock(move: ReserveMove) -> ReserveMove:
    locked = (
        ReserveMove.objects.select_for_update(of=("self",), no_key=True)
        .select_related("custodian", "project")
        .get(pk=move.pk)
    )
    if locked.status != ReserveMoveStatus.ASKED:
        raise RuleNotMet(_("This is decided already."), code="decided")
    return locked


def _fresh(move: ReserveMove) -> ReserveMove:
    return ReserveMove.objects.select_related("custodian", "project").get(pk=move.pk)
