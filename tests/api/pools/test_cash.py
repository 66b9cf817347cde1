"""Cash of pools over the API: written down by the treasurer, confirmed by another, taken to the bank."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from birge import clock
from funds.payments.models import Payment
from funds.pools.tokens import payment_code
from tests.factories import pools as make
from tests.factories.api import caller, code_of, fresh_key, money
from tests.factories.funds import notices

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make.pool_of()


def at(world, rest=""):
    return f"pools/{world.pool.public_id}/cash/{rest}"


def said(**changes):
    common = {"amount": money(300_00), "received_on": clock.today().isoformat(), "reference": "К-7"}
    return common | {"contact": {"kind": "sms", "value": "+996700123456"}, "language": "ky"} | changes


def test_from_the_treasurers_hand_to_the_bank(world, guest):
    treasurer = caller(world.association.treasurer)
    written = treasurer.make(at(world), said())
    assert (written["kind"], written["status"], written["entry"]) == ("pool_cash", "recorded", None)
    confirmed = caller(world.association.chair).sign(at(world, f"{written['id']}/confirm/"))
    assert (confirmed["status"], confirmed["confirmed_how"]) == ("confirmed", "second_officer")
    pool = guest.read(f"pools/{world.pool.public_id}/")
    assert (pool["held"]["minor"], pool["with_treasurer"]["minor"]) == (300_00, 300_00)
    taken = {"amount": money(250_00), "bank_reference": "B-5"}
    officer = caller(world.officer)
    unsigned = officer.call("post", at(world, "bank/"), taken)
    assert (unsigned.status_code, unsigned.json()["code"]) == (400, "invalid")
    banked = officer.make(at(world, "bank/"), taken | {"code": code_of(world.officer)})
    assert (banked["amount"]["minor"], banked["with_treasurer"]["minor"]) == (250_00, 50_00)
    assert guest.read(f"entries/{banked['entry']}/")["kind"] == "cash.banked"
    more = officer.call("post", at(world, "bank/"), taken | {"code": code_of(world.officer)})
    assert (more.status_code, more.json()["code"]) == (409, "not_so_much_cash")
    assert more.json()["data"]["available"] == 50_00


def test_the_giver_reads_the_code_out(world):
    treasurer = caller(world.association.treasurer)
    written = treasurer.make(at(world), said())
    assert len(notices("pool_payment_to_confirm")) == 1
    gift = world.pool.gifts.get()
    right = payment_code(gift, written["id"])
    wrong = treasurer.call(
        "post", at(world, f"{written['id']}/code/"), {"giver_code": f"{(int(right) + 1) % 10**6:06}"}
    )
    assert wrong.json()["errors"][0]["pointer"] == "#/giver_code"
    assert wrong.json()["code"] == "code_wrong"
    paid = treasurer.write(at(world, f"{written['id']}/code/"), {"giver_code": right})
    assert (paid["status"], paid["confirmed_how"]) == ("confirmed", "payer")


def test_codes_are_not_guessed(world):
    member = caller(world.association.members[0])
    written = caller(world.association.treasurer).make(at(world), said())
    right = int(payment_code(world.pool.gifts.get(), written["id"]))
    for n in range(1, 6):
        member.call("post", at(world, f"{written['id']}/code/"), {"giver_code": f"{(right + n) % 10**6:06}"})
    answer = member.call("post", at(world, f"{written['id']}/code/"), {"giver_code": f"{right:06}"})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_codes")


def test_a_signature_needs_a_code_that_is_right(world):
    written = caller(world.association.treasurer).make(at(world), said())
    chair, where = caller(world.association.chair), at(world, f"{written['id']}/confirm/")
    code_of(world.association.chair)
    answer = chair.call("post", where, {"code": "000000"})
    assert (answer.status_code, answer.json()["type"]) == (403, "/api/problems/second_factor_required")
    assert chair.call("post", where).json()["errors"][0]["pointer"] == "#/code"
    assert Payment.objects.get().status == "recorded"


def test_the_same_signature_counts_once(world):
    written = caller(world.association.treasurer).make(at(world), said())
    chair, key = caller(world.association.chair), fresh_key()
    where, code = at(world, f"{written['id']}/confirm/"), code_of(world.association.chair)
    first = chair.write(where, {"code": code}, **key)
    assert chair.write(where, {"code": "111111"}, **key) == first


def test_what_was_not_handed_over_is_refused_with_a_reason(world):
    treasurer = caller(world.association.treasurer)
    written = treasurer.make(at(world), said())
    refused = treasurer.write(at(world, f"{written['id']}/refuse/"), {"reason": "Ошибка"})
    assert (refused["status"], refused["refused_reason"]) == ("refused", "Ошибка")
    assert world.pool.gifts.get().status == "withdrawn"


def test_only_its_own_people_see_a_pools_cash(world, guest):
    written = caller(world.association.treasurer).make(at(world), said())
    (seen,) = caller(world.association.members[1]).read(at(world), status="recorded")["results"]
    assert seen["id"] == written["id"]
    assert guest.call("get", at(world)).status_code == 401
    for other in (world.officer, make.pool_of().association.treasurer):
        assert caller(other).call("get", at(world)).status_code == 404


def test_cash_is_found_below_its_own_pool_only(world):
    written = caller(world.association.treasurer).make(at(world), said())
    other = make.pool_of(world.association)
    cache.clear()
    answer = caller(world.association.chair).call(
        "post", at(other, f"{written['id']}/confirm/"), {"code": code_of(world.association.chair)}
    )
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"received_on": "2999-01-01"}, "#/received_on"),
        ({"amount": money(5_00, "USD")}, "#/amount"),
        ({"contact": {"kind": "sms", "value": "12"}}, "#/contact"),
        ({"contact": {"kind": "fax", "value": "12"}}, "#/contact/kind"),
        ({"kept": "pocket"}, "#/kept"),
    ],
)
def test_what_cannot_be_is_told_at_its_place(world, changes, pointer):
    answer = caller(world.association.treasurer).call("post", at(world), said(**changes))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


def test_the_list_takes_as_many_queries_for_many_as_for_few(world):
    member = caller(world.association.members[0])

    def queries():
        with CaptureQueriesContext(connection) as caught:
            member.read(at(world))
        return len(caught)

    make.cash_recorded(world)
    few = queries()
    for _n in range(4):
        make.cash_recorded(world)
    assert queries() <= few
