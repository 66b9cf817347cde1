"""A guest promises in the money they earn: the form, the check page, the money page, in three languages."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from birge.i18n.dates import day_text
from birge.money import Money
from funds.pledges.models import Pledge
from funds.pledges.tokens import pledge_token
from tests.factories import funds as make
from tests.factories.exchange import pay_in, promised_in, rates_known, yesterday
from tests.factories.pages import Visitor
from tests.factories.rates import trusted

pytestmark = pytest.mark.django_db
GIFT = {"amount": "5 000", "currency": "RUB", "contact": "aida@example.org", "country": "RU", "credit_choice": "nobody"}


@pytest.fixture
def world():
    return make.open_village_project(donors=10_000_00, village=10_000_00)


@pytest.fixture
def guest():
    return Visitor()


def checked(guest, world, **changes):
    return guest.send(guest.open("pledge", world.project.public_id), step="check", **{**GIFT, **changes})


def test_the_check_page_shows_both_sums_the_rate_its_day_and_whose_it_is(guest, world):
    trusted("RUB", "0.92", yesterday())
    check = checked(guest, world)
    said = f"₽5,000 ≈ 4,600 som (1 RUB = 0.92 KGS, rate of the National Bank of {day_text(yesterday(), 'en')})"
    assert said in check.text
    assert "The village adds 4,600 som" in check.text
    guest.send(check, step="make")
    made = Pledge.objects.get()
    assert (made.amount, made.plan_amount_minor) == (Money(5_000_00, "RUB"), 4_600_00)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ky", ("≈ 4 600 сом (1 RUB = 0,92 KGS", "Улуттук банктын курсу", "Акчаңыз кайда")),
        ("ru", ("≈ 4 600 сом (1 RUB = 0,92 KGS", "курс Национального банка", "Где мои деньги")),
        ("en", ("≈ 4,600 som (1 RUB = 0.92 KGS", "rate of the National Bank", "Where is my money")),
    ],
)
def test_the_money_page_says_what_it_counts_in_each_language(world, language, words):
    trusted("RUB", "0.92", yesterday())
    given = promised_in(world.project, 5_000_00, "RUB")
    trusted("RUB", "0.90")
    pay_in(world, given, 5_000_00, "RUB")
    page = Client().get(f"/{language}/money/{pledge_token(given)}/")
    text = page.content.decode().replace("\xa0", " ").replace("&nbsp;", " ")
    assert page.status_code == 200
    assert [word for word in words[:2] if word not in text] == []
    taken = {"ky": "алмаштыруу 100 сом алды", "ru": "обмен забрал 100 сом", "en": "the exchange took 100 som"}
    assert taken[language] in text


def test_without_a_known_rate_only_som_is_offered_and_roubles_are_refused_kindly(guest, world):
    form = guest.open("pledge", world.project.public_id)
    assert "Currency" not in form.text
    assert form.form().values["currency"] == "KGS"
    check = checked(guest, world, currency="RUB")
    assert "Select a valid choice" in check.text
    assert not Pledge.objects.exists()


def test_the_page_is_shown_in_the_currency_that_was_chosen(guest, world):
    rates_known(RUB="0.92", EUR="101.3")
    form = guest.open("pledge", world.project.public_id)
    assert '"RU": "RUB"' in form.html.replace("&quot;", '"')
    again = guest.send(form, step="change", currency="EUR", country="DE", amount="30")
    assert "€10" in again.text
    assert again.form().values | {"currency": "EUR", "country": "DE", "amount": "30"} == again.form().values


def test_an_old_rate_is_called_old(guest, world):
    trusted("RUB", "0.92", yesterday() - dt.timedelta(days=30))
    assert "This rate is old: nothing newer is known." in checked(guest, world).text
    trusted("RUB", "0.93", yesterday())
    assert "This rate is old" not in checked(guest, world).text


def test_more_than_is_needed_is_told_in_both_currencies(guest, world):
    rates_known(RUB="0.92")
    page = checked(guest, world, amount="20000")
    assert "Only 10,000 som (₽10,869.56) is still lacking. Please pledge that, or less." in page.text


def test_an_officer_writes_down_roubles_for_a_promise_in_som(world):
    rates_known(RUB="0.92")
    given = make.confirmed_pledge(world.project, 920_00)
    officer = Visitor(world.officer)
    page = officer.open("custodian_record", given.public_id)
    done = officer.send(page, "record/", kind="transfer", amount="1000", currency="RUB", reference="PP-7")
    assert "₽1,000" in done.text
    second = Visitor(world.second_officer)
    confirmed = second.send(second.go(done.url), "confirm/", code=second.code)
    assert "≈ 920 som (1 RUB = 0.92 KGS" in confirmed.text
    given.refresh_from_db()
    assert given.status == "collected"
