"""Exchange rates over the API: only what is trusted, exact, by day."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.rates import load, trusted, waiting

pytestmark = pytest.mark.django_db
FRIDAY = dt.date(2026, 9, 18)
MONDAY = FRIDAY + dt.timedelta(days=3)


def listed(guest, **query):
    return [(each["currency"], each["day"]) for each in guest.read("rates/", **query)["results"]]


def test_a_rate_is_told_as_the_bank_wrote_it(guest):
    load(FRIDAY, JPY="10:5,6749")
    (found,) = guest.read("rates/")["results"]
    found.pop("loaded_at")
    assert found == {
        "currency": "JPY", "nominal": 10, "som": "5.6749", "day": "2026-09-18", "valid_days": None, "source": "nbkr",
    }  # fmt: skip


def test_rates_are_listed_by_day_and_narrowed(guest):
    load(MONDAY, USD="87,5000", EUR="101,0000")
    load(FRIDAY, USD="87,4500", EUR="101,2000", RUB="1,0494")
    assert [day for _currency, day in listed(guest)] == ["2026-09-21"] * 2 + ["2026-09-18"] * 3
    assert listed(guest, currency="USD") == [("USD", "2026-09-21"), ("USD", "2026-09-18")]
    assert listed(guest, currency="USD", day="2026-09-18") == [("USD", "2026-09-18")]
    assert listed(guest, currency="USD", day="2026-09-20") == []
    assert listed(guest, currency="USD", date_from="2026-09-19") == [("USD", "2026-09-21")]
    assert listed(guest, currency="USD", date_to="2026-09-19") == [("USD", "2026-09-18")]
    assert listed(guest, source="nbkr-file") == []


def test_what_counts_on_a_day_is_the_last_one_before_it(guest):
    load(FRIDAY, USD="87,4500", RUB="1,0494")
    load(FRIDAY, source="nbkr-file", USD="87,4600")
    load(MONDAY, USD="87,5000")
    assert sorted(listed(guest, used_on="2026-09-20")) == [("RUB", "2026-09-18"), ("USD", "2026-09-18")]
    assert listed(guest, used_on="2026-09-20", currency="USD", source="nbkr-file") == []
    assert sorted(listed(guest, used_on="2026-09-21")) == [("RUB", "2026-09-18"), ("USD", "2026-09-21")]
    assert listed(guest, used_on="2026-09-17") == []


def test_what_waits_or_was_refused_is_not_told(guest):
    rate = waiting()
    assert listed(guest) == [("USD", (rate.day - dt.timedelta(days=1)).isoformat())]


@pytest.mark.parametrize("query", ["currency=usd", "currency=KGS", "day=18.09.2026", "used_on=", "status=waiting"])
def test_what_is_not_understood_is_refused(guest, query):
    assert guest.call("get", f"rates/?{query}").status_code == 400


def test_pages_follow_the_days(guest):
    for n in range(5):
        trusted("USD", "87.45", FRIDAY + dt.timedelta(days=n))
    first = guest.read("rates/", page_size=3)
    second = guest.get(first["next"]).json()
    days = [each["day"][-2:] for page in (first, second) for each in page["results"]]
    assert days == ["22", "21", "20", "19", "18"]


def test_nothing_is_written_here(guest):
    assert guest.call("post", "rates/", {}).status_code in (401, 405)


def test_the_list_takes_as_many_queries_for_many_as_for_few(guest):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            guest.read("rates/", used_on="2026-12-31")
        return len(caught)

    load(FRIDAY, USD="87,4500")
    few = queries()
    load(FRIDAY, EUR="101,2000", RUB="1,0494", KZT="0,17")
    assert queries() == few
