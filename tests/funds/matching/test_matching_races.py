"""Many promises at once, on PostgreSQL with real threads: a rule's money is given out exactly, and once."""

import datetime as dt

import pytest
import time_machine
from django.db import transaction

from birge import clock
from birge.notifications.services import Contact
from funds.matching.models import Given, Reservation, Run
from funds.matching.rule_selectors import rule_offered
from funds.payments.models import Payment
from funds.payments.services import payment_confirm
from funds.pledges.models import Pledge
from funds.settlement.matched import parts_text
from funds.settlement.services import pledge_withdraw_and_release, project_cancel_and_refund
from funds.settlement.services.rounds import round_settle
from projects.works.models import Project
from tests.factories import pools
from tests.factories.funds import confirmed_pledge, factor, open_village_project, pay, pledge, record
from tests.factories.matching import ONE_TO_ONE, ended, free_of, published, set_aside
from tests.funds.settlement.test_races import all_at_once, confirming

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


@pytest.fixture
def two():
    first = open_village_project(donors=100_000_00, village=0, matching=100_000_00)
    return first, open_village_project(donors=100_000_00, village=0, matching=100_000_00, custodian=first.custodian)


def amounts(version):
    return sorted(Reservation.objects.filter(version=version).values_list("amount_minor", flat=True))


def test_scenario_09_a_hundred_donors_race_for_the_last_thousand_som_of_a_pools_match(two):
    version = published(two[0].custodian, ONE_TO_ONE, amount=1_000_00)
    racing = [pledge(two[n % 2].project, 70_00) for n in range(100)]
    done = all_at_once([confirming(made) for made in racing])
    assert all(isinstance(each, Pledge) for each in done)
    assert amounts(version) == [20_00] + [70_00] * 14
    assert rule_offered(version.rule) == 0
    told = [bool(parts_text(made)) for made in Pledge.objects.all()]  # what each one's message and page say
    assert (told.count(True), told.count(False)) == (15, 85)  # before anybody pays


def test_one_person_who_promises_many_times_at_once_is_matched_once(two):
    version = published(two[0].custodian, ONE_TO_ONE | {"gifts_per_donor": 1})
    hers = Contact("email", "aigul@example.org")
    racing = [pledge(two[n % 2].project, 100_00, contact=hers) for n in range(10)]
    all_at_once([confirming(made) for made in racing])
    assert amounts(version) == [100_00]


def test_a_rule_ends_while_promises_come_in(two):
    version = published(two[0].custodian, ONE_TO_ONE, amount=5_000_00)
    racing = [pledge(two[0].project, 100_00) for _n in range(8)]
    all_at_once([*(confirming(made) for made in racing), lambda: ended(version.rule)])
    assert set_aside(version) == sum(amounts(version))
    assert free_of(version) == 5_000_00 - sum(amounts(version))


def test_paid_and_taken_back_at_once_it_is_one_of_both(two):
    version = published(two[0].custodian, ONE_TO_ONE, amount=5_000_00)
    made = confirmed_pledge(two[0].project, 100_00)
    payment = record(two[0], made)
    officer = two[0].second_officer

    def confirming_payment():
        return payment_confirm(payment=Payment.objects.get(pk=payment.pk), actor=officer, proof=factor(officer))

    def taking_back():
        return pledge_withdraw_and_release(pledge=Pledge.objects.get(pk=made.pk), actor=two[0].officer, reason="rang")

    all_at_once([confirming_payment, taking_back])
    assert Given.objects.count() == 1
    assert set_aside(version) == 4_900_00


def test_a_round_settled_by_two_workers_at_once_is_settled_once(two):
    until = {"until": (clock.today() + dt.timedelta(days=3)).isoformat()}
    data = {"kind": "quadratic", "variant": "normalised", "eligible": until}
    version = published(two[0].custodian, data, amount=1_000_00)
    for _n in range(3):
        pay(two[0], confirmed_pledge(two[0].project, 100_00))
    with time_machine.travel(clock.now() + dt.timedelta(days=5), tick=True):
        all_at_once([lambda: round_settle(version=version)] * 4)
    assert (Run.objects.count(), Given.objects.count()) == (1, 1)


def test_what_fails_after_drawing_leaves_nothing_reserved(two):
    version = published(two[0].custodian, ONE_TO_ONE, amount=1_000_00)
    made = pledge(two[0].project, 100_00)
    act = confirming(made)

    @transaction.atomic
    def stopped():
        act()
        raise RuntimeError("the machine stops here")

    with pytest.raises(RuntimeError):
        stopped()
    assert (amounts(version), rule_offered(version.rule)) == ([], 1_000_00)


def test_two_projects_with_the_same_rules_end_at_once_and_do_not_wait_for_each_other(two):
    first, second = two
    firsts = published(first.custodian, ONE_TO_ONE | {"eligible": {"first_time_donors": True}})
    always = published(first.custodian, ONE_TO_ONE | {"stack": True})
    old = Contact("email", "old@example.org")
    confirmed_pledge(second.project, made=pledge(second.project, 100_00, contact=old))
    for _n in range(6):  # of these the second rule is touched first
        confirmed_pledge(first.project, made=pledge(first.project, 100_00, contact=old))
    for _n in range(6):
        confirmed_pledge(first.project, 100_00)
        confirmed_pledge(second.project, 100_00)
    done = all_at_once([giving_up(each) for each in two])
    assert all(isinstance(each, Project) for each in done)
    assert [rule_offered(each.rule) for each in (firsts, always)] == [10_000_00] * 2


def giving_up(world):
    project = Project.objects.get(pk=world.project.pk)
    return lambda: project_cancel_and_refund(project=project, actor=world.head, reason="no road")


def test_pools_that_publish_rules_at_once_all_do():
    worlds = [pools.pool_with_money() for _n in range(4)]
    asked = [pools.approved(world, pools.matching(world)) for world in worlds]
    done = all_at_once([
        lambda world=world, proposal=proposal: pools.book(world, proposal)
        for world, proposal in zip(worlds, asked, strict=True)
    ])  # fmt: skip
    assert [getattr(each, "status", each) for each in done] == ["booked"] * 4
