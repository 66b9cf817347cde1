"""Yes or no, by those who were entitled when the proposal was made and still are; never by its author."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet
from birge.organisations.models import DecidedHow, Term
from birge.organisations.permissions import ALLOWED, Action, require
from birge.organisations.selectors import terms_today

from ..models import Ballot, Proposal
from ..notices import proposal_notice
from ..states import ProposalStatus
from .content import content_digest
from .locking import proposal_lock
from .proposals import proposal_move

REASON_LENGTH = 300
ACTIONS = {DecidedHow.SIGNATURES: Action.PROPOSAL_SIGN, DecidedHow.VOTE: Action.PROPOSAL_VOTE}


@transaction.atomic
def ballot_cast(
    *, proposal: Proposal, actor: User, yes: bool, digest: str, proof: FactorProof | None = None, reason: str = ""
) -> Proposal:
    """Say yes or no to the proposal as it was shown (`digest`); signatures need a second factor, a no its reason.

    With the last yes it needs it is approved; once so many yes cannot be reached any more it is refused. The same
    answer once more changes nothing. Raises NotAllowed (also `same_person`, `joined_later`), SecondFactorRequired,
    InvalidInput (`reason`), Conflict (`changed`, `answered`), RuleNotMet (`decided`, `late`).
    """
    organisation = proposal.pool.organisation
    action = ACTIONS[DecidedHow(proposal.how)]
    require(actor, action, organisation)
    if actor.pk == proposal.made_by_id:
        raise NotAllowed(_("Who proposed it does not decide on it."), code="same_person")
    method = factor_require(proof, actor).method if action == Action.PROPOSAL_SIGN else ""
    reason = reason.strip()
    if not yes and not reason:
        raise InvalidInput(_("Please say why not."), field="reason")
    if len(reason) > REASON_LENGTH:
        raise InvalidInput(_("Please keep it under %(count)s characters.") % {"count": REASON_LENGTH}, field="reason")
    locked = proposal_lock(proposal)
    before = locked.ballots.filter(person=actor).first()
    if before is not None:
        if before.yes == yes and before.digest == digest:
            return locked
        raise Conflict(_("You have answered already, and an answer stays."), code="answered")
    _open_check(locked, digest)
    role = _entitled(locked, actor, action)
    Ballot.objects.create(
        proposal=locked, person=actor, yes=yes, reason=reason, role=role, digest=digest, at=clock.now(),
        factor_method=method,
    )  # fmt: skip
    audit_record(
        actor=actor, action=action, obj=locked, organisation=organisation, reason=reason, yes=yes, factor=method
    )
    return _count(locked)


def _open_check(proposal: Proposal, digest: str) -> None:
    if proposal.status != ProposalStatus.OPEN:
        raise RuleNotMet(_("This is decided already."), code="decided", status=proposal.status)
    if proposal.deadline < clock.today():
        raise RuleNotMet(_("The last day to decide has passed."), code="late")
    if digest != proposal.digest or content_digest(proposal.content) != proposal.digest:
        raise Conflict(_("This is not what you were shown. Please read it once more."), code="changed")


def _entitled(proposal: Proposal, actor: User, action: Action) -> str:
    """Return the office in which they decide. Raises NotAllowed (`joined_later`) if they held none back then."""
    organisation, roles, made = proposal.pool.organisation, list(ALLOWED[action]), proposal.made_at
    held = Term.objects.filter(
        Q(ends__isnull=True) | Q(ends__gte=made.date()),
        user=actor,
        office__organisation=organisation,
        office__role__in=roles,
        starts__lte=made.date(),
        granted_at__lte=made,
    )
    if not held.exists():
        raise NotAllowed(
            _("You joined after this was proposed. Those decide who were there then."), code="joined_later"
        )
    now = terms_today().filter(user=actor, office__organisation=organisation, office__role__in=roles)
    return str(now.order_by("pk").values_list("office__role", flat=True)[0])


def _count(proposal: Proposal) -> Proposal:
    answers = list(proposal.ballots.values_list("yes", flat=True))
    said_yes, said_no = answers.count(True), answers.count(False)
    facts = {"yes": said_yes, "no": said_no, "needed": proposal.needed, "entitled": proposal.entitled}
    if said_yes >= proposal.needed:
        outcome = ProposalStatus.APPROVED
    elif said_no > proposal.entitled - proposal.needed:
        outcome = ProposalStatus.REFUSED
    else:
        return proposal
    moved = proposal_move(proposal, outcome, facts=facts, decided_at=clock.now())
    proposal_notice(moved, [moved.made_by], "pool_proposal_decided", yes=said_yes, no=said_no, how=outcome.value)
    return moved
