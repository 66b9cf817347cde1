"""The process is killed before any one of its statements while a pool's decision is booked: nothing happened, or all.

As in test_crash_points: what was half done would be completed, or refused, by the second request.
"""

import pytest

from funds.ledger.checks import check_ledger
from funds.ledger.models import Command, Entry
from funds.matching.models import Rule, RuleVersion
from funds.payments.models import Payment
from funds.payments.services import payment_confirm
from funds.pledges.models import Pledge
from funds.pools.models import Ballot, PoolGift, Proposal, ProposalStep
from funds.releases.models import Refund
from funds.settlement.services import (
    ballot_cast_and_book,
    pool_cash_bank,
    pool_cash_record,
    project_cancel_and_refund,
    proposal_book,
)
from projects.works.models import Project
from tests.factories import pools as make
from tests.factories.funds import contact, factor
from tests.support.dying import kill_at_each_step

# On the database of production only: a fresh clone has 25 minutes for everything.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.postgresql]


def booking(proposal, who):
    return lambda: proposal_book(proposal=Proposal.objects.get(pk=proposal.pk), actor=who, proof=factor(who))


def giving():
    world, village = make.pool_and_village()
    return booking(make.approved(world, make.giving(world, village.project)), world.association.chair)


def passing_on():
    world = make.pool_with_money()
    to_pool = make.pool_of(beside=world).pool
    proposal = make.approved(world, make.proposed(world, 700_00, kind="pass_on", to_pool=to_pool))
    return booking(proposal, world.association.chair)


def publishing_a_rule():
    world = make.pool_with_money()
    return booking(make.approved(world, make.matching(world)), world.association.chair)


def ending_a_rule():
    world = make.pool_with_money()
    make.booked(world, make.matching(world))
    ref = Rule.objects.get().public_id
    proposal = make.approved(world, make.proposed(world, None, kind="rule_end", rule_ref=ref))
    return booking(proposal, world.association.chair)


def the_deciding_signature():
    world, village = make.pool_and_village()
    proposal = make.giving(world, village.project)
    make.answer(proposal, world.association.chair)
    who = world.association.treasurer
    return lambda: ballot_cast_and_book(
        proposal=Proposal.objects.get(pk=proposal.pk), actor=who, yes=True, digest=proposal.digest, proof=factor(who)
    )


def a_gift_arriving():
    world = make.pool_of()
    payment = make.recorded(world, make.announced(world))
    who = world.second_officer
    return lambda: payment_confirm(payment=Payment.objects.get(pk=payment.pk), actor=who, proof=factor(who))


def writing_cash_down():
    world, day = make.pool_of(), make.clock.today()
    return lambda: pool_cash_record(
        pool=world.pool,
        amount=make.Money(300_00, "KGS"),
        received_on=day,
        actor=world.association.treasurer,
        contact=contact("giver@example.org"),
        reference="S-1",
        idempotency=("user:test", "cash"),
    )


def taking_cash_to_the_bank():
    world = make.pool_of()
    make.cash_in(world)
    return lambda: pool_cash_bank(
        pool=world.pool,
        amount=make.Money(300_00, "KGS"),
        actor=world.officer,
        bank_reference="B",
        bank_line=None,
        proof=factor(world.officer),
        idempotency=("user:test", "bank"),
    )


def giving_a_project_up():
    _world, village, _proposal = make.gave()
    project = Project.objects.get(pk=village.project.pk)
    return lambda: project_cancel_and_refund(project=project, actor=village.head, reason="no road")


@pytest.mark.parametrize(
    "prepare",
    [
        giving,
        passing_on,
        publishing_a_rule,
        ending_a_rule,
        the_deciding_signature,
        a_gift_arriving,
        writing_cash_down,
        taking_cash_to_the_bank,
        giving_a_project_up,
    ],
)
def test_killed_anywhere_it_is_all_or_nothing_and_then_once(prepare):
    act = prepare()
    before = state()
    killed = kill_at_each_step(act, state=state)
    assert killed > 5, "the act ends before anything could go wrong"
    after = state()
    assert after != before
    act()
    assert state() == after, "a second time it happened again"
    assert check_ledger() == []


def state():
    """Return what the act may change, as counts and statuses."""
    models = (Pledge, Payment, Refund, Proposal, PoolGift, Rule)
    statuses = [sorted(model.objects.values_list("pk", "status")) for model in models]
    counted = (Entry, Ballot, ProposalStep, RuleVersion)
    finished = Command.objects.exclude(result_ref="").count()
    return (finished, [model.objects.count() for model in counted], statuses)
