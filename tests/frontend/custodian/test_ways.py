"""Ways to pay are switched with a note, projects are stopped and go on, and the balances add up."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from birge import clock
from birge.audit.models import AuditRecord
from funds.payments.models import PaymentMethod
from funds.payments.selectors import payment_methods_for
from tests.factories import funds as make
from tests.factories.organisations import administrator
from tests.factories.pages import Visitor, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make.open_village_project()


@pytest.fixture
def officer(world):
    return Visitor(world.officer)


def way_page(officer, world):
    method = PaymentMethod.objects.get(custodian=world.custodian, kind="transfer", valid_to=None)
    return officer.open("custodian_way", world.custodian.public_id, method.pk)


def test_a_way_that_broke_is_switched_off_with_a_note_and_leaves_a_dated_record(world, officer):
    before = PaymentMethod.objects.get(custodian=world.custodian, kind="transfer")
    page = officer.send(way_page(officer, world), "set/", works="no", note_ru="Банк не принимает переводы из России.")
    assert "does not work" in page.text
    today = clock.today()
    first = payment_methods_for(world.custodian, "RU", today)[-1]
    assert (first.kind, first.works, first.details) == ("transfer", False, before.details)
    before.refresh_from_db()
    assert before.valid_to == today
    assert AuditRecord.objects.filter(action="payment_method_set", actor=world.officer).exists()
    tomorrow = payment_methods_for(world.custodian, "RU", today + dt.timedelta(days=1))
    assert [each.works for each in tomorrow if each.kind == "transfer"] == [False]


def test_off_and_on_on_one_day(world, officer):
    officer.send(way_page(officer, world), "set/", works="no", note_en="Not today.")
    officer.send(way_page(officer, world), "set/", works="yes", note_en="")
    found = [each for each in payment_methods_for(world.custodian, "RU", clock.today()) if each.kind == "transfer"]
    assert [(each.works, each.note_en) for each in found] == [(True, "")]


def test_nothing_is_switched_off_without_a_word_to_donors(world, officer):
    page = officer.send(way_page(officer, world), "set/", works="no")
    assert page.status == 422
    assert 'id="set_note_ky-error"' in page.html


def test_a_record_that_ended_stays_as_it_was(world, officer):
    page = way_page(officer, world)
    officer.send(page, "set/", works="no", note_en="Not today.")
    old = PaymentMethod.objects.get(custodian=world.custodian, kind="transfer", valid_to=clock.today())
    assert not officer.open("custodian_way", world.custodian.public_id, old.pk).offers("set/")
    sent = officer.post("custodian_way_deed", world.custodian.public_id, old.pk, "set", key="k", works="yes")
    assert "This record is not today’s." in sent.text


def test_a_way_of_another_custodian_does_not_exist(world, officer):
    other = make.open_village_project()
    method = PaymentMethod.objects.filter(custodian=other.custodian).first()
    assert officer.open("custodian_way", world.custodian.public_id, method.pk).status == 404


def test_a_project_is_stopped_and_goes_on_with_reasons_that_everyone_reads(world, officer):
    page = officer.open("project_stop", world.project.public_id)
    stopped = officer.send(page, "stop/", reason="The quotes look wrong")
    assert "Stopped." in stopped.text
    assert "The quotes look wrong." in Visitor().open("project", world.project.public_id).text
    again = officer.send(stopped, "resume/", reason="New quotes came.")
    assert "It goes on." in again.text
    world.project.refresh_from_db()
    assert world.project.status == "open"


def test_an_administrator_may_stop_it_too_and_others_may_not(world):
    staff = Visitor(administrator())
    staff.send(staff.open("project_stop", world.project.public_id), "stop/", reason="A complaint")
    world.project.refresh_from_db()
    assert world.project.status == "suspended"
    for user in (world.head, world.signatory, make.person()):
        assert Visitor(user).open("project_stop", world.project.public_id).status == 404


def test_what_is_there_equals_what_is_owed(world, officer):
    make.pay(world, make.confirmed_pledge(world.project, 3_000_00))
    make.pay(world, make.confirmed_pledge(world.project, 1_000_50), kind="cash")
    page = officer.open("custodian_balances", world.custodian.public_id)
    assert page.text.count("4,000.50 som") == 3  # in the accounts, owed, held for the project
    assert "In the cash box 1,000.50 som" in page.text
    assert "These differ" not in page.text


@pytest.mark.parametrize(
    "name", ["custodian", "custodian_payments", "custodian_waiting", "custodian_balances", "custodian_projects"]
)
def test_a_list_takes_as_many_queries_for_many_as_for_few(world, officer, name):
    make.record(world, make.confirmed_pledge(world.project, 100_00), actor=world.second_officer)
    make.pay(world, make.confirmed_pledge(world.project, 100_00))
    few = queries(officer, world, name)
    for _n in range(6):
        make.record(world, make.confirmed_pledge(world.project, 100_00), actor=world.second_officer)
        make.pay(world, make.confirmed_pledge(world.project, 100_00))
    assert queries(officer, world, name) <= few


def queries(officer, world, name):
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert officer.client.get(at(name, world.custodian.public_id)).status_code == 200
    return len(caught)


def test_a_long_list_is_cut_and_goes_on(world, officer):
    for _n in range(33):
        make.record(world, make.confirmed_pledge(world.project, 100_00))
    first = officer.open("custodian_payments", world.custodian.public_id)
    second = officer.go(first.url + first.link("?after="))
    assert first.html.count("/desk/payment/") == 30
    assert second.html.count("/desk/payment/") == 3
    assert officer.open("custodian_payments", world.custodian.public_id, after="no number").status == 200
