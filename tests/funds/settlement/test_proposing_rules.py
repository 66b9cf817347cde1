"""What a pool decides about its matching rules: money set aside, a rule changed or ended, exactly as voted."""

import pytest

from birge.errors import InsufficientFunds, RuleNotMet
from funds.ledger.models import Entry
from funds.matching.models import Rule
from funds.pools.selectors import pool_free, pool_set_aside
from tests.factories import pools as make

pytestmark = pytest.mark.django_db


def the_rule():
    return Rule.objects.get()


def test_a_pool_publishes_a_rule_and_sets_money_aside_for_it():
    world = make.pool_with_money(5_000_00)
    proposal = make.booked(world, make.matching(world, 800_00))
    rule = the_rule()
    assert (rule.name, rule.pool_ref, rule.custodian) == ("Som for som", world.pool.public_id, world.custodian)
    version = rule.versions.get()
    assert (version.proposal_ref, version.data) == (proposal.public_id, {**make.RULE, "currency": "KGS"})
    assert version.data == proposal.content["rule"]
    assert (pool_free(world.pool), pool_set_aside(world.pool)) == (4_200_00, {rule.public_id: 800_00})
    assert Entry.objects.get(pk=proposal.entry_id).kind == "match.budgeted"


def test_more_money_is_set_aside_for_a_rule_that_stands():
    world = make.pool_with_money(5_000_00)
    make.booked(world, make.matching(world, 800_00))
    ref = the_rule().public_id
    make.booked(world, make.matching(world, 200_00, rule_ref=ref, rule_data=None, name=""))
    assert (pool_free(world.pool), pool_set_aside(world.pool)) == (4_000_00, {ref: 1_000_00})
    assert the_rule().versions.count() == 1


def test_money_that_is_set_aside_cannot_be_given():
    world, village = make.pool_and_village(1_000_00)
    make.booked(world, make.matching(world, 800_00))
    proposal = make.approved(world, make.giving(world, village.project, 300_00))
    with pytest.raises(InsufficientFunds) as refused:
        make.book(world, proposal)
    assert refused.value.data["available"] == 200_00


def test_cash_with_the_treasurer_is_not_set_aside_either():
    world = make.pool_of()
    make.cash_in(world, 500_00)
    proposal = make.approved(world, make.matching(world, 100_00))
    with pytest.raises(RuleNotMet) as refused:
        make.book(world, proposal)
    assert refused.value.code == "not_banked"


def test_a_rule_changes_for_what_comes_after_exactly_as_voted():
    world = make.pool_with_money(5_000_00)
    make.booked(world, make.matching(world, 800_00))
    data = {"kind": "proportional", "rate": "2", "cap_per_donor": "500"}
    proposal = make.proposed(world, None, kind="rule_change", rule_ref=the_rule().public_id, rule_data=data)
    booked = make.booked(world, proposal)
    assert (booked.status, booked.entry_id, pool_free(world.pool)) == ("booked", None, 4_200_00)
    newest = the_rule().versions.last()
    assert (newest.number, newest.data, newest.proposal_ref) == (2, proposal.content["rule"], proposal.public_id)


def test_a_rule_that_ends_sets_its_money_free():
    world = make.pool_with_money(5_000_00)
    make.booked(world, make.matching(world, 800_00))
    ref = the_rule().public_id
    booked = make.booked(world, make.proposed(world, None, kind="rule_end", rule_ref=ref))
    assert (the_rule().status, pool_free(world.pool), pool_set_aside(world.pool)) == ("ended", 5_000_00, {})
    assert booked.entry_id is not None
    with pytest.raises(RuleNotMet) as refused:
        make.proposed(world, 1_00, kind="match", rule_ref=ref)
    assert refused.value.code == "rule_ended"


def test_two_proposals_to_end_one_rule_end_it_once():
    world = make.pool_with_money(5_000_00)
    make.booked(world, make.matching(world, 800_00))
    both = [make.proposed(world, None, kind="rule_end", rule_ref=the_rule().public_id) for _n in range(2)]
    make.booked(world, both[0])
    with pytest.raises(RuleNotMet) as refused:
        make.booked(world, both[1])
    assert refused.value.code == "rule_ended"
    assert pool_free(world.pool) == 5_000_00


def test_two_proposals_for_the_same_money_book_one():
    world = make.pool_with_money(1_000_00)
    district = make.pool_of(beside=world)
    both = [make.proposed(world, 700_00, kind="pass_on", to_pool=district.pool) for _n in range(2)]
    make.booked(world, both[0])
    with pytest.raises(InsufficientFunds):
        make.booked(world, both[1])
    both[1].refresh_from_db()
    assert (both[1].status, pool_free(world.pool), pool_free(district.pool)) == ("approved", 300_00, 700_00)
