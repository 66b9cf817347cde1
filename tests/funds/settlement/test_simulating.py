"""A rule on what really happened: whose gifts are one person's, what is paid, and nothing that names anybody."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from birge import clock
from birge.notifications.services import Contact
from birge_engine.matching import Gift, ProjectFacts
from birge_engine.matching.tables import TableError
from frontend.presenters.simulating import projects_tried
from funds.settlement.simulating import MOST_BYTES, MOST_ROWS, Past, past_from_table, past_of, rule_with_pool, simulate
from tests.factories.funds import confirmed_pledge, open_village_project, pay, pledge

pytestmark = pytest.mark.django_db
HERS = Contact("email", "aigul@example.org")
TWO = {"kind": "proportional", "currency": "KGS", "rate": "2"}
TABLE = b"contribution_id,project_id,donor_id,amount\n1,p,a,100\n2,p,b,50\n3,q,a,10\n"


@pytest.fixture
def world():
    return open_village_project(donors=10_000_00, village=10_000_00, matching=4_000_00)


def gave(world, amount, contact=HERS):
    return confirmed_pledge(world.project, made=pledge(world.project, amount, contact=contact))


def test_each_project_gets_what_its_past_draws_and_no_more_than_its_plan_asks(world):
    other = open_village_project(donors=10_000_00, village=0, matching=20_000_00, custodian=world.custodian)
    gave(world, 3_000_00)
    gave(other, 1_000_00)
    found = simulate(rule_with_pool(TWO, 50_000_00), past_of([world.project, other.project]))
    assert [(row.project, row.contributed, row.matched, row.reason) for row in found.rows] == [
        (world.project.public_id, 3_000_00, 4_000_00, "plan_full"),
        (other.project.public_id, 1_000_00, 2_000_00, "full"),
    ]
    assert (found.total, found.left, found.contributed) == (6_000_00, 44_000_00, 4_000_00)


def test_beyond_plans_only_the_money_ends_it(world):
    gave(world, 3_000_00)
    found = simulate(rule_with_pool(TWO, 5_000_00), past_of([world.project], within_plans=False))
    assert (found.rows[0].matched, found.rows[0].reason, found.left) == (5_000_00, "pool_rest", 0)


def test_gifts_of_one_contact_are_one_persons_and_nobody_is_named(world):
    gave(world, 100_00)
    gave(world, 200_00)
    gave(world, 300_00, Contact("email", "another@example.org"))
    past = past_of([world.project])
    assert len({gift.donor for gift in past.gifts}) == 2
    assert "example.org" not in repr(past)
    assert [gift.first_time for gift in past.gifts] == [True, False, True]


def test_what_is_paid_is_confirmed_and_what_is_promised_is_not(world):
    pay(world, gave(world, 1_000_00), 400_00)
    past = past_of([world.project])
    assert sorted((gift.amount, gift.confirmed) for gift in past.gifts) == [(400_00, True), (600_00, False)]
    paid_only = TWO | {"eligible": {"confirmed_only": True}}
    assert simulate(rule_with_pool(paid_only, 9_000_00), past).total == 800_00


def test_a_mere_form_counts_nowhere(world):
    pledge(world.project, 500_00)
    assert past_of([world.project]).gifts == []


def test_a_time_can_be_chosen_and_who_gave_before_it_is_known(world):
    gave(world, 100_00)
    later = clock.now() + dt.timedelta(days=10)
    with time_machine.travel(later, tick=True):
        gave(world, 200_00)
    first = later.date() - dt.timedelta(days=1)
    (gift,) = past_of([world.project], first=first).gifts
    assert (gift.amount, gift.first_time) == (200_00, False)
    assert [each.amount for each in past_of([world.project], last=first).gifts] == [100_00]


def test_it_takes_as_many_queries_for_many_projects_as_for_few(world):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            past_of(projects_tried("KGS"))
        return len(caught)

    gave(world, 100_00)
    few = queries()
    for _n in range(4):
        gave(open_village_project(matching=1_000_00, custodian=world.custodian), 100_00)
    assert queries() == few


def test_the_same_past_in_another_order_gives_the_same():
    gifts = [Gift(str(n), "pq"[n % 2], "abc"[n % 3], 100 + n, f"2026-03-0{n}T08:00:00") for n in range(1, 9)]
    facts = {"p": ProjectFacts("p", rest=1_000), "q": ProjectFacts("q", rest=1_000)}
    data = rule_with_pool(TWO | {"cap_per_donor": "5"}, 900)
    assert simulate(data, Past(gifts, facts)) == simulate(data, Past(gifts[::-1], facts))


def test_a_table_is_read_as_the_command_reads_it():
    found = simulate(rule_with_pool(TWO, 1_000_00), past_from_table(TABLE, "KGS"))
    assert [(row.project, row.contributed, row.matched) for row in found.rows] == [
        ("p", 150_00, 300_00),
        ("q", 10_00, 20_00),
    ]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (TABLE + b"4,p,a,much\n", 5),
        (TABLE + b"1,p,a,5\n", 5),
        (b"who,what\n1,2\n", 1),
        (b"\xff\xfe", 1),
        (b"", 1),
        (b"x" * (MOST_BYTES + 1), 1),
        (b"contribution_id,project_id,donor_id,amount\n" + b"\n" * MOST_ROWS, MOST_ROWS + 2),
    ],
)
def test_what_is_wrong_with_a_table_is_told_by_its_line(content, line):
    with pytest.raises(TableError) as refused:
        list(past_from_table(content, "KGS").gifts)
    assert refused.value.line == line


@pytest.mark.parametrize(("minor", "text"), [(5_000_00, 5000), (12_50, "12.50"), (5, "0.05")])
def test_the_money_of_a_trial_is_stated_exactly(minor, text):
    assert rule_with_pool(TWO, minor)["pool"] == text
