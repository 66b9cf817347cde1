"""The village's half: promised by its kenesh, drawn by pledges, and only money once it is paid."""

import pytest

from birge.errors import NotAllowed, RuleNotMet
from birge.money import Money
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.matching.models import Reservation
from funds.matching.selectors import match_of, village_outstanding, village_reserved, village_rest
from funds.payments.selectors import village_paid_minor
from funds.settlement.facts import held_minor
from funds.settlement.services import village_payment_record
from tests.factories.funds import confirmed_pledge, open_village_project, pay, person, record_village, village_pays

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return open_village_project(donors=10_000_00, village=10_000_00)


def test_at_opening_the_whole_share_is_promised_and_nothing_is_held(world):
    assert (village_rest(world.project), village_outstanding(world.project)) == (10_000_00, 10_000_00)
    assert held_minor(world.project) == 0


def test_what_the_village_pays_is_held_for_the_project(world):
    village_pays(world, 10_000_00)
    assert held_minor(world.project) == 10_000_00
    assert village_paid_minor(world.project) == 10_000_00
    assert village_outstanding(world.project) == 0
    assert balance(codes.bank(world.custodian.public_id), "KGS") == 10_000_00


def test_it_pays_first_what_pledges_have_drawn(world):
    first, second = confirmed_pledge(world.project, 3_000_00), confirmed_pledge(world.project, 2_000_00)
    village_pays(world, 3_000_00)
    assert Reservation.objects.get(pledge_ref=first.public_id).status == "given"
    assert Reservation.objects.get(pledge_ref=second.public_id).status == "reserved"
    assert (village_reserved(world.project), village_rest(world.project)) == (2_000_00, 5_000_00)


def test_a_payment_that_ends_within_a_match_divides_it(world):
    drawn = confirmed_pledge(world.project, 3_000_00)
    village_pays(world, 1_000_00)
    assert village_reserved(world.project) == 2_000_00
    assert match_of(drawn.public_id) == 3_000_00
    village_pays(world, 2_000_00, reference="second")
    assert village_reserved(world.project) == 0
    assert village_outstanding(world.project) == 7_000_00


def test_more_than_promised_is_held_all_the_same(world):
    village_pays(world, 11_000_00)
    assert held_minor(world.project) == 11_000_00
    assert village_outstanding(world.project) == 0


def test_the_project_is_funded_when_all_money_is_there(world):
    confirmed = confirmed_pledge(world.project, 10_000_00)
    pay(world, confirmed)
    world.project.refresh_from_db()
    assert world.project.status == "pledged_in_full"
    village_pays(world, 10_000_00)
    world.project.refresh_from_db()
    assert world.project.status == "funded"


def test_the_donors_overpaying_does_not_pay_for_the_village(world):
    pay(world, confirmed_pledge(world.project, 10_000_00), 25_000_00)
    world.project.refresh_from_db()
    assert world.project.status == "pledged_in_full"


def test_the_money_may_come_before_the_last_promise(world):
    village_pays(world, 10_000_00)
    pay(world, confirmed_pledge(world.project, 6_000_00))
    pay(world, confirmed_pledge(world.project, 4_000_00))
    world.project.refresh_from_db()
    assert world.project.status == "funded"


def test_a_plan_without_the_village_takes_nothing_from_it():
    world = open_village_project(donors=10_000_00, village=0)
    with pytest.raises(RuleNotMet) as refusal:
        record_village(world, 1_00)
    assert refusal.value.code == "no_share"


def test_only_the_custodians_officer_records_it(world):
    with pytest.raises(NotAllowed):
        village_payment_record(
            project=world.project,
            amount=Money(1_00, "KGS"),
            received_on=world.project.opened_at.date(),
            actor=person(),
            reference="x",
            idempotency=("user:x", "k"),
        )
