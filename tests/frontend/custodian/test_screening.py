"""Block lists on the desk: loaded by administrators, looked into by custodians, decided on by people."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from funds.screening.models import BlockList, ScreeningDecision
from funds.screening.services import screening_ask
from funds.settlement.services import tick
from tests.factories import transfers as make
from tests.factories.funds import organisation
from tests.factories.organisations import administrator, applied
from tests.factories.pages import Visitor
from tests.factories.people import officer_of

pytestmark = pytest.mark.django_db


def the_list():
    return SimpleUploadedFile("list.csv", (make.LISTS / "two_banks.csv").read_bytes(), "text/csv")


def test_an_administrator_loads_a_list_with_a_code():
    admin = Visitor(administrator())
    page = admin.open("block_lists")
    assert "Until one is, nobody is found." in page.text
    done = admin.send(page, "/load/", source="OFAC", file=the_list(), code=admin.code)
    assert "Loaded." in done.text
    assert BlockList.objects.get().sha256 in done.text


def test_a_file_that_is_no_list_is_told_beside_its_field():
    admin = Visitor(administrator())
    broken = SimpleUploadedFile("list.csv", b"kind,name\n", "text/csv")
    done = admin.send(admin.open("block_lists"), "/load/", source="OFAC", file=broken, code=admin.code)
    assert done.status == 422
    assert 'id="load_file-error"' in done.html


def test_only_administrators_see_the_lists():
    custodian = organisation("custodian")
    assert Visitor(officer_of(custodian, "custodian_officer")).open("block_lists").status == 403


def test_a_likeness_stands_on_the_transfer_and_on_the_desk_and_is_decided_by_another():
    make.listed()
    both = make.two()
    transfer = make.prepared(both, receiver_bank="ОАО «Керемет Банк»")
    clerk, second = Visitor(both.clerk), Visitor(both.second)
    desk = second.open("custodian", both.here.custodian.public_id)
    assert "Somebody is like a name on a block list" in desk.text
    assert "Somebody is like a name" not in clerk.open("custodian", both.here.custodian.public_id).text
    page = second.open("custodian_transfer", transfer.public_id)
    held = second.send(page, "/approve/", code=second.code)
    assert held.status == 422
    assert "A person must decide first." in held.text
    record = second.go(page.link("looked-up"))
    assert "listed by US" in record.text
    assert not clerk.go(record.url).offers("/decide/")
    done = second.send(record, "/decide/", verdict="allowed", reason="Not our law", code=second.code)
    assert "It is decided. A decision is never changed." in done.text
    assert "Approved." in second.send(second.open("custodian_transfer", transfer.public_id), "/approve/",
                                      code=second.code).text  # fmt: skip


def test_an_officer_looks_a_bank_up_before_an_account_is_opened():
    make.listed()
    custodian = organisation("custodian")
    officer = Visitor(officer_of(custodian, "custodian_officer"))
    page = officer.open("custodian_screening", custodian.public_id)
    found = officer.send(
        page, "/look-up/", subject="bank_account", kind="bank", name="Capital Bank", ref="1290 1234 5678 9012"
    )
    assert "listed by GB" in found.text
    assert "You had it looked up, so another person decides." in found.text
    assert not found.offers("/decide/")
    assert "Capital Bank" in officer.open("custodian_screening", custodian.public_id).text


def test_where_no_list_was_loaded_it_does_not_say_that_nobody_is_on_one():
    both = make.two()
    record = screening_ask(
        custodian=both.here.custodian, subject="payee", ref="cement", name="ОсОО Цемент", kind="organisation",
        actor=both.clerk,
    )  # fmt: skip
    page = Visitor(both.clerk).open("screening_record", record.public_id)
    assert "No list was loaded, so nothing could be found." in page.text
    assert "Nobody on a list is like this" not in page.text
    listed = Visitor(both.clerk).open("custodian_screening", both.here.custodian.public_id)
    assert "there was no list to look in" in listed.text


def test_an_administrator_decides_on_an_organisation():
    make.listed()
    applied("custodian", name_ru="ОАО «Капитал Банк»")
    tick()
    admin = Visitor(administrator())
    assert "Somebody is like a name on a block list" in admin.open("desk").text
    lists = admin.open("block_lists")
    record = admin.go(lists.link("looked-up"))
    done = admin.send(record, "/decide/", verdict="other", reason="Another firm", code=admin.code)
    assert "It is decided." in done.text
    assert ScreeningDecision.objects.get().verdict == "other"


def test_another_custodians_look_does_not_exist():
    make.listed()
    both = make.two()
    make.prepared(both, receiver_bank="Keremet Bank")
    record = both.here.custodian.screenings.order_by("-id").first()
    assert Visitor(both.cashier).open("screening_record", record.public_id).status == 404
    assert Visitor(administrator()).open("screening_record", record.public_id).status == 404
