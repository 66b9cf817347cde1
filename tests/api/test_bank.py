"""The bank over the API: a statement is looked at, taken in, its lines become payments; others' lines do not exist."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from funds.banking.models import BankLine
from funds.banking.services import reference_for
from funds.settlement.facts import held_minor
from tests.factories import funds as make
from tests.factories.api import caller
from tests.factories.bank import bank_account, line_of, paying, taken_in, told
from tests.factories.statements import one_c

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make.open_village_project()


@pytest.fixture
def account(world):
    return bank_account(world.custodian)


def sent(account, lines, **how):
    data = one_c(lines, account=account.number, **how)
    return {"file": SimpleUploadedFile("s.txt", data, "text/plain")}


def test_from_a_file_to_the_books(world, account):
    pledge = make.confirmed_pledge(world.project, 700_00)
    officer, second = caller(world.officer), caller(world.second_officer)
    address, lines = f"bank-accounts/{account.public_id}/statements/", [paying(pledge.group, 700_00), told(50_00)]
    looked = officer.write(address, sent(account, lines) | {"dry_run": "yes"}, form="multipart")
    assert (looked["new"], looked["matched"], looked["unidentified"], looked["dry_run"]) == (2, 1, 1, True)
    assert BankLine.objects.count() == 0
    taken = officer.write(address, sent(account, lines), form="multipart")
    again = officer.write(address, sent(account, lines), form="multipart")
    assert (taken["new"], again["new"], again["duplicates"]) == (2, 0, 2)
    assert officer.read(address)["results"][0]["lines"] == 2
    (line,) = officer.read("bank-lines/", status="matched")["results"]
    shown = officer.read(f"bank-lines/{line['id']}/")
    assert shown["candidates"][0]["reference"] == reference_for(pledge.group)
    assert shown["candidates"][0]["reasons"][0] == "reference"
    payment = officer.write(f"bank-lines/{line['id']}/accept/", {"pledge": pledge.public_id})
    assert (payment["status"], held_minor(world.project)) == ("recorded", 0)
    second.sign(f"payments/{payment['id']}/confirm/")
    assert held_minor(world.project) == 700_00
    assert officer.read("bank-lines/", waits="yes", direction="in")["results"][0]["amount"]["minor"] == 50_00


def test_a_statement_that_does_not_come_out_is_refused_at_the_file(world, account):
    answer = caller(world.officer).call(
        "post", f"bank-accounts/{account.public_id}/statements/", sent(account, [told(50_00)], closing=1),
        form="multipart",
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"], answer.json()["data"]["why"]) == (
        400, "statement_refused", "wrong_balance",
    )  # fmt: skip
    assert BankLine.objects.count() == 0


def test_a_repeat_with_the_same_key_takes_once_and_another_officer_is_told(world, account):
    pledge = make.confirmed_pledge(world.project, 700_00)
    line = line_of(account, paying(pledge.group, 700_00))
    address, body = f"bank-lines/{line.public_id}/accept/", {"pledge": pledge.public_id}
    key = {"HTTP_IDEMPOTENCY_KEY": "the-same-key-for-both"}
    officer = caller(world.officer)
    first, repeat = (officer.call("post", address, body, **key).json() for _n in range(2))
    assert first["id"] == repeat["id"]
    late = caller(world.second_officer).call("post", address, {"unidentified": True})
    assert (late.status_code, late.json()["code"]) == (409, "line_explained")


def test_what_a_line_is_is_said_in_exactly_one_way(world, account):
    line = line_of(account, told(50_00))
    officer = caller(world.officer)
    for body in ({}, {"unidentified": False}, {"unidentified": True, "payment": line.public_id}):
        assert officer.call("post", f"bank-lines/{line.public_id}/accept/", body).status_code == 400
    assert officer.write(f"bank-lines/{line.public_id}/accept/", {"unidentified": True})["project"] is None


def test_the_bank_of_another_custodian_does_not_exist(world, account):
    taken_in(account, told(50_00))
    line = BankLine.objects.get()
    stranger = caller(make.open_village_project().officer)
    assert stranger.read("bank-lines/")["results"] == []
    assert stranger.read("bank-accounts/")["results"] == []
    for address in (f"bank-lines/{line.public_id}/", f"bank-accounts/{account.public_id}/"):
        assert stranger.call("get", address).status_code == 404
        assert caller().call("get", address).status_code == 401
