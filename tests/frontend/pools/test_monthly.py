"""So much a month: started when signed in, stopped in one tap, signed in or by the link."""

from __future__ import annotations

import pytest

from funds.pools.models import StandingPromise
from funds.pools.services import standing_start
from funds.pools.tokens import standing_token
from tests.factories import funds as make
from tests.factories import pools
from tests.factories.pages import Visitor, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return pools.pool_of()


@pytest.fixture
def person():
    return make.person(email="aida@example.org")


def started(world, person, amount=300_00, day=5):
    return standing_start(pool=world.pool, actor=person, amount_minor=amount, day=day, language="en")


def test_started_paused_resumed_changed_and_ended_when_signed_in(world, person):
    visitor = Visitor(person)
    page = visitor.go(visitor.open("pool", world.pool.public_id).link("/monthly/"))
    page = visitor.send(page, "start/", amount="300", day="5")
    assert "300 som every month" in page.text
    page = visitor.send(page, "pause/")
    assert "It rests." in page.text
    page = visitor.send(page, "resume/")
    assert "We remind you on day 5" in page.text
    page = visitor.send(page, "change/", amount="450", day="7")
    assert "450 som every month" in page.text
    assert "450 som a month, on day 7" in visitor.open("pool", world.pool.public_id).text
    page = visitor.send(page, "end/")
    assert "Ended. We remind you no more." in page.text
    assert StandingPromise.objects.get().status == "ended"
    assert page.offers("start/")


def test_by_the_link_in_the_message_one_tap_is_enough(world, person):
    standing, guest = started(world, person), Visitor()
    response = guest.client.get(f"/g/monthly/{standing_token(standing)}")
    page = guest.go(response["Location"])
    for verb, status in (("pause/", "paused"), ("resume/", "active"), ("end/", "ended")):
        page = guest.send(page, verb)
        standing.refresh_from_db()
        assert standing.status == status
    assert "This promise has ended." in page.text
    assert not page.offers("pause/")
    assert guest.client.get("/g/monthly/nothing-aaaaaaaaaaaaaaaa").status_code == 404


def test_the_sum_can_be_changed_by_the_link(world, person):
    standing, guest = started(world, person), Visitor()
    page = guest.open("pool_standing", standing_token(standing))
    assert page.form("change/").values["amount"] == "300"
    page = guest.send(page, "change/", amount="250", day="9")
    standing.refresh_from_db()
    assert (standing.amount_minor, standing.day) == (250_00, 9)
    assert "250 som every month" in page.text


@pytest.mark.parametrize(
    ("typed", "field"), [({"amount": "x"}, "amount"), ({"day": "31"}, "day"), ({"day": ""}, "day")]
)
def test_what_is_typed_wrongly_is_said_beside_its_field(world, person, typed, field):
    visitor = Visitor(person)
    page = visitor.send(
        visitor.open("pool_monthly", world.pool.public_id), "start/", **{"amount": "300", "day": "5", **typed}
    )
    assert page.status == 422
    assert f'id="id_{field}-error"' in page.html
    assert not StandingPromise.objects.exists()


def test_a_second_tap_starts_one(world, person):
    visitor = Visitor(person)
    form = visitor.open("pool_monthly", world.pool.public_id)
    for _n in range(2):
        page = visitor.send(form, "start/", amount="300", day="5")
        assert page.status == 200
    assert StandingPromise.objects.count() == 1
    page = visitor.send(form, "start/", amount="400", day="5")
    assert page.status == 422
    assert "You can change it." in page.text


def test_a_guest_is_asked_to_sign_in_and_ones_own_is_not_another_persons(world, person):
    started(world, person)
    assert "/login/" in Visitor().open("pool_monthly", world.pool.public_id).url
    stranger = Visitor(make.person())
    assert stranger.open("pool_monthly", world.pool.public_id).offers("start/")
    page = stranger.post("pool_monthly_do", world.pool.public_id, "end")
    assert "You have no monthly promise here." in page.text
    assert StandingPromise.objects.get().status == "active"
    assert stranger.post("pool_monthly_do", world.pool.public_id, "burn").status == 404


def test_a_started_one_by_the_link_cannot_be_started_again(world, person):
    standing = started(world, person)
    assert Visitor().post("pool_standing_do", standing_token(standing), "start").status == 404


def test_it_stands_on_ones_own_desk(world, person):
    started(world, person)
    page = Visitor(person).open("desk")
    assert "300 som every month" in page.text
    assert at("pool_monthly", world.pool.public_id) in page.html
