"""Time passes by `manage.py tick`: promises end, grace ends, projects expire; a second tick changes nothing."""

import datetime as dt

import pytest
import time_machine
from django.core.management import call_command

from birge import clock
from birge.notifications.models import Notice
from funds.ledger.models import Entry
from funds.matching.selectors import village_rest
from funds.pledges.tokens import pledge_token
from funds.settlement.services import pledge_prolong, tick
from tests.factories.funds import confirmed_pledge, open_village_project, pay, pledge, record, village_pays

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return open_village_project(donors=10_000_00, village=10_000_00, deadline_days=200)


def after(days: int):
    """Let the block run so many days later, at noon UTC."""
    noon = dt.datetime.combine(clock.today() + dt.timedelta(days=days), dt.time(12), dt.UTC)
    return time_machine.travel(noon, tick=False)


def status(thing) -> str:
    thing.refresh_from_db()
    return str(thing.status)


def test_nothing_happens_on_an_ordinary_day(world):
    confirmed = confirmed_pledge(world.project)
    report = tick()
    assert (report.lapsed, report.expired, report.failed) == ([], [], [])
    assert status(confirmed) == "confirmed"


def test_before_a_promise_ends_the_donor_is_asked_once(world):
    confirmed = confirmed_pledge(world.project)
    with after(85):
        assert tick().asked_again == [confirmed.public_id]
        assert tick().asked_again == []
    assert Notice.objects.filter(template="pledge_ask_again").count() == 1


def test_a_promise_that_nobody_prolongs_lapses_and_its_match_returns(world):
    confirmed = confirmed_pledge(world.project, 3_000_00)
    assert village_rest(world.project) == 7_000_00
    with after(90):
        tick()
        assert status(confirmed) == "confirmed"  # the horizon is a last day
    with after(91):
        assert tick().lapsed == [confirmed.public_id]
    assert status(confirmed) == "lapsed"
    assert village_rest(world.project) == 10_000_00


def test_a_prolonged_promise_stands_for_90_days_more(world):
    confirmed = confirmed_pledge(world.project)
    with after(85):
        tick()
        prolonged = pledge_prolong(pledge=confirmed, token=pledge_token(confirmed))
        assert prolonged.horizon == clock.today() + dt.timedelta(days=90)
    with after(91):
        tick()
    assert status(confirmed) == "confirmed"


def test_a_pledge_whose_contact_was_never_proven_is_forgotten_in_silence(world):
    made = pledge(world.project)
    with after(15):
        tick()
    assert status(made) == "lapsed"
    assert not Notice.objects.filter(template="pledge_lapsed").exists()


def test_a_promise_whose_money_is_recorded_does_not_lapse(world):
    confirmed = confirmed_pledge(world.project)
    record(world, confirmed)
    with after(91):
        tick()
    assert status(confirmed) == "confirmed"


def test_who_does_not_pay_within_the_days_of_grace_loses_the_place(world):
    paid, unpaid = confirmed_pledge(world.project, 6_000_00), confirmed_pledge(world.project, 4_000_00)
    pay(world, paid)
    with after(31):
        assert unpaid.public_id in tick().lapsed
    assert status(world.project) == "open"
    assert (status(paid), status(unpaid)) == ("collected", "lapsed")


def test_a_project_that_did_not_come_together_expires(world):
    confirmed = confirmed_pledge(world.project, 3_000_00)
    with after(201):
        tick()
    assert status(world.project) == "expired"
    assert status(confirmed) == "lapsed"


def test_the_deadline_is_a_last_day(world):
    with after(200):
        tick()
        assert status(world.project) == "open"


@pytest.mark.parametrize(("moment", "stands"), [("23:59:59+00:00", "open"), ("24:00:00+00:00", "expired")])
def test_scenario_12_the_servers_day_in_utc_decides_to_the_second(world, moment, stands):
    midnight = dt.datetime.combine(world.project.deadline, dt.time(), dt.UTC) + dt.timedelta(days=1)
    second = dt.timedelta(seconds=1) if stands == "open" else dt.timedelta()
    with time_machine.travel(midnight - second, tick=False):
        tick()
        assert status(world.project) == stands, moment


def test_a_funded_project_does_not_expire(world):
    pay(world, confirmed_pledge(world.project, 10_000_00))
    village_pays(world, 10_000_00)
    with after(400):
        tick()
    assert status(world.project) == "funded"


def test_a_second_tick_changes_nothing(world):
    confirmed_pledge(world.project, 3_000_00)
    with after(201):
        tick()
        entries, notices = Entry.objects.count(), Notice.objects.count()
        tick()
    assert (Entry.objects.count(), Notice.objects.count()) == (entries, notices)


def test_the_command_says_what_it_did(world, capsys):
    confirmed_pledge(world.project)
    with after(91):
        call_command("tick")
    assert "lapsed 1" in capsys.readouterr().out
