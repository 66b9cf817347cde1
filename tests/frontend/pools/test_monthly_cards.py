"""A monthly promise by card on its page: three buttons behind the link, a yes in words, and a gift paid by card."""

from __future__ import annotations

import re

import pytest

from funds.payments.models import SavedCard
from funds.payments.providers.stripe.saving import saved_settle
from funds.pools.models import StandingPromise
from funds.pools.services import standing_start
from funds.pools.tokens import pool_gift_token, standing_token
from tests.factories import cards, pools
from tests.factories.pages import Visitor
from tests.factories.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def double(settings, monkeypatch):
    with cards.running(settings, monkeypatch) as stripe:
        yield stripe


@pytest.fixture
def world(double):
    made = pools.pool_of()
    cards.account(made.pool.custodian)
    return made


def test_behind_the_link_a_card_is_agreed_to_paused_changed_and_stopped(double, world):
    giver = person(email="giver@example.org")
    standing = standing_start(pool=world.pool, actor=giver, amount_minor=300_00, day=10, language="en")
    guest = Visitor()
    page = guest.open("pool_standing", standing_token(standing))
    assert "on day 10 of each month" in page.text
    assert guest.client.get(f"/en/pools/monthly/{standing_token(standing)}/end/").status_code == 405
    before = guest.send(page, "card/", agreed="yes")
    link = re.search(r'href="(http://127[^"]+/pay/\w+)"', before.html)[1]
    session = double.things[link.rsplit("/", 1)[-1]]
    double.save(session["id"])
    back = guest.go(session["success_url"].removeprefix("http://127.0.0.1:8000"))
    saved_settle(SavedCard.objects.select_related("account__custodian").get())
    page = guest.go(back.link("pools/monthly"))
    assert "we take it from Visa •••• 4242" in page.text
    page = guest.send(page, "change/", amount="600", day="10")
    assert "without a new yes we take nothing" in page.text
    page = guest.send(page, "/card/", agreed="yes")
    assert "we take it from Visa •••• 4242" in page.text
    page = guest.send(page, "pause/")
    assert "It rests" in page.text
    page = guest.send(page, "nocard/")
    assert "We have forgotten it" in page.text
    guest.send(page, "end/")
    assert StandingPromise.objects.get().status == "ended"


def test_a_gift_to_a_pool_is_paid_by_card_on_its_page(double, world):
    gift = pools.announced(world, 500_00)
    guest = Visitor()
    page = guest.open("pool_gift", pool_gift_token(gift))
    before = guest.send(page, "card/")
    link = re.search(r'href="(http://127[^"]+/pay/\w+)"', before.html)[1]
    session = double.things[link.rsplit("/", 1)[-1]]
    assert session["name"].startswith("Gift to “")
    double.pay(session["id"])
    back = guest.go(session["success_url"].removeprefix("http://127.0.0.1:8000"))
    cards.told(double)
    assert "500 som has arrived" in guest.go(back.link("pools/gift")).text
