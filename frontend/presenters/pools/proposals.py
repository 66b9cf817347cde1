"""One proposal for those who decide on it: what, why, by whom, who said what, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.organisations.models import DecidedHow, Role
from birge.organisations.permissions import ALLOWED, Action
from birge.organisations.selectors import holds_office
from frontend.presenters.facts import Fact, Link, day, entry_fact, facts, say, signed, who
from frontend.presenters.words import language
from funds.pools.models import Ballot, Proposal
from funds.pools.selectors import pool_money
from funds.pools.states import ProposalStatus
from funds.transfers.selectors import transfers
from funds.transfers.states import TransferStatus

from .words import STATUS_TONE, consequences, headline, how_many, rule_lines, rule_url


@dataclass(frozen=True)
class Answer:
    """What one person said."""

    who: str
    office: str
    yes: bool
    on: str
    reason: str


@dataclass(frozen=True)
class Stand:
    """What this person may do with the proposal now, and why not."""

    can_decide: bool
    signs: bool  # a yes or no takes a second factor
    can_take_back: bool
    can_book: bool
    is_author: bool
    answered: Ballot | None


def stand_of(proposal: Proposal, user: User) -> Stand:
    """Return what this person may do now. Whether they have a second factor yet is asked when they do it."""
    organisation = proposal.pool.organisation
    signs = proposal.how == DecidedHow.SIGNATURES
    action = Action.PROPOSAL_SIGN if signs else Action.PROPOSAL_VOTE
    is_author = proposal.made_by_id == user.pk
    answered = proposal.ballots.filter(person=user).first()
    in_time = proposal.deadline >= clock.today()
    is_open, waits = proposal.status == ProposalStatus.OPEN, proposal.status == ProposalStatus.APPROVED
    entitled = holds_office(user, organisation, ALLOWED[action])
    can_sign = holds_office(user, organisation, ALLOWED[Action.PROPOSAL_SIGN])
    return Stand(
        can_decide=is_open and in_time and entitled and not is_author and answered is None,
        signs=signs,
        can_take_back=(is_open or waits) and (is_author or can_sign),
        can_book=waits
        and in_time
        and not is_author
        and holds_office(user, organisation, ALLOWED[Action.PROPOSAL_BOOK]),
        is_author=is_author,
        answered=answered,
    )


def proposal_page(proposal: Proposal, stand: Stand) -> dict[str, Any]:
    """Return the page of one proposal."""
    ballots = list(proposal.ballots.select_related("person"))
    note, tone = _note(proposal, stand)
    pool = proposal.pool
    return {
        "proposal": proposal,
        "pool": pool,
        "title": headline(proposal),
        "status_label": str(ProposalStatus(proposal.status).label),
        "status_tone": STATUS_TONE[proposal.status],
        "back": Link(reverse("desk_pool", args=[pool.public_id]), pool.name(language())),
        "note": note,
        "note_tone": tone,
        "facts": _facts(proposal),
        "consequences": consequences(proposal),
        "rule": rule_lines(proposal.content.get("rule")),
        "said_yes": sum(each.yes for each in ballots),
        "needed": proposal.needed,
        "how_many": how_many(proposal),
        "answers": [_answer(each) for each in ballots],
        "steps": _steps(proposal),
    }


def _facts(proposal: Proposal) -> list[Fact]:
    content = proposal.content
    ref = content.get("rule_ref", "")
    project, to_pool = proposal.project, proposal.to_pool
    return facts(
        Fact(_("How much"), say(proposal.amount_minor, proposal.currency) if proposal.amount_minor else "", css="big"),
        Fact(_("For"), project.title(language()), reverse("project", args=[project.public_id])) if project else None,
        Fact(_("To"), to_pool.name(language()), reverse("pool", args=[to_pool.public_id])) if to_pool else None,
        Fact(_("Rule"), _("as it stands now"), rule_url(ref)) if ref and rule_url(ref) else None,
        Fact(_("Why"), proposal.reason),
        Fact(_("Proposed by"), signed(proposal.made_by, proposal.made_at)),
        Fact(_("Last day to decide"), day(proposal.deadline)),
        *entry_fact(proposal.entry_id),
        _transfer_fact(proposal),
    )


def _transfer_fact(proposal: Proposal) -> Fact | None:
    """Return how far the money is that custodians bring to another pool."""
    transfer = transfers().filter(proposal_ref=proposal.public_id).first()
    if transfer is None:
        return None
    status = str(TransferStatus(transfer.status).label)
    return Fact(_("Between custodians"), status, reverse("transfer", args=[transfer.public_id]))


def _note(proposal: Proposal, stand: Stand) -> tuple[str, str]:
    status = ProposalStatus(proposal.status)
    if status == ProposalStatus.BOOKED:
        if transfers().filter(proposal_ref=proposal.public_id).exists():
            return _("It is decided. The two custodians carry it out; below you see how far it is."), ""
        return _("It is decided, and in the books exactly as it stands here."), ""
    if status == ProposalStatus.REFUSED:
        return _("It is refused. No money has moved."), "bad"
    if status == ProposalStatus.WITHDRAWN:
        return _("It was taken back. No money has moved."), ""
    if status == ProposalStatus.EXPIRED or proposal.deadline < clock.today():
        return _("The last day to decide has passed. No money has moved; it can be proposed again."), "bad"
    if status == ProposalStatus.APPROVED:
        return _approved(proposal, stand), "warn"
    if stand.is_author:
        return _("You proposed this, so you do not decide on it: the others do. We write to you."), "warn"
    if stand.answered is not None:
        said = _("You said yes.") if stand.answered.yes else _("You said no.")
        rest = _("The others have not all answered yet.")
        return f"{said} {rest}", ""
    if stand.can_decide:
        return _("Please read it, then say yes or no. An answer stays."), "warn"
    if stand.signs:
        return _("Those who sign decide on this."), ""
    return _("The members decide on this."), ""


def _approved(proposal: Proposal, stand: Stand) -> str:
    ready = pool_money(proposal.pool).ready_minor
    if proposal.amount_minor > ready:
        amount = say(ready, proposal.currency)
        return _("It is decided, but only %(amount)s is ready at the custodian. It is booked when there is enough.") % {
            "amount": amount
        }
    if stand.is_author:
        return _("It is decided. You proposed it, so another who signs books it.")
    if stand.can_book:
        return _("It is decided. Now book it: exactly this, and once.")
    return _("It is decided. Somebody who signs books it.")


def _answer(ballot: Ballot) -> Answer:
    role = str(Role(ballot.role).label) if ballot.role in Role.values else ballot.role
    return Answer(who(ballot.person), role, ballot.yes, day(ballot.at), ballot.reason)


def _steps(proposal: Proposal) -> list[dict[str, str]]:
    """Return the history: each change, by whom and when; a booking that failed says why."""
    words = {
        ProposalStatus.OPEN: _("Proposed"),
        ProposalStatus.APPROVED: _("Enough people said yes"),
        ProposalStatus.BOOKED: _("Booked"),
        ProposalStatus.REFUSED: _("Refused"),
        ProposalStatus.WITHDRAWN: _("Taken back"),
        ProposalStatus.EXPIRED: _("The last day passed"),
    }
    steps = []
    for step in proposal.steps.select_related("actor"):
        failed = "refused" in step.facts
        text = _("It could not be booked yet") if failed else words[ProposalStatus(step.to_status)]
        first = step.to_status == ProposalStatus.OPEN
        steps.append(
            {
                "text": text,
                "by": who(step.actor) if step.actor else "",
                "on": day(step.at),
                "reason": step.reason if (failed or step.to_status == ProposalStatus.WITHDRAWN) and not first else "",
                "tone": "bad"
                if failed or step.to_status in (ProposalStatus.REFUSED, ProposalStatus.EXPIRED)
                else "done",
            }
        )
    return steps
