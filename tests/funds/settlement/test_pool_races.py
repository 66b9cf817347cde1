"""Many at once on a pool, on PostgreSQL with real threads: what was decided is booked once, or not at all."""

import pytest

from birge.errors import BirgeError, InsufficientFunds
from funds.ledger.checks import check_ledger
from funds.ledger.models import Entry
from funds.payments.models import Payment
from funds.payments.services import payment_confirm
from funds.pledges.models import Pledge
from funds.pools.models import Ballot, PoolGift, Proposal
from funds.pools.selectors import pool_free
from funds.pools.services import pool_close
from funds.settlement.facts import held_minor
from funds.settlement.services import ballot_cast_and_book, pool_cash_confirm, proposal_book
from tests.factories import pools as make
from tests.factories.funds import factor
from tests.support.threads import all_at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def answering(proposal, who):
    return lambda: ballot_cast_and_book(
        proposal=Proposal.objects.get(pk=proposal.pk),
        actor=who,
        yes=True,
        digest=proposal.digest,
        proof=factor(who),
    )


def booking(proposal, who):
    return lambda: proposal_book(proposal=Proposal.objects.get(pk=proposal.pk), actor=who, proof=factor(who))


def test_two_deciding_ballots_at_once_book_once():
    world, village = make.pool_and_village()
    proposal = make.giving(world, village.project)
    first, *others = world.association.signers
    make.answer(proposal, first)
    done = all_at_once([answering(proposal, who) for who in others])
    refused = [each for each in done if isinstance(each, BirgeError)]
    assert [each.code for each in refused] == ["decided"] * 3
    proposal.refresh_from_db()
    assert (proposal.status, Ballot.objects.count()) == ("booked", 2)
    assert (pool_free(world.pool), held_minor(village.project)) == (4_200_00, 800_00)
    assert Entry.objects.filter(kind="pool.given").count() == 1


def test_five_who_book_and_sign_at_once_book_once():
    world, village = make.pool_and_village()
    proposal = make.approved(world, make.giving(world, village.project))
    done = all_at_once([booking(proposal, who) for who in world.association.signers for _n in range(4)])
    assert {each.status for each in done} == {"booked"}
    assert (held_minor(village.project), Pledge.objects.count(), Payment.objects.filter(kind="pool").count()) == (
        800_00,
        1,
        1,
    )


def test_two_proposals_race_for_the_same_money_and_nothing_is_half_done():
    world, village = make.pool_and_village(1_000_00)
    district = make.pool_of(beside=world)
    racing = [
        make.giving(world, village.project, 700_00),
        make.proposed(world, 700_00, kind="pass_on", to_pool=district.pool),
        make.matching(world, 700_00),
    ]
    racing = [make.approved(world, each) for each in racing]
    done = all_at_once([booking(each, who) for each, who in zip(racing, world.association.signers[:3], strict=True)])
    assert sorted(type(each) is InsufficientFunds for each in done) == [False, True, True]
    statuses = sorted(Proposal.objects.values_list("status", flat=True))
    assert (statuses, pool_free(world.pool)) == (["approved", "approved", "booked"], 300_00)
    given = Proposal.objects.get(kind="give").status == "booked"
    assert Pledge.objects.exists() == given
    assert check_ledger() == []


def test_pools_that_pass_money_to_each_other_at_once_do_not_wait_for_ever():
    one = make.pool_with_money(1_000_00)
    other = make.pool_with_money(1_000_00, beside=one)
    acts = []
    for world, to in ((one, other), (other, one)):
        for _n in range(4):
            proposal = make.approved(world, make.proposed(world, 100_00, kind="pass_on", to_pool=to.pool))
            acts.append(booking(proposal, world.association.chair))
    done = all_at_once(acts)
    assert {each.status for each in done} == {"booked"}
    assert (pool_free(one.pool), pool_free(other.pool)) == (1_000_00, 1_000_00)


def test_proposals_to_one_project_from_two_pools_fill_its_plan_once():
    world, village = make.pool_and_village(donors=1_000_00, village=0)
    other = make.pool_with_money(beside=world)
    acts = []
    for each in (world, other):
        proposal = make.approved(each, make.giving(each, village.project, 700_00))
        acts.append(booking(proposal, each.association.chair))
    done = all_at_once(acts)
    assert sorted(getattr(each, "code", "booked") for each in done) == ["booked", "plan_full"]
    assert held_minor(village.project) == 700_00


def test_cash_confirmed_by_many_at_once_is_booked_once():
    world = make.pool_of()
    payment = make.cash_recorded(world, 300_00)
    chair = world.association.chair
    all_at_once([lambda: pool_cash_confirm(payment=payment, actor=chair, proof=factor(chair))] * 20)
    assert (pool_free(world.pool), Entry.objects.filter(kind="payment.received").count()) == (300_00, 1)
    assert PoolGift.objects.get().received_minor == 300_00


def test_many_gifts_at_once_are_all_kept():
    world = make.pool_of()
    payments = [make.recorded(world, make.announced(world, 10_00 + n)) for n in range(20)]
    officer = world.second_officer
    all_at_once(
        [lambda each=each: payment_confirm(payment=each, actor=officer, proof=factor(officer)) for each in payments]
    )
    assert pool_free(world.pool) == sum(each.amount_minor for each in payments)


def test_a_pool_does_not_close_over_money_that_arrives_at_the_same_moment():
    world = make.pool_of()
    gift = make.announced(world, 10_00)
    acts = [
        lambda: pool_close(pool=world.pool, actor=world.association.chair, reason="Done"),
        lambda: make.recorded(world, gift, reference="X"),
    ]
    done = all_at_once(acts)
    world.pool.refresh_from_db()
    assert (world.pool.status == "closed") == (getattr(done[1], "code", "") == "closed")
