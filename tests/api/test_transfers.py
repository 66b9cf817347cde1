"""Money between custodians over the API: sums and days for everyone, banks for the sender's officers alone."""

import datetime as dt

import pytest
import time_machine

from birge import clock
from tests.factories import pools
from tests.factories import transfers as make
from tests.factories.api import caller, code_of, leaves, money

pytestmark = pytest.mark.django_db
SECRETS = ("Тёплый банк", "Айыл Банк", "AIYLKG22", "1350123456789012")


def test_from_preparation_to_arrival():
    both = make.two()
    path = f"transfers/{make.asked(both).public_id}/"
    clerk, second, cashier = caller(both.clerk), caller(both.second), caller(both.cashier)
    assert clerk.write(f"{path}prepare/", dict(make.ROUTE))["status"] == "prepared"
    assert second.sign(f"{path}approve/")["status"] == "approved"
    today = clock.today().isoformat()
    sent = clerk.sign(f"{path}send/", {"sent_on": today, "bank_reference": "OUT"})
    assert (sent["status"], sent["late"], sent["received"]) == ("sent", False, None)
    came = {"amount": money(985_00), "received_on": today, "bank_reference": "IN"}
    short = cashier.call("post", f"{path}receive/", {**came, "code": code_of(both.cashier)})
    assert (short.status_code, both.transit()) == (400, 1_000_00)
    done = cashier.sign(f"{path}receive/", {**came, "rest_is_fee": True})
    assert (done["status"], done["received"]["minor"], done["fee"]["minor"]) == ("received", 985_00, 15_00)
    assert both.owed() == (4_000_00, 985_00)


def test_the_banks_are_seen_by_the_senders_officers_alone(guest):
    both = make.two()
    transfer = make.sent(both)
    path = f"transfers/{transfer.public_id}/"
    assert caller(both.clerk).read(path)["route"]["receiver_bank"] == "Айыл Банк"
    for reader in (guest, caller(both.cashier), caller(pools.pool_of().officer)):
        for body in (reader.read(path), reader.read("transfers/")):
            assert not [text for _path, text in leaves(body) if text in SECRETS]


def test_transfers_are_narrowed(guest):
    both = make.two()
    sent, asked = make.sent(both, 100_00), make.asked(both, 200_00)

    def found(**query):
        return [each["id"] for each in guest.read("transfers/", **query)["results"]]

    assert found() == [asked.public_id, sent.public_id]
    assert found(status="sent") == [sent.public_id]
    assert found(sender=both.here.custodian.public_id, to_pool=both.there.pool.public_id) == found()
    assert found(receiver=both.here.custodian.public_id) == []


def test_what_takes_too_long_says_so(guest):
    both = make.two()
    transfer = make.sent(both)
    with time_machine.travel(clock.now() + dt.timedelta(days=6)):
        assert guest.read(f"transfers/{transfer.public_id}/")["late"] is True


def test_what_block_lists_hold_up_is_told_and_decided():
    make.listed()
    both = make.two()
    transfer = make.prepared(both, receiver_bank="Keremet Bank")
    second = caller(both.second)
    refused = second.call("post", f"transfers/{transfer.public_id}/approve/", {"code": code_of(both.second)})
    assert (refused.status_code, refused.json()["code"]) == (409, "listed")
    (record, *_older) = second.read("screenings/", ref=transfer.public_id)["results"]
    assert {hit["listed_by"] for hit in record["hits"]} == {"US", "GB"}
    decided = second.sign(f"screenings/{record['id']}/decide/", {"verdict": "allowed", "reason": "Not our law"})
    assert decided["decision"]["verdict"] == "allowed"
    assert second.sign(f"transfers/{transfer.public_id}/approve/")["status"] == "approved"
    assert caller(both.cashier).read("screenings/")["results"] == []


def test_everyone_sees_which_versions_of_lists_are_loaded(guest):
    made = make.listed()
    (found,) = guest.read("block-lists/")["results"]
    assert (found["sha256"], found["names"], found["source"]) == (made.sha256, 3, "Fixture")


def test_a_pool_says_what_of_its_money_is_bound(guest):
    both = make.two()
    make.sent(both, 1_000_00)
    found = guest.read(f"pools/{both.here.pool.public_id}/")
    assert [found[name]["minor"] for name in ("held", "free", "bound")] == [5_000_00, 4_000_00, 1_000_00]
