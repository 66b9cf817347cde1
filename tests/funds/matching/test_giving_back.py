"""A project that fails gives back to everyone in proportion, to pools as to people; time ends rules by itself."""

import datetime as dt

import pytest
import time_machine

from birge import clock
from funds.ledger.models import Entry
from funds.matching.models import Given
from funds.matching.rule_selectors import matched_minor, rule_money
from funds.releases.models import Refund
from funds.settlement.facts import held_minor
from funds.settlement.services import project_cancel_and_refund, tick
from projects.works.services import project_start
from tests.factories.funds import confirmed_pledge, open_village_project, pay, released, village_pays
from tests.factories.matching import ended, free_of, published, set_aside

pytestmark = pytest.mark.django_db
TWO = {"kind": "proportional", "rate": "2"}


@pytest.fixture
def world():
    return open_village_project(donors=10_000_00, village=10_000_00, matching=20_000_00)


def test_nothing_was_spent_all_of_the_match_goes_back_to_its_rule(world):
    version = published(world.custodian, TWO)
    made = confirmed_pledge(world.project, 1_000_00)
    pay(world, made)
    project_cancel_and_refund(project=world.project, actor=world.head, reason="no land")
    given = Given.objects.get()
    assert (given.returned_minor, held_minor(world.project)) == (2_000_00, 1_000_00)
    assert Refund.objects.get().amount_minor == 1_000_00
    assert (set_aside(version), rule_money(version.rule).given, matched_minor(world.project)) == (10_000_00, 0, 0)
    back = Entry.objects.get(pk=given.returned_entry_id)
    assert (back.kind, back.group, back.resolves_id) == ("match.reversed", made.group, given.entry_id)


def test_a_rule_that_ended_meanwhile_lets_it_through_to_the_pool(world):
    version = published(world.custodian, TWO)
    pay(world, confirmed_pledge(world.project, 1_000_00))
    ended(version.rule)
    project_cancel_and_refund(project=world.project, actor=world.head, reason="no land")
    assert (free_of(version), set_aside(version)) == (10_000_00, 0)


def test_after_spending_everyone_gets_the_same_part_of_what_is_left():
    world = open_village_project(donors=10_000_00, village=10_000_00, matching=20_000_00, stages=2)
    version = published(world.custodian, TWO, amount=20_000_00)
    pay(world, confirmed_pledge(world.project, 10_000_00))
    village_pays(world, 10_000_00)
    world.project.refresh_from_db()
    world.project = project_start(project=world.project, actor=world.head)
    released(world, 1)
    project_cancel_and_refund(project=world.project, actor=world.head, reason="the ground gave way")
    assert Given.objects.get().returned_minor == 10_000_00
    assert sorted(Refund.objects.values_list("amount_minor", flat=True)) == [5_000_00, 5_000_00]
    assert (set_aside(version), rule_money(version.rule).given) == (10_000_00, 10_000_00)


def test_time_settles_rounds_and_ends_rules(world):
    until = {"until": (clock.today() + dt.timedelta(days=3)).isoformat()}
    steady = published(world.custodian, TWO | {"eligible": until | {"confirmed_only": True}})  # leaves promises to it
    round_ = published(world.custodian, {"kind": "quadratic", "variant": "normalised", "eligible": until})
    for _n in range(2):
        confirmed_pledge(world.project, 100_00)
    with time_machine.travel(clock.now() + dt.timedelta(days=5), tick=True):
        report, again = tick(), tick()
    assert (len(report.rounds), report.rules_ended) == (1, [steady.rule.public_id])
    assert (again.rounds, again.rules_ended, report.failed) == ([], [], [])
    assert Given.objects.get().version == round_
