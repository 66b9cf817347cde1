"""Cash over the API: receipts for everyone, what is in hand, the bank's line, the box, and taking it back."""

import pytest

from birge import clock
from funds.cash.models import CashBanking, CashReceipt
from funds.payments.services import payment_confirm
from tests.factories import cash, pools
from tests.factories import funds as make
from tests.factories.api import caller, code_of, money

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return pools.pool_of()


def at(world, rest=""):
    return f"pools/{world.pool.public_id}/cash/{rest}"


def said(**changes):
    return {"amount": money(300_00), "received_on": clock.today().isoformat()} | changes


def test_writing_cash_down_gives_a_receipt_that_everyone_can_check(world, guest):
    written = caller(world.association.treasurer).make(at(world), said(kept="wallet"))
    assert (written["receipt"]["number"], written["receipt"]["kept"]) == (f"{clock.today().year}-0001", "wallet")
    found = guest.read(f"cash/receipts/{written['receipt']['id']}/")
    assert (found["status"], found["kept"], found["amount"]["minor"]) == ("waits", "wallet", 300_00)
    assert (found["purpose_kind"], found["purpose"]) == ("pool", world.pool.public_id)
    assert found["code"].startswith(f"{found['url']}#")
    assert guest.call("get", "cash/receipts/zzzzzzzzzz/").status_code == 404


def test_more_than_the_ceiling_is_refused_with_what_to_bank_first(world, settings):
    settings.CASH_CEILING = {"KGS": 500_00}
    treasurer = caller(world.association.treasurer)
    treasurer.make(at(world), said())
    answer = treasurer.call("post", at(world), said())
    assert (answer.status_code, answer.json()["code"]) == (409, "over_ceiling")
    assert answer.json()["data"]["first_bank_minor"] == 100_00


def test_the_book_tells_everyone_the_totals_and_its_people_the_receipts(world, guest):
    pools.cash_in(world, 300_00, kept="wallet")
    with cash.days_later(8):
        public = guest.read(at(world, "book/"))
        assert (public["old"]["minor"], public["in_wallets"]["minor"], public["receipts"]) == (300_00, 300_00, None)
        inside = caller(world.association.members[0]).read(at(world, "book/"))
        assert [(each["days"], each["old"]) for each in inside["receipts"]] == [(8, True)]
        assert inside["ceiling"]["minor"] == 50_000_00


def test_a_line_that_is_another_sum_is_refused_at_its_field(world):
    pools.cash_in(world, 300_00)
    line = cash.line_at_bank(world.custodian, 200_00)
    officer = caller(world.officer)
    body = {"amount": money(300_00), "line": line.public_id, "code": code_of(world.officer)}
    answer = officer.call("post", at(world, "bank/"), body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "#/line")
    unknown = officer.call("post", at(world, "bank/"), body | {"line": "zzzzzzzzzz", "code": code_of(world.officer)})
    assert unknown.json()["errors"][0]["code"] == "unknown"


def test_named_receipts_come_to_the_bank_by_a_line(world):
    pools.cash_in(world, 300_00)
    pools.cash_in(world, 200_00)
    line, second = cash.line_at_bank(world.custodian, 200_00), CashReceipt.objects.get(number=2)
    body = {"amount": money(200_00), "line": line.public_id, "receipts": [second.public_id]}
    caller(world.officer).make(at(world, "bank/"), body | {"code": code_of(world.officer)})
    (listed,) = caller(world.officer).read("cash/bankings/", pool=world.pool.public_id)["results"]
    assert (listed["line"], listed["status"]) == (line.public_id, "booked")
    assert second.parts.get().amount_minor == 200_00


def test_the_box_by_two_officers_linked_later_and_taken_back():
    village = make.open_village_project()
    payment = make.record(village, make.confirmed_pledge(village.project, 500_00), kind="cash")
    payment_confirm(payment=payment, actor=village.second_officer, proof=make.factor(village.second_officer))
    officer, second = caller(village.officer), caller(village.second_officer)
    asked = officer.make(
        "cash/bankings/",
        {"custodian": village.custodian.public_id, "amount": money(500_00), "bank_reference": "CB-9"},
    )
    assert (asked["status"], asked["line"], asked["entry"]) == ("asked", None, None)
    booked = second.sign(f"cash/bankings/{asked['id']}/confirm/")
    assert (booked["status"], bool(booked["entry"])) == ("booked", True)
    line = cash.line_at_bank(village.custodian, 500_00)
    linked = officer.sign("cash/bankings/link/", {"line": line.public_id, "bankings": [asked["id"]]})
    assert [each["line"] for each in linked] == [line.public_id]
    wish = officer.make(f"cash/bankings/{asked['id']}/take-back/", {"reason": "Twice."})
    done = second.sign(f"cash/take-backs/{wish['id']}/approve/")
    assert (done["status"], CashBanking.objects.get().status) == ("approved", "taken_back")
    assert officer.read(f"cash/bankings/{asked['id']}/")["line"] is None


def test_the_chair_lowers_the_ceiling_and_nobody_goes_above_the_platforms(world):
    chair, where = world.association.chair, f"organisations/{world.association.organisation.public_id}/cash-ceiling/"
    much = caller(chair).call("post", where, {"amount": money(60_000_00), "reason": "Протокол", "code": code_of(chair)})
    assert much.json()["errors"][0]["pointer"] == "#/amount"
    made = caller(chair).make(where, {"amount": money(100_00), "reason": "Протокол", "code": code_of(chair)})
    assert made["amount"]["minor"] == 100_00
    refused = caller(world.association.treasurer).call("post", at(world), said())
    assert refused.json()["code"] == "too_much_cash"
