"""The page of exchange rates, and the desk where a second person decides on one."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from birge import clock
from birge.audit.models import AuditRecord
from funds.rates.models import Rate
from funds.rates.services import rates_load
from tests.factories.funds import person
from tests.factories.organisations import administrator
from tests.factories.pages import Visitor, at
from tests.factories.rates import SAMPLES, load, trusted, waiting, xml

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def guest():
    return Visitor()


@pytest.fixture
def staff():
    return Visitor(administrator())


def test_the_newest_rate_of_each_currency_with_day_age_and_source(guest):
    today = clock.today()
    load(today - DAY, USD="87,4500", KRW="100:6,3000")
    load(today, USD="87,5000")
    load(today, source="nbkr-file", EUR="101,2000")
    page = guest.open("rates")
    assert "US Dollar" in page.text
    assert "1 USD = 87.5000 som" in page.text
    assert "100 KRW = 6.3000 som" in page.text
    assert "87.4500" not in page.text
    assert ", today · National Bank" in page.text
    assert "1 day ago" in page.text
    assert "National Bank, from a file" in page.text
    assert "Some of these rates are old" not in page.text


def test_old_rates_are_called_old(guest):
    rates_load((SAMPLES / "daily_2020-08-11.xml").read_bytes(), source="nbkr-file")
    page = guest.open("rates")
    assert "Some of these rates are old" in page.text
    assert "11 August 2020" in page.text
    assert "days ago" in page.text


def test_what_waits_is_not_shown_as_a_rate_but_said(guest):
    waiting()
    page = guest.open("rates")
    assert "874" not in page.text
    assert "1 USD = 87.4500 som" in page.text
    assert "a newer one is being checked" in page.text


def test_where_nothing_is_known_nothing_is_made_up(guest):
    assert "No rate is known yet." in guest.open("rates").text
    assert "No rate is known yet." in guest.open("rate_history", "USD").text
    assert guest.open("rate_history", "ABC").status == 404
    assert guest.open("rate_history", "KGS").status == 404


def test_the_history_is_cut_by_days_and_none_is_lost(guest):
    today = clock.today()
    for n in range(40):
        trusted("USD", f"{87 + n}.25", today - n * DAY)
    trusted("USD", "55.5", today - 29 * DAY, source="nbkr-file")
    first = guest.open("rate_history", "USD")
    second = guest.go(first.url + first.link("after="))
    for n in range(40):
        assert (f"{87 + n}.2500" in first.text) != (f"{87 + n}.2500" in second.text)
    assert "55.5000" in first.text + second.text
    assert "87.2500" in guest.go(first.url, after="nonsense").text


def test_few_queries_whatever_the_number(guest):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            assert guest.client.get(at("rates")).status_code == 200
        return len(caught)

    today = clock.today()
    load(today, USD="87,4500")
    few = queries()
    load(today, EUR="101,0", RUB="1,05", KZT="0,17", GBP="110,0", CNY="12,0")
    assert queries() == few


def test_an_administrator_trusts_a_rate_after_looking(staff):
    rate = waiting()
    desk = staff.open("desk")
    assert "Decide on an exchange rate" in desk.text
    page = staff.go(staff.open("administration").link("administration/rates/"))
    assert "It is about ten times too large or too small." in page.text
    assert "1 USD = 87.4500 som" in page.text
    assert "+900.0 %" in page.text
    done = staff.send(page, "accept/", reason="The Bank’s page says the same.", code=staff.code)
    assert "Trusted. It is used." in done.text
    assert not done.offers("accept/")
    rate.refresh_from_db()
    assert (rate.status, rate.decided_by) == ("trusted", staff.user)
    record = AuditRecord.objects.get(action="rate_accept")
    assert record.reason == "The Bank’s page says the same."
    assert "Exchange rate trusted" in staff.open("audit").text


def test_an_administrator_refuses_a_rate(staff, guest):
    rate = waiting()
    page = staff.open("rate_decision", rate.public_id)
    wrong = staff.send(page, "refuse/", reason="A comma slipped.", code="000000")
    assert wrong.status == 422
    done = staff.send(wrong, "refuse/", reason="A comma slipped.", code=staff.code)
    assert "Refused. It is not used." in done.text
    assert Rate.objects.get(pk=rate.pk).reason == "A comma slipped."
    assert "being checked" not in guest.open("rates").text
    assert "Exchange rates to decide" not in staff.open("administration").text


def test_who_loaded_it_is_not_offered_to_decide(staff):
    trusted("USD", "87.45", clock.today() - DAY)
    rate = rates_load(xml(clock.today(), USD="874,5"), source="nbkr-file", actor=staff.user).waiting[0]
    page = staff.open("rate_decision", rate.public_id)
    assert "Another administrator decides on it." in page.text
    assert not page.offers("accept/")
    assert "Decide on an exchange rate" not in staff.open("desk").text
    tried = staff.post("rate_decision_deed", rate.public_id, "accept", key="k1", reason="Yes.", code=staff.code)
    assert tried.status == 403
    assert Rate.objects.get(pk=rate.pk).status == "waiting"


def test_the_desk_of_rates_is_for_administrators():
    rate = waiting()
    assert Visitor(person(factor_enrolled=True)).open("rate_decision", rate.public_id).status == 403
    assert Visitor(administrator()).open("rate_decision", "0000000000").status == 404


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_the_page_speaks_the_readers_language(language, guest):
    load(clock.today(), USD="87,4500")
    name = {"ky": "АКШ доллары", "ru": "Доллар США", "en": "US Dollar"}[language]
    amount = {"ky": "87,4500 сом", "ru": "87,4500 сом", "en": "87.4500 som"}[language]
    page = guest.go(f"/{language}/rates/")
    assert name in page.text
    assert amount in page.text


def test_an_administrator_is_told_that_nothing_newer_came(staff):
    trusted("USD", "87.45", clock.today() - 6 * DAY)
    assert "The newest exchange rate is of" in staff.open("desk").text
    trusted("USD", "87.50", clock.today() - DAY)
    assert "The newest exchange rate is of" not in staff.open("desk").text
