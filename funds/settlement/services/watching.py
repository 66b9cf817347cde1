"""What officers decide about what looks like abuse, and what follows for the match.

Who decides alone can only say that it is nothing, or close the way of cards. What takes a match away needs another
officer with a second factor; each donor whom it touches is told, and how to object.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import InvalidInput, NotAllowed, NotFound, RuleNotMet
from birge.organisations.permissions import Action, require
from funds.ledger.models import Command
from funds.ledger.posting import command_finish, command_open, post
from funds.matching.donors import donor_of
from funds.matching.models import Given, RoundGift
from funds.matching.services import match_release, matches_return, rules_lock
from funds.pledges.models import Pledge, RelatedKind
from funds.pledges.notices import pledge_notice
from funds.pledges.services import pledge_lock
from funds.pledges.states import IN_LEDGER, OPEN, PledgeStatus
from funds.pledges.tokens import pledge_by_token
from funds.watch.models import FITTING, RELATED_DECISIONS, Decision, Flag, FlagKind, FlagStatus, FlagStep, SameDonor
from funds.watch.selectors import flag_on
from funds.watch.services import flag_lock, flag_move, flag_objected
from projects.works.models import Project
from projects.works.states import ProjectStatus

from ..matching import own_identity, pledge_identity
from .advancing import project_advance, project_lock, project_retreat
from .payments import is_donor
from .renewing import promises_anew, reserved_for

TAKES_AWAY = RELATED_DECISIONS | {Decision.ONE_DONOR}
RAISING = frozenset({ProjectStatus.OPEN, ProjectStatus.PLEDGED_IN_FULL})
_Step = FlagStep.Step


@transaction.atomic
def flag_decide(*, flag: Flag, actor: User, decision: str, reason: str) -> Flag:
    """Say what it is, as an officer of the custodian, with a reason. What takes a match away waits for another one.

    Raises NotAllowed, InvalidInput (`decision`, `reason`), RuleNotMet (`transition`).
    """
    require(actor, Action.CORRECTION_ASK, flag.custodian)
    if decision not in FITTING[FlagKind(flag.kind)]:
        raise InvalidInput(_("This decision does not fit."), field="decision")
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    if _own(flag, actor):
        raise NotAllowed(_("This is about a promise of your own."), code="same_person")
    taking = Decision(decision) in TAKES_AWAY
    undone = None if taking else _undo(flag)
    moved = flag_move(
        flag_lock(flag),
        FlagStatus.ASKED if taking else FlagStatus.DECIDED,
        _Step.DECIDED,
        actor=actor,
        note=reason.strip()[:300],
        decision=decision,
        reason=reason.strip()[:300],
        decided_by=actor,
        decided_at=clock.now(),
    )
    _record(moved, actor, "flag_decide", undone=undone or 0)
    if decision == Decision.NO_CARDS:
        _tell(moved, [each.pledge for each in moved.pledges.select_related("pledge__project")], "watch_no_cards")
    return moved


@transaction.atomic
def flag_agree(*, flag: Flag, actor: User, proof: FactorProof | None) -> Flag:
    """Agree as another officer, with a second factor: the match is taken away, and the donors are told.

    Of a promise that is not paid, all that was reserved; of one that is, what was given, while the project still
    raises; later only the public note. Raises NotAllowed (also `same_person`), SecondFactorRequired, RuleNotMet
    (`transition`).
    """
    require(actor, Action.CORRECTION_APPROVE, flag.custodian)
    if flag.decided_by_id == actor.pk or _own(flag, actor):
        raise NotAllowed(_("Who decided cannot agree."), code="same_person")
    method = factor_require(proof, actor).method
    opened = command_open(
        scope=f"flag:{flag.public_id}", key=f"agree-{flag.steps.count()}", request={"decision": flag.decision}
    )
    if opened.replayed:
        return Flag.objects.get(pk=flag.pk)
    project = project_lock(flag.project)
    locked = flag_lock(flag)
    if locked.status != FlagStatus.ASKED:
        raise RuleNotMet(_("Nobody has decided this yet, or it is decided already."), code="transition")
    decision = Decision(locked.decision)
    moved = flag_move(
        locked,
        FlagStatus.DECIDED,
        _Step.AGREED,
        actor=actor,
        agreed_by=actor,
        agreed_at=clock.now(),
        factor_method=method,
    )
    pledges = _pledges(moved)
    if decision is Decision.ONE_DONOR:
        _one_donor(moved, pledges, project, opened.command)
    else:
        _related(pledges, RelatedKind(decision.value), project, opened.command)
    command_finish(opened.command, moved.public_id)
    _record(moved, actor, "flag_agree", factor=method)
    _tell(moved, pledges, "watch_one_donor" if decision is Decision.ONE_DONOR else "watch_related")
    project_advance(project_retreat(project))
    return moved


@transaction.atomic
def flag_disagree(*, flag: Flag, actor: User, reason: str) -> Flag:
    """Say as another officer that it is not so, with a reason; the flag is open again.

    Raises NotAllowed (also `same_person`), InvalidInput (`reason`), RuleNotMet (`transition`).
    """
    require(actor, Action.CORRECTION_APPROVE, flag.custodian)
    if flag.decided_by_id == actor.pk:
        raise NotAllowed(_("Who decided cannot decide on it again."), code="same_person")
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    locked = flag_lock(flag)
    if locked.status != FlagStatus.ASKED:
        raise RuleNotMet(_("Nobody has decided this yet, or it is decided already."), code="transition")
    moved = flag_move(locked, FlagStatus.OPEN, _Step.DISAGREED, actor=actor, note=reason.strip()[:300])
    _record(moved, actor, "flag_disagree")
    return moved


def flag_object(*, token: str, words: str) -> Flag:
    """Object to a decision, by the donor's signed link: the officers look at it again.

    What was decided holds until they say otherwise. Raises NotFound where nothing was decided about this promise,
    InvalidInput (`words`).
    """
    flag = flag_on(pledge_by_token(token))
    if flag is None:
        raise NotFound
    return flag_objected(flag=flag, words=words)


def _pledges(flag: Flag) -> list[Pledge]:
    """Return the promises of a flag and their remainders that stand or were kept, locked in order of id."""
    groups = Pledge.objects.filter(flags__flag=flag).values("group")
    found = Pledge.objects.filter(group__in=groups, project=flag.project, status__in=IN_LEDGER).order_by("id")
    return [pledge_lock(each) for each in found]


def _related(pledges: list[Pledge], kind: RelatedKind, project: Project, command: Command) -> None:
    rules_lock(project=project)
    for pledge in pledges:
        pledge.related = kind
        pledge.save(update_fields=["related"])
    waiting = [pledge for pledge in pledges if pledge.status in OPEN]
    RoundGift.objects.filter(group__in=[each.group for each in waiting], version__runs__isnull=True).delete()
    promises_anew(pledges=waiting, project=project, command=command, reason="of a related party")
    if project.status in RAISING:
        for pledge in pledges:
            if pledge.status == PledgeStatus.COLLECTED:
                _take_back(pledge, command)


def _take_back(pledge: Pledge, command: Command) -> None:
    """Take back what followed a promise that was kept: the village's part if it has not paid, and what rules gave."""
    unreserved = match_release(pledge_ref=pledge.public_id)
    if unreserved is not None:
        post(command=command, drafts=[unreserved])
    given = Given.objects.filter(pledge_ref=pledge.public_id, returned_entry_id=None)
    related = ("version__rule__custodian", "project__custodian", "reservation")
    for each in given.select_related(*related).order_by("version__rule__position", "id"):
        matches_return(given=each, amount=each.amount_minor, command=command)


def _one_donor(flag: Flag, pledges: list[Pledge], project: Project, command: Command) -> None:
    """Let these donors be one from now on, and what waits for payment draw as one donor's: less, or as before."""
    rules_lock(project=project)
    leader = pledge_identity(_leads(pledges))
    for identity in sorted({own_identity(pledge) for pledge in pledges}):
        SameDonor.objects.update_or_create(identity=identity, defaults={"leader": leader, "flag": flag})
        SameDonor.objects.filter(leader=identity).update(leader=leader)
    waiting = [pledge for pledge in pledges if pledge.status in OPEN]
    for gift in RoundGift.objects.filter(group__in=[each.group for each in pledges], version__runs__isnull=True):
        gift.donor = donor_of(gift.version, leader)
        gift.save(update_fields=["donor"])
    before = reserved_for(waiting)
    if not before:
        return
    start = transaction.savepoint()
    promises_anew(pledges=waiting, project=project, command=command, reason="one donor's, with others")
    if reserved_for(waiting) < before:
        transaction.savepoint_commit(start)
    else:  # no rule looks at who gives: nothing changes, and nobody gains
        transaction.savepoint_rollback(start)


def _leads(pledges: list[Pledge]) -> Pledge:
    """Return the promise whose donor the others are joined to: the one to whom most was given, else the first."""
    given: dict[str, int] = {}
    for ref, amount in Given.objects.filter(pledge_ref__in=[each.public_id for each in pledges]).values_list(
        "pledge_ref", "amount_minor"
    ):
        given[ref] = given.get(ref, 0) + amount
    return max(pledges, key=lambda each: (given.get(each.public_id, 0), -each.pk))


def _undo(flag: Flag) -> int:
    """Undo what an earlier decision said, when officers find that it is nothing after all; return for how many.

    A promise that still waits draws anew what is there for it now; donors are not one any more.
    """
    SameDonor.objects.filter(flag=flag).delete()
    if flag.kind != FlagKind.RELATED or not flag.steps.filter(step=_Step.AGREED).exists():
        return 0
    project = project_lock(flag.project)
    rules_lock(project=project)
    pledges = [each for each in _pledges(flag) if each.related and not hasattr(each, "relation")]
    for pledge in pledges:
        pledge.related = ""
        pledge.save(update_fields=["related"])
    waiting = [pledge for pledge in pledges if pledge.status in OPEN]
    if waiting:
        opened = command_open(
            scope=f"flag:{flag.public_id}", key=f"undo-{flag.steps.count()}", request={"flag": flag.public_id}
        )
        promises_anew(pledges=waiting, project=project, command=opened.command, reason="of no related party after all")
        command_finish(opened.command, flag.public_id)
        project_advance(project_retreat(project))
    return len(pledges)


def _tell(flag: Flag, pledges: list[Pledge], template: str) -> None:
    told: set[str] = set()
    for pledge in pledges:
        if pledge.group not in told:
            told.add(pledge.group)
            pledge_notice(pledge, template, custodian=flag.custodian.name(pledge.language))


def _own(flag: Flag, actor: User) -> bool:
    return any(is_donor(each.pledge, actor) for each in flag.pledges.select_related("pledge"))


def _record(flag: Flag, actor: User, action: str, **details: Any) -> None:
    audit_record(actor=actor, action=action, obj=flag, organisation=flag.custodian, decision=flag.decision, **details)
