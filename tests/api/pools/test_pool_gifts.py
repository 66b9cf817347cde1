"""Gifts to pools over the API: announced by anyone, followed by the link, seen by those whose affair they are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from birge import clock
from funds.payments.models import Payment
from funds.pools.models import PoolGift, PoolGiver
from tests.factories import pools as make
from tests.factories.api import caller, leaves, money
from tests.factories.funds import person

pytestmark = pytest.mark.django_db
SOMEBODY = {"kind": "email", "value": "giver@example.org"}


@pytest.fixture
def world():
    return make.pool_of()


def at(world, rest=""):
    return f"pools/{world.pool.public_id}/{rest}"


def said(**changes):
    return {"amount": money(500_00), "language": "ru", "contact": SOMEBODY, "credit_line": "Мы"} | changes


def came(minor=500_00, **changes):
    day = clock.today().isoformat()
    return {"kind": "transfer", "amount": money(minor), "received_on": day, "reference": "PP-1"} | changes


def test_from_the_announcement_to_the_money(world, guest):
    made = guest.make(at(world, "gifts/"), said())
    assert (made["status"], made["amount"]["minor"], made["received"]) == ("announced", 500_00, None)
    assert (made["payment_methods"][0]["kind"], made["payments"]) == ("transfer", [])
    link = f"pool-gifts/{made['token']}/"
    assert guest.read(link) == made
    payment = caller(world.officer).make(at(world, f"gifts/{made['id']}/payments/"), came(480_00))
    assert (payment["gift"], payment["pool"], payment["status"]) == (made["id"], world.pool.public_id, "recorded")
    assert guest.read(link)["payments"][0]["status"] == "recorded"
    caller(world.second_officer).sign(f"payments/{payment['id']}/confirm/")
    paid = guest.read(link)
    assert (paid["status"], paid["received"]["minor"], paid["payments"][0]["status"]) == ("paid", 480_00, "confirmed")
    assert guest.read(at(world))["held"]["minor"] == 480_00
    assert guest.read(at(world))["credit_lines"] == ["Мы"]


def test_the_giver_confirms_by_the_link(world, guest):
    made = guest.make(at(world, "gifts/"), said())
    payment = caller(world.officer).make(at(world, f"gifts/{made['id']}/payments/"), came())
    answer = f"pool-gifts/{made['token']}/payments/{payment['id']}/"
    assert guest.write(f"{answer}confirm/")["status"] == "confirmed"
    assert guest.write(f"{answer}confirm/")["status"] == "confirmed"
    refused = guest.call("post", f"{answer}refuse/")
    assert (refused.status_code, refused.json()["code"]) == (409, "transition")


def test_a_payment_is_found_below_its_own_gift_only(world, guest):
    ours, other = (guest.make(at(world, "gifts/"), said()) for _n in range(2))
    payment = caller(world.officer).make(at(world, f"gifts/{ours['id']}/payments/"), came())
    assert guest.call("post", f"pool-gifts/{other['token']}/payments/{payment['id']}/confirm/").status_code == 404
    assert Payment.objects.get().status == "recorded"


def test_taken_back_twice_is_taken_back_once(world, guest):
    link = f"pool-gifts/{guest.make(at(world, 'gifts/'), said())['token']}/"
    assert guest.write(f"{link}withdraw/")["status"] == "withdrawn"
    assert guest.write(f"{link}withdraw/")["status"] == "withdrawn"


def test_what_is_on_its_way_is_not_taken_back(world, guest):
    made = guest.make(at(world, "gifts/"), said())
    caller(world.officer).make(at(world, f"gifts/{made['id']}/payments/"), came())
    answer = guest.call("post", f"pool-gifts/{made['token']}/withdraw/")
    assert (answer.status_code, answer.json()["code"]) == (409, "money_on_its_way")


def test_the_words_of_thanks_can_be_changed_and_who_gave_forgotten(world, guest):
    link = f"pool-gifts/{guest.make(at(world, 'gifts/'), said())['token']}/"
    guest.write(f"{link}credit/", {"credit_line": ""}, method="put", status=204)
    assert guest.read(link)["credit_line"] == ""
    guest.write(f"{link}forget/", status=204)
    assert guest.call("get", link).status_code == 404
    assert not PoolGiver.objects.exists()


def test_signed_in_ones_own_address_is_taken_and_one_sees_ones_own_gifts_only(world):
    mine, other = caller(person()), caller(person())
    made = mine.make(at(world, "gifts/"), {"amount": money(70_00), "language": "ky"})
    other.make(at(world, "gifts/"), {"amount": money(80_00), "language": "ky"})
    (listed,) = mine.read("pool-gifts/", pool=world.pool.public_id, status="announced")["results"]
    assert (listed["id"], listed["token"]) == (made["id"], made["token"])
    assert mine.read("pool-gifts/", pool=make.pool_of().pool.public_id)["results"] == []


def test_a_guest_lists_nothing(world, guest):
    assert guest.call("get", "pool-gifts/").status_code == 401
    assert guest.call("get", at(world, "gifts/")).status_code == 401


def test_its_people_and_its_custodian_see_all_gifts_without_who_gave(world, guest):
    made = guest.make(at(world, "gifts/"), said())
    for insider in (world.association.members[0], world.association.treasurer, world.officer):
        (seen,) = caller(insider).read(at(world, "gifts/"), status="announced")["results"]
        assert (seen["id"], seen["credit_line"], seen["by_treasurer"], seen["monthly"]) == (
            made["id"],
            "Мы",
            False,
            False,
        )
        assert not {made["token"], SOMEBODY["value"]} & {str(value) for _path, value in leaves(seen)}
    stranger, elsewhere = person(), make.pool_of()
    for other in (stranger, elsewhere.association.chair, elsewhere.officer):
        assert caller(other).call("get", at(world, "gifts/")).status_code == 404
        assert caller(other).call("post", at(world, f"gifts/{made['id']}/payments/"), came()).status_code == 404


def test_a_gift_is_found_below_its_own_pool_only(world, guest):
    other = make.pool_of(beside=world)
    made = guest.make(at(other, "gifts/"), said())
    answer = caller(world.officer).call("post", at(world, f"gifts/{made['id']}/payments/"), came())
    assert answer.status_code == 404


def test_a_payment_is_written_down_once_and_for_one_gift(world, guest):
    ours, other = (guest.make(at(world, "gifts/"), said()) for _n in range(2))
    officer, key = caller(world.officer), {"HTTP_IDEMPOTENCY_KEY": "the-same-key-sent-twice"}
    first = officer.make(at(world, f"gifts/{ours['id']}/payments/"), came(), **key)
    assert officer.make(at(world, f"gifts/{ours['id']}/payments/"), came(), **key) == first
    reused = officer.call("post", at(world, f"gifts/{other['id']}/payments/"), came(), **key)
    assert (reused.status_code, reused.json()["code"]) == (409, "key_reused")
    assert Payment.objects.count() == 1


def test_the_same_announcement_is_made_once(world, guest):
    key = {"HTTP_IDEMPOTENCY_KEY": "the-same-key-sent-twice"}
    first = guest.make(at(world, "gifts/"), said(), **key)
    assert guest.make(at(world, "gifts/"), said(), **key) == first
    reused = guest.call("post", at(world, "gifts/"), said(amount=money(1_00)), **key)
    assert (reused.status_code, reused.json()["code"]) == (409, "key_reused")
    assert PoolGift.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"amount": money(5_00, "RUB")}, "#/amount", "currency"),
        ({"contact": {"kind": "email", "value": "nobody"}}, "#/contact", "invalid"),
        ({"language": "kk"}, "#/language", "invalid_choice"),
        ({"credit_line": "x" * 81}, "#/credit_line", "max_length"),
        ({"amount": 500}, "#/amount", "invalid"),
    ],
)
def test_what_cannot_be_is_told_at_its_place(world, guest, changes, pointer, code):
    answer = guest.call("post", at(world, "gifts/"), said(**changes))
    assert answer.status_code == 400
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(pointer, code)]


def test_a_guest_without_a_contact_is_asked_for_one(world, guest):
    body = {name: value for name, value in said().items() if name != "contact"}
    answer = guest.call("post", at(world, "gifts/"), body)
    assert answer.json()["errors"][0]["pointer"] == "#/contact"


def test_the_lists_take_as_many_queries_for_many_as_for_few(world):
    somebody = person()
    mine, member = caller(somebody), caller(world.association.members[0])

    def queries():
        with CaptureQueriesContext(connection) as caught:
            mine.read("pool-gifts/")
            member.read(at(world, "gifts/"))
        return len(caught)

    make.announced(world, actor=somebody, contact=None)
    few = queries()
    for _n in range(4):
        make.announced(world, actor=somebody, contact=None)
    assert queries() <= few
