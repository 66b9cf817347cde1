"""The check page asks one plain question, and asks once more about a promise that was made a day ago."""

from __future__ import annotations

import pytest

from funds.pledges.models import Pledge
from funds.pledges.tokens import Purpose, pledge_token
from funds.watch.models import PledgeOrigin
from tests.factories import funds as make
from tests.factories.api import caller
from tests.factories.pages import Visitor

pytestmark = pytest.mark.django_db
TYPED = {"contact": "aigul@example.org", "country": "RU", "credit_choice": "nobody"}
TWICE = "Promise once more?"


@pytest.fixture
def world():
    return make.open_village_project()


def checked(visitor, world, amount="2000"):
    form = visitor.open("pledge", world.project.public_id)
    return visitor.send(form, amount=amount, step="check", **TYPED)


def promised(visitor, world, **said):
    return visitor.send(checked(visitor, world), "give/", step="make", **said)


def test_who_sells_to_the_project_says_so_in_a_few_words(world):
    donor = Visitor()
    page = promised(donor, world, related="supplier")
    assert "Please say in a few words" in page.text
    assert "Do you, or your firm, sell to this project" in page.text, "it is asked on the same page again"
    assert not Pledge.objects.exists()
    donor.send(page, "give/", step="make", related="supplier", related_words="OsOO Svet, lamps")
    made = Pledge.objects.get()
    assert (made.related, made.relation.words) == ("supplier", "OsOO Svet, lamps")


def test_who_says_nothing_is_asked_nothing_more(world):
    promised(Visitor(), world)
    assert Pledge.objects.get().related == ""
    assert PledgeOrigin.objects.count() == 1


def test_a_promise_like_one_of_today_is_asked_about_and_not_refused(world):
    donor = Visitor()
    promised(donor, world)
    page = checked(donor, world, "2100")
    assert TWICE in page.text
    donor.send(page, "give/", step="make")
    assert Pledge.objects.count() == 2
    assert TWICE not in checked(donor, world, "4000").text


def test_nobody_finds_out_by_an_address_whether_its_owner_promised(world):
    promised(Visitor(), world)
    assert TWICE not in checked(Visitor(), world).text


def test_who_has_proven_the_contact_is_told_by_the_link_and_over_the_api(world):
    hers = make.contact("a@example.org")
    first = make.confirmed_pledge(world.project, made=make.pledge(world.project, 500_00, contact=hers))
    second = make.pledge(world.project, 500_00, contact=hers)
    assert TWICE in Visitor().open("pledge_confirm", pledge_token(second, Purpose.CONFIRM)).text
    api = caller(None)
    code = {"code": make.newest_code(second)}
    answer = api.call("post", f"pledges/{pledge_token(second)}/confirm/", code).json()
    assert answer["warning"]["pledge"] == first.public_id
