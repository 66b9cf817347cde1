"""What a pool decides is booked exactly as it was voted, by others than its author, from money that is there."""

import datetime as dt

import pytest
import time_machine

from birge import clock
from birge.errors import Conflict, InsufficientFunds, NotAllowed, RuleNotMet, SecondFactorRequired
from funds.ledger.models import Entry
from funds.matching.selectors import village_reserved
from funds.payments.models import Payment
from funds.pledges.models import Pledge
from funds.pools.models import Proposal
from funds.pools.selectors import given_to_projects, pool_free
from funds.pools.services import ballot_cast, content_digest
from funds.settlement.facts import held_minor
from funds.settlement.selectors import project_progress, totals_by_currency
from funds.settlement.services import (
    payment_correct_ask,
    project_cancel_and_refund,
    proposal_book,
)
from funds.transfers.models import Transfer
from tests.factories import pools as make
from tests.factories.funds import confirmed_pledge, factor, notices, open_village_project, organisation, pay

pytestmark = pytest.mark.django_db


def test_a_pool_gives_to_a_project_as_a_donor_would_and_pays_at_once():
    world, village, proposal = make.gave(800_00)
    assert (proposal.status, pool_free(world.pool), held_minor(village.project)) == ("booked", 4_200_00, 800_00)
    pledge = Pledge.objects.get(pool_ref=world.pool.public_id)
    assert (pledge.status, pledge.collected_minor, pledge.conditions, pledge.party) == (
        "collected",
        800_00,
        [],
        "donors",
    )
    assert (pledge.confirmed_how, pledge.donor, pledge.group) == ("decision", None, proposal.group)
    payment = Payment.objects.get(kind="pool")
    assert (payment.status, payment.confirmed_how, payment.group) == ("confirmed", "decision", pledge.group)
    assert (payment.pool_ref, payment.pledge_ref, payment.entry_id) == (
        world.pool.public_id,
        pledge.public_id,
        proposal.entry_id,
    )
    kinds = Entry.objects.filter(command__scope=f"proposal:{proposal.public_id}").order_by("n")
    assert list(kinds.values_list("kind", flat=True)) == [
        "pledge.confirmed",
        "match.reserved",
        "pool.given",
        "pledge.met",
    ]


def test_what_a_pool_gives_draws_the_villages_share_like_any_gift():
    _world, village, _proposal = make.gave(800_00)
    assert village_reserved(village.project) == 800_00


def test_what_a_pool_gives_counts_once_in_all_that_came():
    _world, village, _proposal = make.gave(800_00)
    (totals,) = totals_by_currency()
    assert (totals.received_minor, totals.held_minor) == (5_000_00, 5_000_00)
    donors = next(each for each in project_progress(village.project).parties if each.party == "donors")
    assert (donors.received_minor, donors.promised_minor) == (800_00, 0)


def test_a_pool_can_complete_the_plan_and_others_are_asked_to_pay():
    world, village = make.pool_and_village(donors=1_000_00, village=0)
    confirmed_pledge(village.project, 200_00)
    make.booked(world, make.giving(world, village.project, 800_00))
    village.project.refresh_from_db()
    assert village.project.status == "pledged_in_full"
    assert len(notices("pledge_due")) == 1


def test_a_pool_can_bring_the_last_money():
    world, village = make.pool_and_village(donors=1_000_00, village=0)
    pay(village, confirmed_pledge(village.project, 200_00))
    make.booked(world, make.giving(world, village.project, 800_00))
    village.project.refresh_from_db()
    assert village.project.status == "funded"


def test_booked_twice_it_moves_money_once():
    world, village, proposal = make.gave(800_00)
    again = make.book(world, proposal)
    assert (again.entry_id, held_minor(village.project)) == (proposal.entry_id, 800_00)


def test_the_deciding_signature_books_at_once():
    world, village = make.pool_and_village()
    proposal = make.giving(world, village.project)
    first, second = world.association.signers[:2]
    assert make.answer(proposal, first, book=True).status == "open"
    assert make.answer(proposal, second, book=True).status == "booked"
    assert held_minor(village.project) == 800_00


def test_a_deciding_signature_counts_where_the_money_is_not_there_yet():
    world, village = make.pool_and_village(100_00)
    proposal = make.giving(world, village.project)
    for who in world.association.signers[:2]:
        proposal = make.answer(proposal, who, book=True)
    assert (proposal.status, proposal.ballots.count()) == ("approved", 2)
    assert proposal.steps.last().facts == {"refused": "insufficient_funds"}
    assert (pool_free(world.pool), held_minor(village.project)) == (100_00, 0)
    make.paid_in(world, 700_00)
    assert make.book(world, proposal).status == "booked"


def test_a_vote_of_members_is_booked_by_who_signs():
    world, village = make.pool_and_village(terms={"how": "vote"})
    proposal = make.giving(world, village.project)
    for who in (world.association.members[1], world.association.chair):
        proposal = make.answer(proposal, who, book=True)
    assert proposal.status == "approved"
    with pytest.raises(NotAllowed):
        make.book(world, proposal, world.association.members[1])
    assert make.book(world, proposal).status == "booked"


def test_its_author_cannot_book_it():
    world, village = make.pool_and_village()
    proposal = make.approved(world, make.giving(world, village.project, actor=world.association.chair))
    with pytest.raises(NotAllowed) as refused:
        make.book(world, proposal, world.association.chair)
    assert refused.value.code == "same_person"


def test_booking_needs_a_fresh_second_factor():
    world, village = make.pool_and_village()
    proposal = make.approved(world, make.giving(world, village.project))
    old = factor(world.association.chair, at=clock.now() - dt.timedelta(minutes=6))
    for proof in (None, old, factor(world.association.treasurer)):
        with pytest.raises(SecondFactorRequired):
            proposal_book(proposal=proposal, actor=world.association.chair, proof=proof)


def test_only_who_signs_for_the_pools_own_organisation_books():
    world, village = make.pool_and_village()
    proposal = make.approved(world, make.giving(world, village.project))
    for stranger in (village.officer, make.association_of_seven().chair):
        with pytest.raises(NotAllowed):
            make.book(world, proposal, stranger)


def test_what_is_not_approved_is_not_booked():
    world, village = make.pool_and_village()
    with pytest.raises(RuleNotMet) as refused:
        make.book(world, make.giving(world, village.project))
    assert refused.value.code == "not_approved"


def test_what_is_late_is_not_booked():
    world, village = make.pool_and_village()
    proposal = make.approved(world, make.giving(world, village.project))
    with time_machine.travel(clock.now() + dt.timedelta(days=8)), pytest.raises(RuleNotMet) as refused:
        make.book(world, proposal)
    assert refused.value.code == "late"


@pytest.mark.parametrize("tampered", ["content", "amount", "project", "digest", "both"])
def test_what_was_voted_is_what_is_booked(tampered):
    world, village = make.pool_and_village()
    proposal = make.approved(world, make.giving(world, village.project))
    other = {**proposal.content, "amount_minor": 900_00}
    changes = {
        "content": {"content": other},
        "amount": {"amount_minor": 900_00},
        "project": {"project": make.open_village_project().project},
        "digest": {"digest": "0" * 64},
        "both": {"content": other, "digest": content_digest(other), "amount_minor": 900_00},
    }[tampered]
    Proposal.objects.filter(pk=proposal.pk).update(**changes)
    with pytest.raises(Conflict) as refused:
        make.book(world, proposal)
    assert refused.value.code == "changed"
    assert (pool_free(world.pool), held_minor(village.project)) == (5_000_00, 0)


def test_a_status_that_nobody_voted_for_is_not_booked():
    world, village = make.pool_and_village()
    proposal = make.giving(world, village.project)
    make.answer(proposal, world.association.chair)
    Proposal.objects.filter(pk=proposal.pk).update(status="approved")
    with pytest.raises(Conflict) as refused:
        make.book(world, proposal)
    assert refused.value.code == "changed"


def test_more_than_the_pool_holds_stays_approved():
    world, village = make.pool_and_village(500_00)
    proposal = make.approved(world, make.giving(world, village.project, 800_00))
    with pytest.raises(InsufficientFunds) as refused:
        make.book(world, proposal)
    assert (refused.value.data["wanted"], refused.value.data["available"]) == (800_00, 500_00)
    proposal.refresh_from_db()
    assert proposal.status == "approved"
    assert not Pledge.objects.exists()


def test_cash_that_is_still_with_the_treasurer_is_not_given_to_anyone():
    world, village = make.pool_and_village(500_00)
    make.cash_in(world, 300_00)
    proposal = make.approved(world, make.giving(world, village.project, 800_00))
    with pytest.raises(RuleNotMet) as refused:
        make.book(world, proposal)
    assert (refused.value.code, refused.value.data["available"]) == ("not_banked", 500_00)
    make.banked(world, 300_00)
    assert make.book(world, proposal).status == "booked"


def test_more_than_the_plan_lacks_is_refused_with_what_it_lacks():
    world, village = make.pool_and_village(donors=500_00)
    proposal = make.approved(world, make.giving(world, village.project, 800_00))
    with pytest.raises(RuleNotMet) as refused:
        make.book(world, proposal)
    assert (refused.value.code, refused.value.data["rest_minor"]) == ("plan_full", 500_00)


def test_a_plan_that_is_promised_in_full_takes_nothing_more():
    world, village = make.pool_and_village(donors=500_00, village=0)
    proposal = make.approved(world, make.giving(world, village.project, 100_00))
    confirmed_pledge(village.project, 500_00)
    with pytest.raises(RuleNotMet) as refused:
        make.book(world, proposal)
    assert refused.value.code == "plan_full"


def test_a_project_that_was_given_up_meanwhile_gets_nothing():
    world, village = make.pool_and_village()
    proposal = make.approved(world, make.giving(world, village.project))
    project_cancel_and_refund(project=village.project, actor=village.head, reason="no road")
    with pytest.raises(RuleNotMet) as refused:
        make.book(world, proposal)
    assert refused.value.code == "not_open"


def test_a_project_that_another_custodian_keeps_is_refused_at_once():
    world, elsewhere = make.pool_with_money(), open_village_project()
    with pytest.raises(RuleNotMet) as refused:
        make.giving(world, elsewhere.project)
    assert refused.value.code == "other_custodian"


def test_a_project_whose_custodian_changed_after_the_vote_is_refused_at_booking():
    world, village = make.pool_and_village()
    proposal = make.approved(world, make.giving(world, village.project))
    village.project.custodian = organisation("custodian")
    village.project.save(update_fields=["custodian"])
    with pytest.raises(RuleNotMet) as refused:
        make.book(world, proposal)
    assert refused.value.code == "other_custodian"


def test_a_project_in_another_currency_is_refused():
    village = open_village_project()
    world = make.pool_of(village=village, currency="RUB")
    with pytest.raises(RuleNotMet) as refused:
        make.giving(world, village.project)
    assert refused.value.code == "other_currency"


def test_pools_of_villages_pass_money_on_to_the_districts():
    district = make.pool_of()
    village = make.pool_with_money(2_000_00, beside=district)
    proposal = make.booked(village, make.proposed(village, 1_500_00, kind="pass_on", to_pool=district.pool))
    assert (pool_free(village.pool), pool_free(district.pool)) == (500_00, 1_500_00)
    assert Entry.objects.get(pk=proposal.entry_id).kind == "pool.passed"
    assert len(notices("pool_money_passed")) == 5


def test_what_is_passed_on_to_another_custodian_is_decided_here_and_carried_out_by_a_transfer():
    world, other = make.pool_with_money(), make.pool_of()
    proposal = make.booked(world, make.proposed(world, 100_00, kind="pass_on", to_pool=other.pool))
    assert (proposal.status, proposal.entry_id, pool_free(other.pool)) == ("booked", None, 0)
    assert Transfer.objects.get(proposal_ref=proposal.public_id).status == "asked"


def test_nothing_is_passed_on_to_a_custodian_that_may_not_act():
    world, other = make.pool_with_money(), make.pool_of()
    other.custodian.status = "suspended"
    other.custodian.save(update_fields=["status"])
    with pytest.raises(RuleNotMet) as refused:
        make.proposed(world, 100_00, kind="pass_on", to_pool=other.pool)
    assert refused.value.code == "custodian_stopped"


def test_what_a_pool_gave_to_a_project_that_failed_is_back_in_the_pool_at_once():
    world, village, _proposal = make.gave(800_00)
    pay(village, confirmed_pledge(village.project, 200_00))
    project_cancel_and_refund(project=village.project, actor=village.head, reason="no road")
    assert (pool_free(world.pool), held_minor(village.project)) == (5_000_00, 200_00)
    refund = Payment.objects.get(kind="pool").refund
    assert (refund.status, refund.amount_minor, refund.sent_by, refund.confirmed_by) == ("paid", 800_00, None, None)
    entry = Entry.objects.get(pk=refund.entry_id)
    assert (entry.kind, entry.resolves.kind) == ("pool.returned", "pool.given")
    assert Pledge.objects.get(pool_ref=world.pool.public_id).status == "refunded"
    (given,) = given_to_projects(world.pool)
    assert (given.given_minor, given.returned_minor) == (800_00, 800_00)


def test_what_a_pool_gave_is_not_corrected_as_a_mistake():
    _world, village, _proposal = make.gave(800_00)
    with pytest.raises(RuleNotMet) as refused:
        payment_correct_ask(payment=Payment.objects.get(kind="pool"), actor=village.officer, reason="a mistake")
    assert refused.value.code == "by_decision"


def test_everyone_who_decides_is_told_when_it_is_booked():
    make.gave(800_00)
    assert len(notices("pool_proposal_booked")) == 5


def test_the_answer_of_who_decided_first_stays_when_somebody_else_books():
    world, village = make.pool_and_village()
    proposal = make.giving(world, village.project)
    for who in world.association.signers[:2]:
        proposal = ballot_cast(proposal=proposal, actor=who, yes=True, digest=proposal.digest, proof=factor(who))
    booked = make.book(world, proposal, world.association.signers[4])
    assert (booked.status, booked.steps.last().actor) == ("booked", world.association.signers[4])


def test_what_a_pool_gave_to_many_projects_is_asked_for_in_two_questions(django_assert_num_queries):
    world, village, _proposal = make.gave(100_00)
    make.booked(world, make.giving(world, village.project, 50_00))
    with django_assert_num_queries(2):
        (given,) = given_to_projects(world.pool)
    assert (given.project, given.given_minor) == (village.project, 150_00)
