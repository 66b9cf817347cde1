"""Proposals: what is to become of a pool's money, who may decide on it, and every step on the way."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from birge.money import Money
from birge.organisations.models import DecidedHow, TermsOfReference
from birge.organisations.permissions import Action, may, require
from birge.organisations.selectors import SIGNING, holds_office, members, signers, terms_now
from funds.ledger.posting import command_finish, command_open
from funds.matching.services import rule_size_check
from projects.works.models import Project

from ..models import Pool, Proposal, ProposalStep
from ..notices import proposal_notice
from ..selectors import DECIDING, pool_set_aside
from ..states import PROPOSAL_ALLOWED, ProposalKind, ProposalStatus
from .content import Wish, content_build, content_digest
from .locking import pool_lock, proposal_lock

REASON_LENGTH = 600
NEVER_ALONE = 2  # who has no office may be anybody's second account: then two others have to agree
LONGEST_DAYS = 60
MOST_AT_ONCE = 20  # of one person to one pool, that wait or were made within a day: each is a message to everyone


@transaction.atomic
def proposal_make(
    *,
    pool: Pool,
    kind: str,
    actor: User,
    reason: str,
    idempotency: tuple[str, str],
    amount: Money | None = None,
    project: Project | None = None,
    to_pool: Pool | None = None,
    rule_data: Mapping[str, Any] | None = None,
    rule_ref: str = "",
    name: str = "",
    deadline: dt.date | None = None,
) -> Proposal:
    """Propose, as somebody who belongs: how it is decided is as the terms of reference say now, and stays so.

    `match` takes `rule_data` and `name` for a new rule, or `rule_ref` to give more to one that stands. All others are
    told. Raises NotAllowed, InvalidInput with its field, RuleNotMet (`no_terms`, `too_few`, `too_many`, and as
    `content_build`), KeyReused.
    """
    organisation = pool.organisation
    require(actor, Action.PROPOSAL_MAKE, organisation)
    if kind not in ProposalKind.values:
        raise InvalidInput(_("We do not know this kind of proposal."), field="kind")
    reason = _reason(reason)
    rule_size_check(rule_data or {})
    request = {
        "verb": "proposal_make", "pool": pool.public_id, "kind": kind, "reason": reason,
        "amount": [amount.minor, amount.currency] if amount else None,
        "project": project.public_id if project else "", "to_pool": to_pool.public_id if to_pool else "",
        "rule": rule_data, "rule_ref": rule_ref, "name": name, "deadline": deadline,
    }  # fmt: skip
    opened = command_open(scope=idempotency[0], key=idempotency[1], request=request)
    if opened.replayed:
        return Proposal.objects.get(public_id=opened.command.result_ref)
    terms = terms_now(organisation)
    if terms is None:
        raise RuleNotMet(_("First agree in writing on how you decide: the terms of reference."), code="no_terms")
    locked = pool_lock(pool)
    _flood_check(locked, actor)
    wish = Wish(ProposalKind(kind), amount, project, to_pool, rule_data, rule_ref, name)
    proposal = _write(locked, content_build(locked, wish), wish, terms, actor, reason, _deadline(deadline, terms))
    command_finish(opened.command, proposal.public_id)
    audit_record(actor=actor, action=Action.PROPOSAL_MAKE, obj=proposal, organisation=organisation, kind=kind)
    others = [person for person in deciders(proposal) if person.pk != actor.pk]
    proposal_notice(proposal, others, "pool_proposal_made", author=str(actor), deadline=proposal.deadline)
    return proposal


@transaction.atomic
def proposal_withdraw(*, proposal: Proposal, actor: User, reason: str) -> Proposal:
    """Take a proposal back before it is booked: its author, or anyone who signs.

    Raises NotAllowed, InvalidInput (`reason`), RuleNotMet (`transition`).
    """
    organisation = proposal.pool.organisation
    if not (proposal.made_by_id == actor.pk and actor.is_active) and not may(actor, Action.PROPOSAL_SIGN, organisation):
        raise NotAllowed
    reason = _reason(reason)
    locked = proposal_move(proposal_lock(proposal), ProposalStatus.WITHDRAWN, actor=actor, reason=reason)
    audit_record(actor=actor, action="proposal_withdraw", obj=locked, organisation=organisation, reason=reason)
    proposal_notice(locked, [locked.made_by], "pool_proposal_ended", how=ProposalStatus.WITHDRAWN.value, why=reason)
    return locked


@transaction.atomic
def proposal_expire(*, proposal: Proposal, today: dt.date) -> Proposal | None:
    """End a proposal whose last day has passed; None if that is not so (any more). Called by `tick`."""
    locked = proposal_lock(proposal)
    if ProposalStatus.EXPIRED not in PROPOSAL_ALLOWED[ProposalStatus(locked.status)] or locked.deadline >= today:
        return None
    locked = proposal_move(locked, ProposalStatus.EXPIRED, reason="its last day has passed")
    proposal_notice(locked, [locked.made_by], "pool_proposal_ended", how=ProposalStatus.EXPIRED.value, why="")
    return locked


def proposals_expire(today: dt.date) -> list[Proposal]:
    """End every proposal whose last day was before `today`, each in a transaction of its own; return them."""
    late = Proposal.objects.filter(status__in=[ProposalStatus.OPEN, ProposalStatus.APPROVED], deadline__lt=today)
    ended = [proposal_expire(proposal=each, today=today) for each in late.order_by("id")]
    return [each for each in ended if each is not None]


def proposal_move(
    proposal: Proposal,
    to: ProposalStatus,
    *,
    actor: User | None = None,
    reason: str = "",
    facts: dict[str, Any] | None = None,
    **changes: Any,
) -> Proposal:
    """Change the status of a locked proposal, together with `changes` to its fields, and write its history.

    Raises RuleNotMet (`transition`) for a step that the table does not know.
    """
    before = ProposalStatus(proposal.status)
    if to not in PROPOSAL_ALLOWED[before]:
        raise RuleNotMet(
            _("A proposal that is “%(before)s” cannot become “%(after)s”.")
            % {"before": before.label, "after": to.label},
            code="transition",
            from_status=before.value,
            to_status=to.value,
        )
    proposal.status = to
    for field, value in changes.items():
        setattr(proposal, field, value)
    proposal.save(update_fields=["status", *changes])
    step_write(proposal, before=before.value, actor=actor, reason=reason, facts=facts)
    return proposal


def step_write(
    proposal: Proposal, *, before: str, actor: User | None, reason: str = "", facts: dict[str, Any] | None = None
) -> None:
    """Write one line of history for the status that the proposal has now."""
    ProposalStep.objects.create(
        proposal=proposal,
        from_status=before,
        to_status=proposal.status,
        at=clock.now(),
        actor=actor,
        reason=reason[:300],
        facts=facts or {},
    )


def deciders(proposal: Proposal) -> list[User]:
    """Return who may decide on it by their office today, its author among them."""
    ask = signers if proposal.how == DecidedHow.SIGNATURES else members
    return list(ask(proposal.pool.organisation))


def _flood_check(pool: Pool, actor: User) -> None:
    since = clock.now() - dt.timedelta(days=1)
    mine = pool.proposals.filter(Q(status__in=DECIDING) | Q(made_at__gt=since), made_by=actor)
    if mine.count() >= MOST_AT_ONCE:
        raise RuleNotMet(
            _("You have proposed %(most)s things here already. Please wait until they are decided.")
            % {"most": MOST_AT_ONCE},
            code="too_many",
        )


def needed_now(proposal: Proposal) -> int:
    """Return how many yes it takes for what is at stake today, by the terms it was made under; never fewer than then.

    A rule may have got more money since somebody proposed to change it. Exact under the pool's lock.
    """
    pool = proposal.pool
    terms = TermsOfReference.objects.get(organisation=pool.organisation_id, version=proposal.terms_version)
    return max(proposal.needed, _needed(terms, pool, _stake(proposal)))


def _stake(proposal: Proposal) -> int:
    """Return what leaves the free money; for a change or the end of a rule, what is set aside for it (minor units)."""
    rule_ref = proposal.content.get("rule_ref", "")
    return proposal.amount_minor or pool_set_aside(proposal.pool).get(rule_ref, 0)


def _write(
    pool: Pool,
    content: dict[str, Any],
    wish: Wish,
    terms: TermsOfReference,
    actor: User,
    reason: str,
    deadline: dt.date,
) -> Proposal:
    content = json.loads(json.dumps(content))  # as it will be read back
    amount = content.get("amount_minor", 0)
    proposal = Proposal(
        pool=pool, kind=wish.kind, content=content, digest=content_digest(content), amount_minor=amount,
        currency=pool.currency, project=wish.project if "project" in content else None,
        to_pool=wish.to_pool if "to_pool" in content else None, reason=reason, how=terms.how,
        terms_version=terms.version, deadline=deadline, made_by=actor, made_at=clock.now(),
    )  # fmt: skip
    stake = _stake(proposal)
    proposal.needed = _needed(terms, pool, stake)
    if not holds_office(actor, pool.organisation, SIGNING):
        proposal.needed = max(proposal.needed, NEVER_ALONE)
    proposal.entitled = sum(person.pk != actor.pk for person in deciders(proposal))
    if proposal.needed > proposal.entitled:
        raise RuleNotMet(
            _("This needs %(needed)s yes, and besides you only %(others)s could say it.")
            % {"needed": proposal.needed, "others": proposal.entitled},
            code="too_few",
        )
    proposal.save()
    step_write(proposal, before="", actor=actor, reason=reason, facts={"needed": proposal.needed, "stake_minor": stake})
    return proposal


def _needed(terms: TermsOfReference, pool: Pool, stake: int) -> int:
    """Return how many yes it takes. Where the terms count in another currency, every sum is a large one."""
    small = terms.currency == pool.currency and stake <= terms.threshold_minor
    return terms.needed_below if small else terms.needed_above


def _deadline(asked: dt.date | None, terms: TermsOfReference) -> dt.date:
    today = clock.today()
    last = asked or today + dt.timedelta(days=terms.days_to_decide)
    if last < today:
        raise InvalidInput(_("This day has passed."), field="deadline")
    if last > today + dt.timedelta(days=LONGEST_DAYS):
        raise InvalidInput(
            _("Please choose a day within the next %(days)s days.") % {"days": LONGEST_DAYS}, field="deadline"
        )
    return last


def _reason(reason: str) -> str:
    cleaned = reason.strip()
    if not cleaned:
        raise InvalidInput(_("Please say why."), field="reason")
    if len(cleaned) > REASON_LENGTH:
        raise InvalidInput(_("Please keep it under %(count)s characters.") % {"count": REASON_LENGTH}, field="reason")
    return cleaned
