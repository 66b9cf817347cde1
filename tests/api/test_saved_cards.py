"""A donor saves a card for a pledge over the API, sees what was agreed to, and stops it."""

import pytest
import time_machine
from django.test import Client

from funds.pledges.tokens import pledge_token
from tests.factories import cards
from tests.factories import funds as make
from tests.factories import saved_cards as saved

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


def asked(pledge, body):
    return Client().post(f"/api/v1/pledges/{pledge_token(pledge)}/card/", body, content_type="application/json")


def seen(pledge):
    return Client().get(f"/api/v1/pledges/{pledge_token(pledge)}/card/").json()


def test_from_the_yes_to_the_stop(double, world):
    pledge = make.confirmed_pledge(world.project, saved.AMOUNT)
    before = seen(pledge)
    assert before["card"] is None
    assert "1,000 som" in before["card_consent"]
    assert asked(pledge, {"agreed": False}).status_code == 400
    page = asked(pledge, {"agreed": True})
    assert page.status_code == 200
    assert asked(pledge, {"agreed": True}).json() == page.json()
    double.save(page.json()["url"].rsplit("/", 1)[-1])
    cards.told(double)
    card = seen(pledge)["card"]
    assert (card["brand"], card["last4"], card["expires_on"]) == ("visa", "4242", "2033-12-31")
    assert card["consent"] == before["card_consent"]
    assert card["next_charge_on"] is None
    assert card["amount"]["currency"] == "KGS"
    stop = Client().post(f"/api/v1/pledges/{pledge_token(pledge)}/card/stop/", {}, content_type="application/json")
    assert stop.status_code == 204
    assert seen(pledge)["card"] is None


def test_it_says_the_day_of_the_charge_and_afterwards_nothing_can_be_agreed_to(double, world):
    pledge = saved.promised(double, world)
    make.confirmed_pledge(world.project, 10_000_00 - saved.AMOUNT)
    assert seen(pledge)["card"]["next_charge_on"] == saved.tomorrow().date().isoformat()
    assert seen(pledge)["card_consent"] == ""
    assert asked(pledge, {"agreed": True}).status_code == 409
    with time_machine.travel(saved.tomorrow()):
        saved.charges_run()
    assert seen(pledge) == {"card": None, "card_consent": ""}


def test_where_no_card_is_taken_none_can_be_saved():
    world = make.open_village_project()
    pledge = make.confirmed_pledge(world.project, saved.AMOUNT)
    assert seen(pledge)["card_consent"] == ""
    assert asked(pledge, {"agreed": True}).status_code == 409
