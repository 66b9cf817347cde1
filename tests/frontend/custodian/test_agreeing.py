"""Do our books agree with the bank? The officers see what does not, and everybody sees how much does in time."""

from __future__ import annotations

import pytest
from django.urls import reverse

from funds.reconciliation.models import Difference
from funds.reconciliation.services import reconcile
from tests.factories import funds as make
from tests.factories.pages import Visitor
from tests.factories.people import organisation
from tests.factories.reconciling import line, stated, tie
from tests.factories.statements import account_at_bank

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make.open_village_project(village=0)


@pytest.fixture
def account(world):
    return account_at_bank(world.custodian)


def test_an_officer_compares_takes_over_and_notes(world, account):
    stated(account, line(70_00, name="Асанова Айгуль"))
    officer = Visitor(world.officer)
    page = officer.open("custodian_agreeing", world.custodian.public_id)
    assert "Nothing was compared yet." in page.text
    page = officer.send(page, "compare/")
    assert "a line of the bank that nothing explains" in page.text
    assert "does not agree" in page.text
    assert "1 thing that does not agree" in officer.open("custodian", world.custodian.public_id).text
    one = officer.go(page.link(Difference.objects.get().public_id))
    assert "Асанова Айгуль" in one.text
    taken = officer.send(one, "take/")
    assert "It is yours now." in taken.text
    noted = officer.send(taken, "note/", note="Rang the bank")
    assert "Rang the bank" in noted.text
    assert "Rang the bank" in officer.open("custodian_agreeing", world.custodian.public_id).text


def test_money_from_before_is_explained_by_one_and_agreed_to_by_another(world, account):
    stated(account, opening=90_00)
    reconcile(world.custodian)
    old = Difference.objects.get().public_id
    first, second = Visitor(world.officer), Visitor(world.second_officer)
    said = first.send(first.open("custodian_difference", old), "explain/", note="Members’ fees")
    assert "Another officer must agree." in said.text
    done = second.send(second.open("custodian_difference", old), "agree/", code=second.code)
    assert "It agrees since" in done.text


def test_another_custodians_differences_do_not_exist(world, account):
    stated(account, line(70_00))
    reconcile(world.custodian)
    stranger = Visitor(make.open_village_project().officer)
    assert stranger.open("custodian_difference", Difference.objects.get().public_id).status == 404
    assert stranger.open("custodian_agreeing", world.custodian.public_id).status == 404


def test_everybody_sees_how_much_was_explained_and_no_line_of_the_bank(world, account):
    reader = Visitor()
    assert "No statements yet." in reader.open("custodian_public", world.custodian.public_id).text
    known, _stray = stated(account, line(500_00, name="Асанова"), line(70_00, name="Бекова"))
    tie(known, make.pay(world, make.confirmed_pledge(world.project, 500_00)))
    reconcile(world.custodian)
    said = reader.open("custodian_public", world.custodian.public_id).text
    assert "100 %" in said, "the other line has three days"
    assert "1 thing does not agree yet." in said
    assert "Бекова" not in said
    told = reader.client.get(f"/api/v1/organisations/{world.custodian.public_id}/explained/").json()
    assert [(each["currency"], each["permille"]) for each in told] == [("KGS", 1000)]


def test_only_custodians_have_such_a_page(client):
    other = organisation("migrant_association")
    assert client.get(reverse("custodian_public", args=[other.public_id])).status_code == 404


def test_a_list_asks_the_database_as_often_for_many_as_for_one(world, account, django_assert_max_num_queries):
    stated(account, *(line(n * 100) for n in range(1, 16)))
    reconcile(world.custodian)
    officer = Visitor(world.officer)
    officer.open("custodian_agreeing", world.custodian.public_id)
    with django_assert_max_num_queries(16):
        officer.open("custodian_agreeing", world.custodian.public_id)


def test_what_the_bank_does_not_show_is_named_with_a_way_to_it_and_without_a_minus(world, account):
    paid = make.pay(world, make.confirmed_pledge(world.project, 70_00))
    stated(account)
    reconcile(world.custodian)
    page = Visitor(world.officer).open("custodian_difference", Difference.objects.get().public_id)
    assert "They have less than we" in page.text
    assert "−" not in page.text
    assert page.link(reverse("custodian_payment", args=[paid.public_id]))
