"""Who says yes or no: those who were there when it was proposed and still are, once each, to what they were shown."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction

from birge import clock
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet, SecondFactorRequired
from birge.organisations.models import Role, TermStatus
from funds.pools.models import Ballot, Proposal
from tests.factories import pools as make
from tests.factories.funds import factor, notices, officer_of
from tests.factories.organisations import seated

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make.pool_of()


@pytest.fixture
def proposal(world):
    """Return a large one that needs three of five: to pass money on, so that no project is needed."""
    return make.proposed(world, 2_000_00, kind="pass_on", to_pool=make.pool_of(beside=world).pool)


def test_three_of_five_approve(world, proposal):
    statuses = [make.answer(proposal, who).status for who in world.association.signers[:3]]
    assert statuses == ["open", "open", "approved"]
    proposal.refresh_from_db()
    assert proposal.decided_at is not None
    assert proposal.steps.last().facts == {"yes": 3, "no": 0, "needed": 3, "entitled": 5}
    assert len(notices("pool_proposal_decided")) == 1


def test_it_is_refused_once_three_yes_cannot_be_reached_any_more(world, proposal):
    chair, *others = world.association.signers
    assert make.answer(proposal, chair).status == "open"
    statuses = [make.answer(proposal, who, yes=False).status for who in others[:3]]
    assert statuses == ["open", "open", "refused"]


def test_each_answer_is_kept_with_its_office_and_its_factor(world, proposal):
    make.answer(proposal, world.association.treasurer, yes=False)
    ballot = Ballot.objects.get()
    assert (ballot.yes, ballot.reason, ballot.role, ballot.factor_method) == (False, "Not now.", "treasurer", "totp")
    assert ballot.digest == proposal.digest


def test_an_answer_is_never_changed_nor_removed(world, proposal):
    make.answer(proposal, world.association.chair)
    for act in (lambda: Ballot.objects.update(yes=False), lambda: Ballot.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    with pytest.raises(Conflict) as refused:
        make.answer(proposal, world.association.chair, yes=False)
    assert refused.value.code == "answered"


def test_the_same_answer_again_counts_once(world, proposal):
    for _n in range(3):
        assert make.answer(proposal, world.association.chair).status == "open"
    assert Ballot.objects.count() == 1


def test_its_author_cannot_decide_alone_nor_with_others(world):
    to_pool = make.pool_of(beside=world).pool
    proposal = make.proposed(world, 2_000_00, kind="pass_on", to_pool=to_pool, actor=world.association.chair)
    with pytest.raises(NotAllowed) as refused:
        make.answer(proposal, world.association.chair)
    assert refused.value.code == "same_person"
    assert not Ballot.objects.exists()


def test_even_one_yes_is_somebody_elses():
    world = make.pool_of(terms={"needed_below": 1, "needed_above": 1})
    to_pool = make.pool_of(beside=world).pool
    proposal = make.proposed(world, 1_00, kind="pass_on", to_pool=to_pool, actor=world.association.chair)
    with pytest.raises(NotAllowed):
        make.answer(proposal, world.association.chair)
    assert make.answer(proposal, world.association.treasurer).status == "approved"


def test_a_signature_needs_a_fresh_second_factor(world, proposal):
    chair = world.association.chair
    old = factor(chair, at=clock.now() - dt.timedelta(minutes=6))
    for proof in (None, old, factor(world.association.treasurer)):
        with pytest.raises(SecondFactorRequired):
            make.answer(proposal, chair, proof=proof)


def test_members_who_do_not_sign_have_no_signature(world, proposal):
    for who in (world.association.members[1], world.officer, make.association_of_seven().chair):
        with pytest.raises(NotAllowed):
            make.answer(proposal, who)


def test_in_a_vote_members_need_no_second_factor():
    world = make.pool_of(terms={"how": "vote"})
    proposal = make.proposed(world, 2_000_00, kind="pass_on", to_pool=make.pool_of(beside=world).pool)
    for who in (world.association.members[1], *world.association.signers[:2]):
        proposal = make.answer(proposal, who, proof=None)
    assert proposal.status == "approved"
    assert set(Ballot.objects.values_list("factor_method", flat=True)) == {""}


def test_a_no_needs_its_reason(world, proposal):
    for reason in (" ", "x" * 301):
        with pytest.raises(InvalidInput) as refused:
            make.answer(proposal, world.association.chair, yes=False, reason=reason)
        assert refused.value.field == "reason"


@pytest.mark.parametrize("what", ["shown", "stored"])
def test_who_was_shown_something_else_is_asked_to_read_once_more(world, proposal, what):
    if what == "stored":
        Proposal.objects.filter(pk=proposal.pk).update(content={**proposal.content, "amount_minor": 1})
    digest = "0" * 64 if what == "shown" else proposal.digest
    with pytest.raises(Conflict) as refused:
        make.answer(proposal, world.association.chair, digest=digest)
    assert refused.value.code == "changed"


def test_who_left_between_proposal_and_answer_has_none(world, proposal):
    left = world.association.signatories[0]
    left.terms.update(status=TermStatus.ENDED, ends=clock.today())
    with pytest.raises(NotAllowed):
        make.answer(proposal, left)


def test_an_answer_given_before_leaving_counts(world, proposal):
    left = world.association.signatories[0]
    make.answer(proposal, left)
    left.terms.update(status=TermStatus.ENDED, ends=clock.today())
    statuses = [make.answer(proposal, who).status for who in world.association.signers[:2]]
    assert statuses == ["open", "approved"]


def test_who_came_after_it_was_proposed_does_not_decide_on_it(world, proposal):
    with time_machine.travel(clock.now() + dt.timedelta(hours=1)):
        newcomer = officer_of(world.association.organisation, Role.SIGNATORY, seat=20)
        with pytest.raises(NotAllowed) as refused:
            make.answer(proposal, newcomer)
        assert refused.value.code == "joined_later"


def test_who_changed_offices_meanwhile_still_decides(world, proposal):
    signatory = world.association.signatories[0]
    with time_machine.travel(clock.now() + dt.timedelta(hours=1)):
        signatory.terms.update(status=TermStatus.ENDED, ends=clock.today())
        seated(world.association.organisation, Role.CHAIR, who=signatory, seat=2)
        make.answer(proposal, signatory)
    assert Ballot.objects.get().role == "chair"


def test_on_its_last_day_one_may_still_decide_and_not_after(world, proposal):
    last = dt.datetime.combine(proposal.deadline, dt.time(23, 59), dt.UTC)
    with time_machine.travel(last):
        make.answer(proposal, world.association.chair)
    with time_machine.travel(last + dt.timedelta(minutes=2)), pytest.raises(RuleNotMet) as refused:
        make.answer(proposal, world.association.treasurer)
    assert refused.value.code == "late"


@pytest.mark.parametrize("status", ["withdrawn", "expired", "refused"])
def test_what_is_over_is_not_decided_on(world, proposal, status):
    Proposal.objects.filter(pk=proposal.pk).update(status=status)
    with pytest.raises(RuleNotMet) as refused:
        make.answer(proposal, world.association.chair)
    assert refused.value.code == "decided"
