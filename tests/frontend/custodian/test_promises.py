"""Promises by phone: written down for a caller, and they count once somebody called back."""

from __future__ import annotations

import pytest

from funds.pledges.models import Pledge
from tests.factories import funds as make
from tests.factories.pages import Visitor

pytestmark = pytest.mark.django_db
SAID = {
    "amount": "2 000", "country": "RU", "credit_choice": "nobody", "credit_line": "", "contact": "+7 912 345-67-89",
}  # fmt: skip


@pytest.fixture
def world():
    return make.open_village_project()


@pytest.fixture
def officer(world):
    return Visitor(world.officer)


def written(officer, world, **changes):
    page = officer.open("custodian_promise", world.custodian.public_id)
    return officer.send(page, "make/", **{"project": world.project.public_id, **SAID, **changes})


def test_from_the_call_to_the_call_back(world, officer):
    page = written(officer, world)
    assert "this does not count as a promise" in page.text
    assert "+79123456789" in page.text
    done = officer.send(page, "call-back/", reason="Reached her on that number at noon, she said yes.")
    assert "Confirmed. The promise stands." in done.text
    assert "+79123456789" not in done.text
    pledge = Pledge.objects.get()
    assert (pledge.status, pledge.confirmed_how, pledge.confirmed_by) == ("confirmed", "call_back", world.officer)


def test_no_message_is_sent_for_a_caller_and_the_desk_reminds_to_call(world, officer):
    written(officer, world)
    assert not make.notices("pledge_confirm")
    assert "1 donor to call back" in officer.open("custodian", world.custodian.public_id).text


def test_without_a_reason_nothing_is_confirmed(world, officer):
    page = officer.send(written(officer, world), "call-back/", reason=" ")
    assert page.status == 422
    assert Pledge.objects.get().status == "made"


def test_a_second_tap_writes_it_down_once(world, officer):
    page = officer.open("custodian_promise", world.custodian.public_id)
    for _n in range(2):
        officer.send(page, "make/", project=world.project.public_id, **SAID)
    assert Pledge.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("amount", "x"), ("project", ""), ("project", "abcdefghjk"), ("country", ""), ("contact", "12"), ("amount", "1")],
)
def test_what_cannot_be_is_told_at_its_field(world, officer, field, value):
    page = written(officer, world, **{field: value})
    assert page.status == 422
    assert f'id="make_{field}-error"' in page.html
    assert not Pledge.objects.exists()


def test_a_donor_calls_to_take_it_back(world, officer):
    pledge = make.confirmed_pledge(world.project)
    page = officer.send(officer.open("custodian_pledge", pledge.public_id), "withdraw/", reason="Called at two.")
    assert "The promise is taken back." in page.text
    pledge.refresh_from_db()
    assert pledge.status == "withdrawn"
