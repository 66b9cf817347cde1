"""What a pool has decided is booked: exactly that, once, and by somebody else than who proposed it."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import BirgeError, Conflict, InsufficientFunds, NotAllowed, RuleNotMet
from birge.money import Money, format_money
from birge.organisations.models import DecidedHow, Role, Term
from birge.organisations.permissions import Action, require
from birge.organisations.selectors import signers
from funds.ledger import codes
from funds.ledger.kinds import EntryKind
from funds.ledger.models import Command, Entry
from funds.ledger.posting import AccountKey, EntryDraft, Leg, command_finish, command_open, post
from funds.matching.services import rule_budget_add, rule_change, rule_end, rule_lock, rule_publish
from funds.payments.models import ConfirmedHow, Payment, PaymentKind, PaymentStatus
from funds.pledges.models import ConfirmedHow as PledgeConfirmedHow
from funds.pledges.services import pledge_make_for_pool
from funds.pools.models import Pool, Proposal
from funds.pools.notices import proposal_notice
from funds.pools.selectors import pool_money
from funds.pools.services import (
    ballot_cast,
    content_stands,
    deciders,
    give_check,
    needed_now,
    pass_on_check,
    proposal_lock,
    proposal_move,
    rule_of,
    rule_version,
    step_write,
)
from funds.pools.states import ProposalKind, ProposalStatus
from projects.works.models import Project

from .advancing import project_advance, project_lock
from .arriving import pledge_meet
from .pledging import promise_book
from .transferring import transfer_open


@transaction.atomic
def proposal_book(*, proposal: Proposal, actor: User, proof: FactorProof | None) -> Proposal:
    """Book an approved proposal as it was voted, as somebody who signs and did not propose it.

    Booked once more, it stays as it is. What cannot be booked now stays approved until its deadline. Raises NotAllowed
    (also `same_person`), SecondFactorRequired, Conflict (`changed`), InsufficientFunds, RuleNotMet (`not_approved`,
    `late`, `not_banked`, `not_open`, `plan_full`, `closed`, `other_custodian`, `other_currency`, `no_rule`,
    `rule_ended`; `rule_changed` and `stake_grew` since it was proposed; `let_in_by_you`: members whom who books let in
    said yes).
    """
    require(actor, Action.PROPOSAL_BOOK, proposal.pool.organisation)
    method = factor_require(proof, actor).method
    locked = proposal_lock(proposal)
    if locked.made_by_id == actor.pk:
        raise NotAllowed(_("Who proposed it cannot book it."), code="same_person")
    if locked.status == ProposalStatus.BOOKED:
        return locked
    return _book(locked, actor, method)


@transaction.atomic
def ballot_cast_and_book(
    *, proposal: Proposal, actor: User, yes: bool, digest: str, proof: FactorProof | None = None, reason: str = ""
) -> Proposal:
    """Say yes or no (see `ballot_cast`); the signature that decides also books, where that can be done now.

    Where it cannot (the money is not there yet, the plan is full), the answer counts all the same, the proposal stays
    approved, its history says why, and whoever signs may book it later. A vote of members is booked by who signs.
    """
    before = proposal_lock(proposal).status
    decided = ballot_cast(proposal=proposal, actor=actor, yes=yes, digest=digest, proof=proof, reason=reason)
    is_decided = before == ProposalStatus.OPEN and decided.status == ProposalStatus.APPROVED
    if not is_decided or decided.how != DecidedHow.SIGNATURES:
        return decided
    try:
        with transaction.atomic():
            return _book(decided, actor, proof.method if proof else "")
    except BirgeError as refusal:
        approved = proposal_lock(proposal)
        step_write(approved, before=approved.status, actor=None, reason=str(refusal), facts={"refused": refusal.code})
        return approved


def _book(proposal: Proposal, actor: User, method: str) -> Proposal:
    """Book a locked proposal. Its command is opened under its lock: see `pools.services.locking`."""
    _ready_check(proposal, actor)
    opened = command_open(scope=f"proposal:{proposal.public_id}", key="book", request={"digest": proposal.digest})
    amount = int(proposal.content.get("amount_minor", 0))
    if amount:
        _money_check(proposal.pool, amount)
    entry, group = _BOOKINGS[ProposalKind(proposal.content["kind"])](proposal, opened.command, actor, method)
    booked = proposal_move(
        proposal,
        ProposalStatus.BOOKED,
        actor=actor,
        facts={"digest": proposal.digest, "entry": str(entry.pk) if entry else ""},
        booked_at=clock.now(),
        entry_id=entry.pk if entry else None,
        group=group,
    )
    command_finish(opened.command, booked.public_id)
    audit_record(
        actor=actor, action=Action.PROPOSAL_BOOK, obj=booked, organisation=booked.pool.organisation, factor=method
    )
    proposal_notice(booked, deciders(booked), "pool_proposal_booked")
    return booked


def _ready_check(proposal: Proposal, actor: User) -> None:
    if proposal.status != ProposalStatus.APPROVED:
        raise RuleNotMet(_("This is not approved."), code="not_approved", status=proposal.status)
    if proposal.deadline < clock.today():
        raise RuleNotMet(_("The last day to decide has passed."), code="late")
    said_yes = proposal.ballots.filter(yes=True).exclude(person=proposal.made_by)
    if said_yes.count() < proposal.needed or not content_stands(proposal):
        raise Conflict(_("This is not what was decided. It cannot be booked."), code="changed")
    if said_yes.count() < needed_now(proposal):
        raise RuleNotMet(
            _("More money is set aside for this rule by now, so more people must agree. Please propose it anew."),
            code="stake_grew",
        )
    let_in = Term.objects.filter(
        office__organisation=proposal.pool.organisation, office__role=Role.MEMBER, granted_by=actor
    )
    if said_yes.exclude(role=Role.MEMBER, person__in=let_in.values("user")).count() < proposal.needed:
        raise RuleNotMet(
            _("You let in some of those who said yes. Another who signs must book this."), code="let_in_by_you"
        )


def _money_check(pool: Pool, amount: int) -> None:
    """Say in words what the ledger would refuse, and keep to what lies with the custodian."""
    money, language = pool_money(pool), (get_language() or "ky")[:2]
    free, ready = (format_money(Money(each, pool.currency), language) for each in (money.free_minor, money.ready_minor))
    if amount > money.free_minor:
        raise InsufficientFunds(
            _("There is not enough money in the pool: %(free)s is free.") % {"free": free},
            account=codes.held_pool(pool.custodian.public_id, pool.public_id),
            wanted=amount,
            available=money.free_minor,
        )
    if amount > money.ready_minor:
        raise RuleNotMet(
            _("Some of it is cash with the treasurer: take it to the bank first. Now %(ready)s can be booked.")
            % {"ready": ready},
            code="not_banked",
            available=money.ready_minor,
        )


Booked = tuple[Entry | None, str]  # the first entry where money moved, and the group of a gift


def _give(proposal: Proposal, command: Command, actor: User, method: str) -> Booked:
    """Promise and pay in one breath: the promise draws its match and fills the plan like any donor's."""
    pool = proposal.pool
    project = project_lock(Project.objects.get(public_id=proposal.content["project"]))
    give_check(pool, project)
    amount = Money(proposal.content["amount_minor"], proposal.content["currency"])
    reason = f"proposal {proposal.public_id}"
    made = pledge_make_for_pool(
        project=project,
        custodian=pool.custodian,
        amount=amount,
        pool_ref=pool.public_id,
        country=pool.organisation.country,
        actor=actor,
    )
    pledge, _matched = promise_book(made, project, command, how=PledgeConfirmedHow.DECISION, actor=actor, reason=reason)
    held = codes.held_project(pool.custodian.public_id, project.public_id)
    entry = _moved(EntryKind.POOL_GIVEN, pool, held, amount.minor, command, group=pledge.group)
    now = clock.now()
    payment = Payment.objects.create(
        custodian=pool.custodian, project=project, pledge_ref=pledge.public_id, pool_ref=pool.public_id,
        kind=PaymentKind.POOL, amount_minor=amount.minor, currency=amount.currency, received_on=clock.today(),
        reference=proposal.public_id, group=pledge.group, recorded_by=proposal.made_by, recorded_at=now,
        status=PaymentStatus.CONFIRMED, confirmed_by=actor, confirmed_how=ConfirmedHow.DECISION, factor_method=method,
        decided_at=now, entry_id=entry.pk,
    )  # fmt: skip
    pledge_meet(payment, command)
    project_advance(project)
    return entry, pledge.group


def _pass_on(proposal: Proposal, command: Command, actor: User, _method: str) -> Booked:
    pool, found = proposal.pool, Pool.objects.select_related("custodian", "organisation")
    to_pool = found.get(public_id=proposal.content["to_pool"])
    pass_on_check(pool, to_pool)
    if to_pool.custodian_id != pool.custodian_id:  # the two custodians carry it out; booked is what they say
        transfer_open(proposal=proposal, to_pool=to_pool, actor=actor)
        return None, ""
    held = codes.held_pool(to_pool.custodian.public_id, to_pool.public_id)
    entry = _moved(EntryKind.POOL_PASSED, pool, held, proposal.content["amount_minor"], command)
    proposal_notice(proposal, list(signers(to_pool.organisation)), "pool_money_passed")
    return entry, ""


def _match(proposal: Proposal, command: Command, _actor: User, _method: str) -> Booked:
    pool, content = proposal.pool, proposal.content
    if "rule_ref" in content:
        rule = rule_lock(rule_of(pool, content["rule_ref"]))
        if content.get("rule_version", 0) != rule_version(rule):
            raise RuleNotMet(_("The rule says something else by now. Please propose it anew."), code="rule_changed")
        return rule_budget_add(rule=rule, amount_minor=content["amount_minor"], command=command), ""
    _version, entry = rule_publish(
        pool_ref=pool.public_id,
        custodian=pool.custodian,
        currency=pool.currency,
        name=content["name"],
        data=content["rule"],
        amount_minor=content["amount_minor"],
        proposal_ref=proposal.public_id,
        command=command,
    )
    return entry, ""


def _rule_change(proposal: Proposal, _command: Command, _actor: User, _method: str) -> Booked:
    rule = rule_of(proposal.pool, proposal.content["rule_ref"])
    rule_change(rule=rule, data=proposal.content["rule"], proposal_ref=proposal.public_id)
    return None, ""


def _rule_end(proposal: Proposal, command: Command, _actor: User, _method: str) -> Booked:
    _freed, entry = rule_end(rule=rule_of(proposal.pool, proposal.content["rule_ref"]), command=command)
    return entry, ""


_BOOKINGS: dict[ProposalKind, Callable[[Proposal, Command, User, str], Booked]] = {
    ProposalKind.GIVE: _give,
    ProposalKind.PASS_ON: _pass_on,
    ProposalKind.MATCH: _match,
    ProposalKind.RULE_CHANGE: _rule_change,
    ProposalKind.RULE_END: _rule_end,
}


def _moved(kind: EntryKind, pool: Pool, to: str, amount: int, command: Command, *, group: str = "") -> Entry:
    """Book that money of the pool is held for something else now; it stays with the custodian."""
    held = codes.held_pool(pool.custodian.public_id, pool.public_id)
    legs = [
        Leg(account=AccountKey(code=held, currency=pool.currency), amount=amount),
        Leg(account=AccountKey(code=to, currency=pool.currency), amount=-amount),
    ]
    return post(command=command, drafts=[EntryDraft(kind=kind, legs=legs, group=group)])[0]
