"""A donor pays by card without an account and without JavaScript, and comes back."""

from __future__ import annotations

import re

import pytest

from funds.payments.models import Payment
from funds.pledges.tokens import pledge_token
from tests.factories import cards
from tests.factories import funds as make
from tests.factories.pages import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def double(settings, monkeypatch):
    with cards.running(settings, monkeypatch) as stripe:
        yield stripe


@pytest.fixture
def world(double):
    made = make.open_village_project(donors=1_000_00, village=1_000_00)
    cards.account(made.custodian)
    return made


def test_from_the_button_to_the_ledger(double, world):
    given = make.confirmed_pledge(world.project, 1_000_00)
    donor = Visitor()
    page = donor.open("money", pledge_token(given))
    assert "Pay 1,000 som by card" in page.text
    before = donor.send(page, "card/")
    assert "You pay on the page of Stripe" in before.text
    link = re.search(r'href="(http://127[^"]+/pay/\w+)"', before.html)[1]
    assert 'rel="noreferrer"' in before.html
    session = double.things[link.rsplit("/", 1)[-1]]
    assert pledge_token(given) not in session["success_url"] + session["cancel_url"]
    double.pay(session["id"])
    back = donor.go(session["success_url"].removeprefix("http://127.0.0.1:8000"))
    assert "We wait for the bank’s word" in back.text
    assert not Payment.objects.exists(), "an address proves nothing"
    cards.told(double)
    money = donor.go(back.link("money"))
    assert "Your 1,000 som has arrived." in money.text
    assert "Pay 1,000 som by card" not in money.text


def test_who_came_back_without_paying_may_try_again_or_pay_another_way(double, world):
    given = make.confirmed_pledge(world.project, 1_000_00)
    donor = Visitor()
    donor.send(donor.open("money", pledge_token(given)), "card/")
    session = next(iter(double.things.values()))
    back = donor.go(session["cancel_url"].removeprefix("http://127.0.0.1:8000"))
    assert "Nothing was paid" in back.text
    stranger = Visitor().go(session["cancel_url"].removeprefix("http://127.0.0.1:8000"))
    assert pledge_token(given) not in stranger.html
    assert "behind the link in our message" in stranger.text


def test_before_it_is_due_only_the_card_is_shown(world):
    world.project.shares.filter(party="donors").update(amount_minor=9_000_00)
    given = make.confirmed_pledge(world.project, 500_00)
    page = Visitor().open("money", pledge_token(given))
    assert "by card" in page.text
    assert "Bank transfer" not in page.text


def test_who_paid_before_it_was_due_is_not_asked_to_pay_then(double, world):
    world.project.shares.filter(party="donors").update(amount_minor=9_000_00)
    given = make.confirmed_pledge(world.project, 500_00)
    donor = Visitor()
    assert "every share of the plan is promised. Then you pay." in donor.open("money", pledge_token(given)).text
    cards.paid_at_stripe(double, given)
    cards.told(double)
    money = donor.open("money", pledge_token(given)).text
    assert "We wait until every share of the plan is promised." in money
    assert "Then you pay" not in money


def test_an_outage_of_stripe_is_said_in_plain_words(double, world):
    given = make.confirmed_pledge(world.project, 1_000_00)
    donor = Visitor()
    page = donor.open("money", pledge_token(given))
    double.fail_next("/v1/checkout", "lost")
    assert "does not answer now. Nothing is lost" in donor.send(page, "card/").text


def test_without_keys_there_is_no_button(world, monkeypatch):
    monkeypatch.delenv(cards.KEY_NAME)
    given = make.confirmed_pledge(world.project, 1_000_00)
    assert "by card" not in Visitor().open("money", pledge_token(given)).text
