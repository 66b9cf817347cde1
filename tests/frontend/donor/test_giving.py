"""A guest gives: the form, the check page, the code, and then where the money is. No account, no JavaScript."""

from __future__ import annotations

import pytest

from funds.pledges.models import Pledge
from funds.pledges.tokens import Purpose, pledge_token
from tests.factories import funds as make
from tests.factories.pages import Visitor

pytestmark = pytest.mark.django_db
GIFT = {
    "amount": "1 500", "contact": "aida@example.org", "country": "RU", "credit_choice": "nobody", "credit_line": "",
}  # fmt: skip


@pytest.fixture
def world():
    return make.open_village_project(donors=10_000_00, village=10_000_00)


@pytest.fixture
def guest():
    return Visitor()


def checked(guest, world, **changes):
    """Return the check page after the form."""
    return guest.send(guest.open("pledge", world.project.public_id), step="check", **{**GIFT, **changes})


def made(guest, world, **changes):
    """Return the page that asks for the code."""
    return guest.send(checked(guest, world, **changes), step="make")


def test_from_the_form_to_the_money_page_by_code(guest, world):
    check = checked(guest, world)
    assert "1,500 som" in check.text
    assert "aida@example.org" in check.text
    asked = guest.send(check, step="make")
    assert "We sent a code and a link to aida@example.org" in asked.text
    pledge = Pledge.objects.get()
    money = guest.send(asked, code=make.newest_code(pledge))
    pledge.refresh_from_db()
    assert pledge.status == "confirmed"
    assert "Your promise stands. You need not pay yet" in money.text
    assert "The village adds 1,500 som to yours." in money.text
    assert money.status == 200


def test_the_link_in_the_message_shows_one_button_and_confirms_only_with_it(guest, world):
    made(guest, world)
    pledge = Pledge.objects.get()
    page = guest.go(f"/m/{pledge_token(pledge, Purpose.CONFIRM)}")
    pledge.refresh_from_db()
    assert pledge.status == "made"
    guest.send(page)
    pledge.refresh_from_db()
    assert pledge.status == "confirmed"


def test_a_second_tap_makes_no_second_promise(guest, world):
    check = checked(guest, world)
    guest.send(check, step="make")
    again = guest.send(check, step="make")
    assert Pledge.objects.count() == 1
    assert "We sent a code" in again.text


def test_back_and_another_sum_with_the_same_form_is_told_kindly(guest, world):
    form = guest.open("pledge", world.project.public_id)
    guest.send(guest.send(form, step="check", **GIFT), step="make")
    other = guest.send(guest.send(form, step="check", **{**GIFT, "amount": "2000"}), step="make")
    assert other.status == 422
    assert "You have sent this form before" in other.text
    assert Pledge.objects.count() == 1


@pytest.mark.parametrize("amount", ["abc", "-5", "1.500,50", "1,500", "0", "", "10", "9" * 20, "1e3"])
def test_a_sum_that_is_none_is_told_at_its_field_and_nothing_is_lost(guest, world, amount):
    page = checked(guest, world, amount=amount)
    if page.status == 200:  # a whole number below the least: the promise itself is refused
        page = guest.send(page, step="make")
    assert page.status == 422
    assert 'id="id_amount-error"' in page.html
    assert "aida@example.org" in page.html
    assert not Pledge.objects.exists()


def test_more_than_is_needed_is_refused_before_the_check(guest, world):
    page = checked(guest, world, amount="10001")
    assert page.status == 422
    assert "is still lacking" in page.text


@pytest.mark.parametrize("contact", ["not an address", "a@b", "12", "+7 000"])
def test_a_contact_that_is_none_is_told_at_its_field(guest, world, contact):
    page = made(guest, world, contact=contact)
    assert page.status == 422
    assert 'id="id_contact-error"' in page.html
    assert not Pledge.objects.exists()


def test_a_phone_will_do(guest, world):
    made(guest, world, contact="8 912 345 67 89")
    assert Pledge.objects.get().contact.value == "+79123456789"


def test_a_chip_fills_in_the_sum_and_keeps_the_rest(guest, world):
    page = guest.send(guest.open("pledge", world.project.public_id), suggest="1000", contact="aida@example.org")
    assert page.form().values["amount"] == "1000"
    assert page.form().values["contact"] == "aida@example.org"


def test_change_leads_back_with_everything_filled_in(guest, world):
    page = guest.send(checked(guest, world, credit_choice="family", credit_line="Asanov family"), step="change")
    values = page.form().values
    assert (values["amount"], values["credit_choice"], values["credit_line"]) == ("1 500", "family", "Asanov family")


def test_a_name_to_thank_is_needed_only_where_one_was_chosen(guest, world):
    page = checked(guest, world, credit_choice="family")
    assert page.status == 422
    assert 'id="id_credit_line-error"' in page.html


def test_every_country_of_the_list_is_taken(guest, world):
    made(guest, world, country="MN")
    assert Pledge.objects.get().country == "MN"


def test_a_wrong_code_is_told_at_its_field_and_a_used_up_one_too(guest, world):
    asked = made(guest, world)
    for _n in range(5):
        page = guest.send(asked, code="000000")
        assert page.status == 422
        assert "This code is not right" in page.text
    assert "used up or too old" in guest.send(asked, code="000000").text
    assert Pledge.objects.get().status == "made"


def test_a_code_in_two_halves_is_read(guest, world):
    asked = made(guest, world)
    code = make.newest_code(Pledge.objects.get())
    assert "Your promise stands" in guest.send(asked, code=f" {code[:3]} {code[3:]} ").text


def test_the_code_page_after_confirming_leads_on(guest, world):
    asked = made(guest, world)
    guest.send(asked, code=make.newest_code(Pledge.objects.get()))
    assert "Where is my money" in guest.go(asked.url).text


def test_somebody_else_took_the_rest_meanwhile(guest, world):
    asked = made(guest, world, amount="6000")
    make.confirmed_pledge(world.project, 5_000_00)
    page = guest.send(asked, code=make.newest_code(Pledge.objects.get(amount_minor=6_000_00)))
    assert page.status == 422
    assert "Only 5,000 som is still lacking" in page.text


def test_a_project_that_takes_nothing_says_so(guest, world):
    make.confirmed_pledge(world.project, 10_000_00)
    page = guest.open("pledge", world.project.public_id)
    assert "does not take promises now" in page.text


def test_a_form_from_elsewhere_is_refused(world):
    stranger = Visitor()
    stranger.open("home")
    response = stranger.client.post(f"/en/p/{world.project.public_id}/give/", GIFT)
    assert response.status_code == 403
