"""The process is killed before any one of its statements while a pool's rule matches: nothing happened, or all.

As in test_crash_points: what was half done would be completed, or refused, by the second request.
"""

import datetime as dt

import pytest
import time_machine

from birge import clock
from funds.ledger.checks import check_ledger
from funds.ledger.models import Command, Entry
from funds.matching.models import Given, MatchDonor, Reservation, RoundGift, Rule, Run
from funds.payments.models import Payment
from funds.payments.services import payment_confirm
from funds.pledges.models import Pledge
from funds.pledges.tokens import Purpose, pledge_token
from funds.releases.models import Correction
from funds.settlement.services import (
    payment_correct_approve,
    payment_correct_ask,
    pledge_confirm_and_match,
    pledge_withdraw_and_release,
    project_cancel_and_refund,
)
from funds.settlement.services.rounds import round_settle
from projects.works.models import Project
from tests.factories import funds as make
from tests.factories.matching import ONE_TO_ONE, ended, published
from tests.support.dying import kill_at_each_step

# On the database of production only: a fresh clone has 25 minutes for everything.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.postgresql]


def a_world():
    return make.open_village_project(donors=10_000_00, village=5_000_00, matching=10_000_00)


def a_promise_is_matched():
    world = a_world()
    published(world.custodian, {"kind": "proportional", "rate": "1", "counted_per_contribution": "300"})
    published(world.custodian, ONE_TO_ONE)
    made = make.pledge(world.project, 1_000_00)
    token = pledge_token(made, Purpose.CONFIRM)
    return lambda: pledge_confirm_and_match(pledge=Pledge.objects.get(pk=made.pk), how="link", token=token)


def a_part_payment_gives_a_part():
    world = a_world()
    published(world.custodian, ONE_TO_ONE)
    payment = make.record(world, make.confirmed_pledge(world.project, 1_000_00), 333_33)
    who = world.second_officer
    return lambda: payment_confirm(payment=Payment.objects.get(pk=payment.pk), actor=who, proof=make.factor(who))


def a_promise_of_an_ended_rule_is_taken_back():
    world = a_world()
    version = published(world.custodian, ONE_TO_ONE)
    made = make.confirmed_pledge(world.project, 1_000_00)
    ended(version.rule)
    return lambda: pledge_withdraw_and_release(
        pledge=Pledge.objects.get(pk=made.pk), actor=world.officer, reason="rang us"
    )


def a_payment_is_put_right():
    world = a_world()
    published(world.custodian, ONE_TO_ONE)
    payment = make.pay(world, make.confirmed_pledge(world.project, 1_000_00))
    asked, who = payment_correct_ask(payment=payment, actor=world.officer, reason="a mistake"), world.second_officer
    return lambda: payment_correct_approve(
        correction=Correction.objects.get(pk=asked.pk), actor=who, proof=make.factor(who)
    )


def a_matched_project_is_given_up():
    world = a_world()
    published(world.custodian, ONE_TO_ONE)
    make.pay(world, make.confirmed_pledge(world.project, 1_000_00))
    make.confirmed_pledge(world.project, 2_000_00)
    return lambda: project_cancel_and_refund(
        project=Project.objects.get(pk=world.project.pk), actor=world.head, reason="not needed"
    )


def a_round_is_settled():
    world = a_world()
    until = {"until": (clock.today() + dt.timedelta(days=2)).isoformat()}
    data = {"kind": "quadratic", "variant": "normalised", "eligible": until}
    version = published(world.custodian, data, amount=1_000_00)
    for _n in range(3):
        make.pay(world, make.confirmed_pledge(world.project, 100_00))

    def settle():
        with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=4), tick=True):
            round_settle(version=version)

    return settle


@pytest.mark.parametrize(
    "prepare",
    [
        a_promise_is_matched,
        a_part_payment_gives_a_part,
        a_promise_of_an_ended_rule_is_taken_back,
        a_payment_is_put_right,
        a_matched_project_is_given_up,
        a_round_is_settled,
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
    with_status = (Pledge, Payment, Correction, Project, Rule, Reservation)
    statuses = [sorted(model.objects.values_list("pk", "status")) for model in with_status]
    given = sorted(Given.objects.values_list("pk", "amount_minor", "returned_minor"))
    counts = [model.objects.count() for model in (Run, RoundGift, MatchDonor, Entry)]
    return (Command.objects.exclude(result_ref="").count(), statuses, given, counts)
