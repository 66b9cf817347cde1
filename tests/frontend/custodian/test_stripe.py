"""What at Stripe does not fit: one officer explains it, another agrees, and nothing is booked."""

from __future__ import annotations

import pytest

from funds.ledger.models import Entry
from funds.payments.models import Payment, StripeQuarantine
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
    made = make.open_village_project()
    cards.account(made.custodian)
    return made


def test_two_officers_explain_what_nobody_asked_for(double, world):
    double.charge(5_00, "kgs", {})
    cards.told(double)
    before = Entry.objects.count()
    first, second = Visitor(world.officer), Visitor(world.second_officer)
    desk = first.open("custodian", world.custodian.public_id)
    assert "1 thing at Stripe to explain" in desk.text
    item = StripeQuarantine.objects.get()
    page = first.open("custodian_stripe_item", item.public_id)
    assert "500 KGS" in page.text
    said = first.send(page, "explain/", decision="leave", reason="a ticket for our concert")
    assert "Another officer must agree." in said.text
    assert "Yes: explained" not in said.text
    listed = second.open("custodian_stripe", world.custodian.public_id)
    assert "a ticket for our concert" in listed.text
    theirs = second.go(listed.link(item.public_id))
    done = second.send(theirs, "agree/", code=second.code)
    assert "Agreed. Nothing is booked." in done.text
    assert Entry.objects.count() == before
    assert "at Stripe to explain" not in second.open("custodian", world.custodian.public_id).text


def test_another_custodians_item_does_not_exist(double, world):
    double.charge(5_00, "kgs", {})
    cards.told(double)
    stranger = Visitor(make.open_village_project().officer)
    assert stranger.open("custodian_stripe_item", StripeQuarantine.objects.get().public_id).status == 404


def test_a_cards_payment_is_not_taken_back_as_a_mistake(double, world):
    cards.paid_at_stripe(double, make.confirmed_pledge(world.project, 1_000_00))
    cards.told(double)
    page = Visitor(world.officer).open("custodian_payment", Payment.objects.get().public_id)
    assert "Ask to take it back" not in page.text
