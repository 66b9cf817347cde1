"""A promise can be taken back until its money comes; its match goes back to the village's share."""

import pytest

from birge.errors import InvalidInput, NotAllowed, NotFound, RuleNotMet
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.matching.selectors import village_rest
from funds.pledges.tokens import Purpose, pledge_token
from funds.settlement.services import pledge_withdraw_and_release
from tests.factories.funds import confirmed_pledge, open_village_project, pay, person, pledge, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return open_village_project(donors=10_000_00, village=10_000_00)


def promised(world) -> int:
    return balance(codes.promised(world.custodian.public_id, world.project.public_id), "KGS")


def test_the_donor_takes_it_back_by_the_link(world):
    confirmed = confirmed_pledge(world.project, 3_000_00)
    assert (promised(world), village_rest(world.project)) == (3_000_00, 7_000_00)
    gone = pledge_withdraw_and_release(pledge=confirmed, token=pledge_token(confirmed))
    assert gone.status == "withdrawn"
    assert (promised(world), village_rest(world.project)) == (0, 10_000_00)


def test_taking_it_back_twice_is_once(world):
    confirmed = confirmed_pledge(world.project, 3_000_00)
    for _n in range(2):
        pledge_withdraw_and_release(pledge=confirmed, token=pledge_token(confirmed))
    assert village_rest(world.project) == 10_000_00


def test_an_unconfirmed_pledge_leaves_nothing_behind(world):
    made = pledge(world.project)
    assert pledge_withdraw_and_release(pledge=made, token=pledge_token(made)).status == "withdrawn"
    assert promised(world) == 0


@pytest.mark.parametrize("purpose", list(Purpose))
def test_another_pledges_link_takes_nothing_back(world, purpose):
    mine, other = confirmed_pledge(world.project), confirmed_pledge(world.project)
    with pytest.raises((NotAllowed, NotFound)):
        pledge_withdraw_and_release(pledge=mine, token=pledge_token(other, purpose))
    mine.refresh_from_db()
    assert mine.status == "confirmed"


def test_without_link_or_account_nobody_takes_it_back(world):
    confirmed = confirmed_pledge(world.project)
    for actor in (None, person()):
        with pytest.raises(NotAllowed):
            pledge_withdraw_and_release(pledge=confirmed, actor=actor)


def test_the_officer_takes_it_back_on_a_call_with_a_reason(world):
    confirmed = confirmed_pledge(world.project)
    with pytest.raises(InvalidInput):
        pledge_withdraw_and_release(pledge=confirmed, actor=world.officer)
    gone = pledge_withdraw_and_release(pledge=confirmed, actor=world.officer, reason="the donor called")
    assert gone.status == "withdrawn"


def test_when_a_whole_plan_breaks_the_project_is_open_again_and_nobody_is_due(world):
    staying, leaving = confirmed_pledge(world.project, 6_000_00), confirmed_pledge(world.project, 4_000_00)
    leaving.refresh_from_db()
    assert leaving.status == "due"
    pledge_withdraw_and_release(pledge=leaving, token=pledge_token(leaving))
    world.project.refresh_from_db()
    staying.refresh_from_db()
    assert world.project.status == "open"
    assert staying.status == "confirmed"


def test_money_on_its_way_is_not_taken_back(world):
    confirmed = confirmed_pledge(world.project)
    record(world, confirmed)
    with pytest.raises(RuleNotMet) as refusal:
        pledge_withdraw_and_release(pledge=confirmed, token=pledge_token(confirmed))
    assert refusal.value.code == "money_on_its_way"


def test_money_that_came_is_refunded_not_withdrawn(world):
    confirmed = confirmed_pledge(world.project)
    pay(world, confirmed)
    with pytest.raises(RuleNotMet):
        pledge_withdraw_and_release(pledge=confirmed, token=pledge_token(confirmed))
