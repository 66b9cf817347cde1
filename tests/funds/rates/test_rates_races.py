"""Several workers and administrators at once, with real threads: each rate once, one trusted rate of a day."""

import datetime as dt

import pytest

from birge import clock
from funds.rates.models import Rate
from funds.rates.services import LoadReport, rate_decide, rates_load
from tests.factories.funds import factor
from tests.factories.organisations import administrator
from tests.factories.rates import waiting, xml
from tests.support.threads import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
FRIDAY = dt.date(2026, 9, 18)


def test_the_same_file_at_once_is_kept_once():
    data = xml(FRIDAY, USD="87,4500", EUR="101,2000", KZT="0,1700", RUB="10,4940")
    done = all_at_once([lambda: rates_load(data, source="nbkr")] * 6)
    assert all(isinstance(each, LoadReport) for each in done)
    assert sum(len(each.trusted) for each in done) == 3
    assert sum(len(each.waiting) for each in done) == 1
    assert Rate.objects.count() == 4


def test_different_rates_of_a_day_at_once_leave_one_trusted():
    files = [xml(FRIDAY, USD=f"87,45{n:02}") for n in range(6)]
    done = all_at_once([lambda data=data: rates_load(data, source="nbkr") for data in files])
    assert all(isinstance(each, LoadReport) for each in done)
    assert sorted(Rate.objects.values_list("status", flat=True)) == ["trusted"] + ["waiting"] * 5
    assert set(Rate.objects.filter(status="waiting").values_list("doubt", flat=True)) == {"differs"}


def test_two_administrators_at_once_decide_once():
    rate, admins = waiting(), [administrator() for _n in range(4)]

    def deciding(number, actor):
        accept = number % 2 == 0
        return lambda: rate_decide(rate=rate, actor=actor, proof=factor(actor), accept=accept, reason="Looked.")

    done = all_at_once([deciding(number, actor) for number, actor in enumerate(admins)])
    assert sum(isinstance(each, Rate) for each in done) == 1
    rate.refresh_from_db()
    assert rate.status in ("trusted", "refused")
    assert Rate.objects.filter(day__lt=clock.today(), status="trusted").count() == 1
