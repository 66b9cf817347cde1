"""Nobody moves a pool's money alone, nor with fewer people than was agreed: second accounts and offices, old votes."""

import pytest

from birge import clock
from birge.errors import NotAllowed, RuleNotMet, SecondFactorRequired
from birge.notifications.services import Contact
from birge.organisations.models import Role, Term
from birge.organisations.services import member_admit
from funds.matching.models import Rule
from funds.pools.models import PoolGift, Proposal
from funds.pools.selectors import pool_money
from funds.pools.services import proposal_withdraw
from funds.pools.services.proposals import MOST_AT_ONCE
from funds.pools.tokens import payment_code
from funds.settlement.services import ballot_cast_and_book, pool_cash_confirm_by_payer
from tests.factories import pools as make
from tests.factories.funds import factor, person
from tests.factories.organisations import seated

pytestmark = pytest.mark.django_db


def test_a_treasurer_who_is_the_custodians_officer_too_does_not_bank_the_pools_cash():
    world = make.pool_of()
    treasurer = world.association.treasurer
    seated(world.custodian, Role.CUSTODIAN_OFFICER, who=treasurer, seat=3)
    make.cash_in(world)
    with pytest.raises(NotAllowed) as refused:
        make.banked(world, 300_00, actor=treasurer, proof=factor(treasurer))
    assert refused.value.code == "same_person"
    assert pool_money(world.pool).ready_minor == 0


def test_who_wrote_the_cash_down_does_not_bank_it_either_after_leaving_the_office():
    world = make.pool_of()
    treasurer = world.association.treasurer
    make.cash_in(world)
    Term.objects.get(user=treasurer).end(clock.today())
    seated(world.custodian, Role.CUSTODIAN_OFFICER, who=treasurer, seat=3)
    with pytest.raises(NotAllowed):
        make.banked(world, 300_00, actor=treasurer, proof=factor(treasurer))


def test_banking_cash_needs_a_fresh_second_factor():
    world = make.pool_of()
    make.cash_in(world)
    with pytest.raises(SecondFactorRequired):
        make.banked(world, 300_00, proof=None)


@pytest.mark.parametrize("alias", ["{name}+cash@{host}", "{NAME}@{host}"])
def test_another_spelling_of_the_treasurers_own_address_is_their_own(alias):
    world = make.pool_of()
    treasurer = world.association.treasurer
    name, _at, host = treasurer.email.partition("@")
    spelt = alias.format(name=name, NAME=name.upper(), host=host)
    payment = make.cash_recorded(world, contact=Contact("email", spelt))
    code = payment_code(PoolGift.objects.get(public_id=payment.group), payment.public_id)
    with pytest.raises(NotAllowed):
        pool_cash_confirm_by_payer(payment=payment, code=code, actor=treasurer)


def test_a_member_whom_the_chair_let_in_proposes_and_the_chair_does_not_decide_alone():
    world, village = make.pool_and_village(terms={"needed_below": 1, "needed_above": 1})
    chair, puppet = world.association.chair, person()
    member_admit(organisation=world.association.organisation, person=puppet, actor=chair)
    proposal = make.giving(world, village.project, actor=puppet)
    ballot_cast_and_book(proposal=proposal, actor=chair, yes=True, digest=proposal.digest, proof=factor(chair))
    assert Proposal.objects.get(pk=proposal.pk).status == "open"


def test_votes_of_those_whom_one_let_in_are_not_booked_by_that_one():
    world, village = make.pool_and_village(terms={"how": "vote", "needed_below": 2, "needed_above": 3})
    chair = world.association.chair
    puppets = [person() for _n in range(4)]
    for puppet in puppets:
        member_admit(organisation=world.association.organisation, person=puppet, actor=chair)
    proposal = make.giving(world, village.project, actor=puppets[0])
    for who in [*puppets[1:3], chair][: proposal.needed]:
        proposal = make.answer(proposal, who)
    assert proposal.status == "approved"
    with pytest.raises(RuleNotMet) as refused:
        make.book(world, proposal, chair)
    assert refused.value.code == "let_in_by_you"
    assert make.book(world, proposal, world.association.treasurer).status == "booked"


def rule_of_pool(world, amount=100_00):
    make.booked(world, make.matching(world, amount))
    return Rule.objects.get(pool_ref=world.pool.public_id)


def another_text(world, rule):
    return make.proposed(world, None, kind="rule_change", rule_ref=rule.public_id, rule_data={**make.RULE, "rate": "9"})


def test_a_change_of_a_rule_needs_as_many_as_what_is_set_aside_when_it_is_booked():
    world = make.pool_with_money(5_000_00)
    rule = rule_of_pool(world)
    changing = make.approved(world, another_text(world, rule))
    assert changing.needed == 2
    make.booked(world, make.proposed(world, 4_000_00, kind="match", rule_ref=rule.public_id))
    with pytest.raises(RuleNotMet) as refused:
        make.book(world, changing)
    assert refused.value.code == "stake_grew"


def test_money_that_was_voted_for_a_rule_does_not_go_to_another_text_of_it():
    world = make.pool_with_money(5_000_00)
    rule = rule_of_pool(world)
    more = make.approved(world, make.proposed(world, 4_000_00, kind="match", rule_ref=rule.public_id))
    make.booked(world, another_text(world, rule))
    with pytest.raises(RuleNotMet) as refused:
        make.book(world, more)
    assert refused.value.code == "rule_changed"


def test_one_person_cannot_bury_the_others_under_proposals():
    world = make.pool_with_money()
    for _n in range(MOST_AT_ONCE):
        made = make.matching(world, 100_00)
    proposal_withdraw(proposal=made, actor=made.made_by, reason="once more")
    with pytest.raises(RuleNotMet) as refused:
        make.matching(world, 100_00)
    assert refused.value.code == "too_many"
    assert make.matching(world, 100_00, actor=world.association.chair).status == "open"
