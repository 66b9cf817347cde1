"""The bank exchanged money: one officer writes it down, another confirms, and everyone sees what it came to."""

from __future__ import annotations

import pytest
from django.test import Client

from funds.exchange.models import Exchange
from tests.factories import funds as make
from tests.factories.exchange import bank_in, pay_in, promised_in
from tests.factories.pages import Visitor
from tests.factories.rates import trusted

pytestmark = pytest.mark.django_db
DONE = {
    "gave": "5000", "gave_currency": "RUB", "got": "4575", "got_currency": "KGS", "reference": "FX-7",
}  # fmt: skip


@pytest.fixture
def world():
    made = make.open_village_project()
    trusted("RUB", "0.92")
    pay_in(made, promised_in(made.project, 5_000_00, "RUB"), 5_000_00, "RUB")
    return made


def written(world):
    officer = Visitor(world.officer)
    return officer, officer.send(officer.open("custodian_exchange", world.custodian.public_id), "ask/", **DONE)


def test_from_the_desk_to_the_public_page(world):
    _officer, page = written(world)
    assert "Another officer must confirm it." in page.text
    assert "25 som less than by the National Bank’s rate" in page.text
    assert not page.offers("book/")
    second = Visitor(world.second_officer)
    desk = second.open("custodian", world.custodian.public_id)
    assert "1 exchange to confirm" in desk.text
    listed = second.go(desk.link("/exchange/"))
    assert "₽5,000" in listed.text
    exchange = Exchange.objects.get()
    theirs = second.go(listed.link(exchange.public_id))
    assert "It is in the books." in second.send(theirs, "book/", code=second.code).text
    assert bank_in(world, "KGS") == 4_575_00
    public = Visitor().open("exchanges")
    assert "So far exchanges have taken 25 som." in public.text
    exchange.refresh_from_db()
    assert str(exchange.entry_id) in public.html


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(world):
    officer = Visitor(world.officer)
    page = officer.open("custodian_exchange", world.custodian.public_id)
    wrong = officer.send(page, "ask/", **{**DONE, "got_currency": "RUB"})
    assert wrong.status == 422
    assert "These are the same currency." in wrong.text
    assert wrong.form("ask/").values["gave"] == "5000"
    assert not Exchange.objects.exists()


def test_it_is_refused_with_a_reason(world):
    officer, page = written(world)
    assert "Refused. Nothing was booked." in officer.send(page, "refuse/", reason="another day").text


def test_another_custodians_exchange_does_not_exist(world):
    written(world)
    stranger = Visitor(make.open_village_project().officer)
    assert stranger.open("custodian_exchange_item", Exchange.objects.get().public_id).status == 404
    assert stranger.open("custodian_exchange", world.custodian.public_id).status == 404


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_the_public_page_says_what_is_open(world, language):
    page = Client().get(f"/{language}/rates/exchanges/")
    words = {"ky": "Али алмаштырыла элек", "ru": "Ещё не обменяно", "en": "Not exchanged yet"}
    assert words[language] in page.content.decode()
