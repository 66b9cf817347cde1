"""A donor saves a card on the money page without an account and without JavaScript, sees the day, and stops it."""

from __future__ import annotations

import re

import pytest
import time_machine

from funds.pledges.tokens import pledge_token
from tests.factories import cards
from tests.factories import funds as make
from tests.factories import saved_cards as saved
from tests.factories.pages import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def double(settings, monkeypatch):
    with cards.running(settings, monkeypatch) as stripe:
        yield stripe


@pytest.fixture
def world(double):
    made = make.open_village_project()
    cards.account(made.custodian)
    return made


def test_from_the_yes_to_the_saved_card_and_its_stop(double, world):
    given = make.confirmed_pledge(world.project, saved.AMOUNT)
    donor = Visitor()
    page = donor.open("money", pledge_token(given))
    assert "I allow" in page.text
    assert "Please say yes to this first." in donor.send(page, "card/save/").text
    before = donor.send(page, "card/save/", agreed="yes")
    assert "Nothing is taken now" in before.text
    link = re.search(r'href="(http://127[^"]+/pay/\w+)"', before.html)[1]
    session = double.things[link.rsplit("/", 1)[-1]]
    assert pledge_token(given) not in session["success_url"] + session["cancel_url"]
    double.save(session["id"])
    back = donor.go(session["success_url"].removeprefix("http://127.0.0.1:8000"))
    assert "Your card is being saved" in back.text
    cards.told(double)
    money = donor.go(back.link("money"))
    assert "Visa •••• 4242" in money.text
    assert "We take 1,000 som once everything has come together" in money.text
    stopped = donor.send(money, "card/stop/")
    assert "We have forgotten it" in stopped.text
    assert "Visa" not in stopped.text


def test_the_page_says_the_day_and_that_a_card_did_not_pay(double, world):
    given = saved.promised(double, world, number="4000000000000069")
    make.confirmed_pledge(world.project, 10_000_00 - saved.AMOUNT)
    donor = Visitor()
    assert re.search(r"On .+ we take 1,000 som", donor.open("money", pledge_token(given)).text)
    with time_machine.travel(saved.tomorrow()):
        saved.charges_run()
        page = donor.open("money", pledge_token(given))
    assert "It did not pay." in page.text
    assert "Pay 1,000 som by card" in page.text


def test_looking_changes_nothing(double, world):
    given = saved.promised(double, world)
    for address in ("card/save/", "card/stop/"):
        assert Visitor().client.get(f"/en/money/{pledge_token(given)}/{address}").status_code == 405
    assert len(double.cards()) == 1
