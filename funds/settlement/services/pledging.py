"""A promise together with all it sets off: its match, and the plan it completes or breaks."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from birge.i18n.dates import day_text
from birge.money import Money
from birge.organisations.permissions import Action, may
from funds.ledger.commitments import commitment_make, opening_keep
from funds.ledger.models import Command
from funds.ledger.posting import EntryDraft, command_finish, command_open, post
from funds.matching.services import (
    Draw,
    draws_keep,
    match_draft,
    match_prolong,
    match_release,
    match_reserve,
    matches_release,
    rules_draw,
    rules_lock,
)
from funds.payments.selectors import payment_waits_for
from funds.pledges.entries import released_draft
from funds.pledges.exchanging import beyond, covering
from funds.pledges.limits import plan_full
from funds.pledges.models import ConfirmedHow, Party, Pledge
from funds.pledges.notices import money_text, pledge_notice
from funds.pledges.selectors import plan_rest
from funds.pledges.services import contact_prove, pledge_confirm, pledge_lapse, pledge_lock, pledge_withdraw
from funds.pledges.services import pledge_prolong as prolong_promise
from funds.pledges.states import PledgeStatus
from funds.pledges.tokens import pledge_by_token
from funds.watch.services import pledge_look
from projects.works.models import Project
from projects.works.states import ProjectStatus

from ..matched import parts_text
from ..matching import giver_of, match_facts, matched_at_all
from .advancing import project_advance, project_lock, project_retreat


def pledge_confirm_and_match(
    *, pledge: Pledge, how: str, code: str = "", token: str = "", actor: User | None = None, reason: str = ""
) -> Pledge:
    """Confirm a pledge: book the promise, reserve its match, and if the plan is whole ask everyone to pay.

    `how` is link (`token` from the message), code (`code`), call_back (officer `actor` and a `reason`) or signed_in
    (`actor`). Once confirmed, asking again returns the pledge as it is.
    Raises InvalidInput (`code`), NotAllowed, NotFound (a wrong link), RuleNotMet (`plan_full` with `rest_minor`;
    `not_open`; `transition`).
    """
    if how == ConfirmedHow.CODE:  # apart, so that a wrong try stays counted when we refuse
        contact_prove(pledge=pledge, how=how, code=code)
    confirmed = _confirm(pledge, how, token, actor, reason.strip())
    pledge_look(confirmed)
    return confirmed


@transaction.atomic
def _confirm(pledge: Pledge, how: str, token: str, actor: User | None, reason: str) -> Pledge:
    if how != ConfirmedHow.CODE:
        contact_prove(pledge=pledge, how=how, token=token, actor=actor, reason=reason)
    opened = command_open(scope=_scope(pledge), key="confirm", request={"pledge": pledge.public_id})
    if opened.replayed:
        return _fresh(pledge)
    project = project_lock(pledge.project)
    if project.status != ProjectStatus.OPEN:
        raise RuleNotMet(_("This project does not take pledges now."), code="not_open", status=project.status)
    pledge, matched = promise_book(pledge, project, opened.command, how=ConfirmedHow(how), actor=actor, reason=reason)
    command_finish(opened.command, pledge.public_id)
    _confirmed_notice(pledge, matched)
    project_advance(project)
    return _fresh(pledge)


def promise_book(
    pledge: Pledge,
    project: Project,
    command: Command,
    *,
    how: ConfirmedHow,
    actor: User | None = None,
    reason: str = "",
) -> tuple[Pledge, int]:
    """Book a made pledge of a locked project, with the match that it draws; return it and what the village adds.

    The caller looks at the project's status before, and lets the project advance after. Raises RuleNotMet
    (`plan_full` with `rest_minor`; `transition`).
    """
    rest = plan_rest(project, Party(pledge.party))
    if beyond(pledge, rest):
        raise plan_full(project, rest, covering(Money(rest, project.currency), pledge.currency, pledge.rate))
    match = _match_for(project, pledge)
    draws = _draws_for(project, pledge_lock(pledge))
    commitment, opening = commitment_make("pledge", pledge.public_id)
    entries = pledge_confirm(
        pledge=pledge,
        how=how,
        command=command,
        actor=actor,
        reason=reason,
        beside=[*([match] if match else []), *(draw.draft for draw in draws)],
        commitment=commitment,
    )
    opening_keep(opening, entries[0])
    pledge = _fresh(pledge)
    matched = match.legs[0].amount if match else 0
    if match:
        match_reserve(
            project=project,
            pledge_ref=pledge.public_id,
            entry=entries[1],
            amount=matched,
            group=pledge.group,
            until=pledge.horizon,
        )
    draws_keep(
        project=project,
        pledge_ref=pledge.public_id,
        draws=draws,
        entries=entries[len(entries) - len(draws) :],
        group=pledge.group,
        until=pledge.horizon,
    )
    return pledge, matched


@transaction.atomic
def pledge_withdraw_and_release(
    *, pledge: Pledge, actor: User | None = None, token: str = "", reason: str = ""
) -> Pledge:
    """Take a promise back before its money came; its match returns to the village's share.

    Allowed to the holder of the signed link, to the signed-in donor, and to the custodian's officer on a call
    (with a `reason`). Raises RuleNotMet (`money_on_its_way`, `transition`), NotAllowed.
    """
    _may_withdraw(pledge, actor, token, reason)
    opened = command_open(scope=_scope(pledge), key="withdraw", request={"pledge": pledge.public_id})
    if opened.replayed:
        return _fresh(pledge)
    project = project_lock(pledge.project)
    pledge = pledge_lock(pledge)
    if payment_waits_for(pledge.public_id):
        raise RuleNotMet(
            _("Money for this pledge has been recorded. Please ask for a refund instead."), code="money_on_its_way"
        )
    promise_release(pledge, opened.command)
    pledge = pledge_withdraw(pledge=pledge, actor=actor, reason=reason.strip() or "withdrawn by the donor")
    command_finish(opened.command, pledge.public_id)
    pledge_notice(pledge, "pledge_withdrawn")
    project_retreat(project)
    return pledge


@transaction.atomic
def pledge_lapse_and_release(*, pledge: Pledge, reason: str) -> Pledge:
    """End a promise that ran out of time; its match returns to the village's share. No-op where money is recorded."""
    opened = command_open(scope=_scope(pledge), key="lapse", request={"pledge": pledge.public_id})
    project = project_lock(pledge.project)
    pledge = pledge_lock(pledge)
    if opened.replayed:
        return pledge
    was_made = pledge.status == PledgeStatus.MADE
    promise_release(pledge, opened.command)
    pledge = pledge_lapse(pledge=pledge, reason=reason)
    command_finish(opened.command, pledge.public_id)
    if not was_made:  # nobody proved that the contact is theirs: leave them alone
        pledge_notice(pledge, "pledge_lapsed")
    project_retreat(project)
    return pledge


@transaction.atomic
def pledge_prolong(*, pledge: Pledge, token: str = "", actor: User | None = None) -> Pledge:
    """Let a promise, and its match, stand for 90 days more. By signed link or by the signed-in donor."""
    _is_donor_or_raise(pledge, actor, token)
    project_lock(pledge.project)
    pledge = prolong_promise(pledge=pledge)
    match_prolong(pledge_ref=pledge.public_id, until=pledge.horizon)
    return pledge


def promise_release(pledge: Pledge, command: Command) -> None:
    """Take out of the pledge book what it holds for a locked, not yet ended pledge: promise and match."""
    if not pledge.is_open:
        return
    rules_lock(project=pledge.project)
    drafts: list[EntryDraft] = [released_draft(pledge)]
    unreserved = match_release(pledge_ref=pledge.public_id)
    if unreserved is not None:
        drafts.append(unreserved)
    post(command=command, drafts=drafts)
    matches_release(pledge_ref=pledge.public_id, command=command)


def _match_for(project: Project, pledge: Pledge) -> EntryDraft | None:
    """Return the match drawn: the village follows the donors, but no matching donor and no related party."""
    if pledge.party != Party.DONORS or pledge.related:
        return None
    return match_draft(project=project, amount=pledge.plan_amount_minor, group=pledge.group)


def _draws_for(project: Project, pledge: Pledge) -> list[Draw]:
    """Return what the rules of pools add: to a person's promise, not to a pool's or a matching donor's."""
    if not matched_at_all(pledge):
        return []
    return rules_draw(project=project, facts=match_facts(project), giver=giver_of(pledge, at=clock.now()))


def _confirmed_notice(pledge: Pledge, matched: int) -> None:
    match = money_text(Money(matched, pledge.project.currency), pledge.language) if matched else ""
    pools = parts_text(pledge)
    pledge_notice(
        pledge, "pledge_confirmed", match=match, pools=pools, horizon=day_text(pledge.horizon, pledge.language)
    )


def _may_withdraw(pledge: Pledge, actor: User | None, token: str, reason: str) -> None:
    if not token and actor is not None and actor.pk != pledge.donor_id:
        if not may(actor, Action.PAYMENT_RECORD, pledge.custodian):
            raise NotAllowed
        if not reason.strip():
            raise InvalidInput(_("Please say why."), field="reason")
        return
    _is_donor_or_raise(pledge, actor, token)


def _is_donor_or_raise(pledge: Pledge, actor: User | None, token: str) -> None:
    if token:
        if pledge_by_token(token).group != pledge.group:
            raise NotAllowed
    elif actor is None or actor.pk != pledge.donor_id:
        raise NotAllowed


def _scope(pledge: Pledge) -> str:
    return f"pledge:{pledge.public_id}"


def _fresh(pledge: Pledge) -> Pledge:
    return Pledge.objects.select_related("project", "custodian").get(pk=pledge.pk)
