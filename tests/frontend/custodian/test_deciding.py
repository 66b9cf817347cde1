"""A second person decides: with a second factor, never the one who asked, and only in their own custodian's books."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator

from funds.payments.services import payment_confirm
from funds.releases.models import Correction
from funds.settlement.facts import held_minor
from tests.factories import funds as make
from tests.factories.pages import Visitor, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make.open_village_project(donors=10_000_00, village=10_000_00)


@pytest.fixture
def payment(world):
    return make.record(world, make.confirmed_pledge(world.project, 3_000_00))


@pytest.fixture
def colleague(world):
    return Visitor(world.second_officer)


def test_who_wrote_it_down_is_refused_even_with_a_right_code(world, payment):
    officer = Visitor(world.officer)
    page = officer.post("custodian_payment_deed", payment.public_id, "confirm", key="k1", code=officer.code)
    assert page.status == 403
    assert "Who recorded it cannot confirm it." in page.text
    assert held_minor(world.project) == 0


@pytest.mark.parametrize("code", ["000000", "", "abc", "12345678901234567890"])
def test_a_wrong_or_missing_code_is_told_at_its_field(world, payment, colleague, code):
    page = colleague.send(colleague.open("custodian_payment", payment.public_id), "confirm/", code=code)
    assert page.status == 422
    assert 'id="confirm_code-error"' in page.html
    assert held_minor(world.project) == 0


def test_after_five_wrong_codes_one_waits(payment, colleague):
    page = colleague.open("custodian_payment", payment.public_id)
    for _n in range(5):
        colleague.send(page, "confirm/", code="000000")
    assert "Too many wrong codes" in colleague.send(page, "confirm/", code=colleague.code).text


def test_without_a_second_factor_one_is_led_to_set_it_up(payment, colleague):
    Authenticator.objects.filter(user=colleague.user).delete()
    page = colleague.send(colleague.open("custodian_payment", payment.public_id), "confirm/", code="123456")
    assert page.url == at("mfa_index")
    payment.refresh_from_db()
    assert payment.status == "recorded"


def test_a_second_tap_confirms_once_and_says_the_same(world, payment, colleague):
    page = colleague.open("custodian_payment", payment.public_id)
    code = colleague.code
    first, second = (colleague.send(page, "confirm/", code=code) for _n in range(2))
    assert first.url == second.url
    assert "Confirmed. It is in the books." in second.text
    assert held_minor(world.project) == 3_000_00


def test_an_old_page_says_that_it_is_done(world, payment, colleague):
    page = colleague.open("custodian_payment", payment.public_id)
    payment_confirm(payment=payment, actor=world.second_officer, proof=make.factor(world.second_officer))
    late = colleague.send(page, "refuse/", reason="It never came.")
    assert late.url == at("custodian_payment", payment.public_id)
    assert "cannot become" in late.text
    payment.refresh_from_db()
    assert payment.status == "confirmed"


def test_money_that_is_not_there_is_refused_with_a_reason(payment, colleague):
    page = colleague.open("custodian_payment", payment.public_id)
    assert 'id="refuse_reason-error"' in colleague.send(page, "refuse/", reason="  ").html
    said = colleague.send(page, "refuse/", reason="It never came.")
    assert "Refused: It never came." in said.text


def test_a_mistake_is_taken_back_by_two_persons(world, colleague):
    payment = make.pay(world, make.confirmed_pledge(world.project, 3_000_00))
    officer = Visitor(world.officer)
    officer.send(officer.open("custodian_payment", payment.public_id), "correct/", reason="Typed twice.")
    wish = Correction.objects.get()
    mine = officer.open("custodian_correction", wish.public_id)
    assert not mine.offers("approve/")
    refused = officer.post("custodian_correction_deed", wish.public_id, "approve", key="k1", code=officer.code)
    assert (refused.status, held_minor(world.project)) == (403, 3_000_00)
    agreed = colleague.send(colleague.open("custodian_correction", wish.public_id), "approve/", code=colleague.code)
    assert "It is taken out" in agreed.text
    assert held_minor(world.project) == 0


def test_a_mistake_that_is_none_stays(world, colleague):
    payment = make.pay(world, make.confirmed_pledge(world.project, 3_000_00))
    officer = Visitor(world.officer)
    officer.send(officer.open("custodian_payment", payment.public_id), "correct/", reason="Typed twice.")
    wish = Correction.objects.get()
    said = colleague.send(colleague.open("custodian_correction", wish.public_id), "refuse/", reason="It is right.")
    assert "Refused: It is right." in said.text
    assert held_minor(world.project) == 3_000_00


def test_the_books_of_another_custodian_do_not_exist(world, payment):
    other = make.open_village_project()
    stranger = Visitor(other.officer)
    addresses = [
        ("custodian", world.custodian.public_id), ("custodian_balances", world.custodian.public_id),
        ("custodian_payments", world.custodian.public_id), ("custodian_waiting", world.custodian.public_id),
        ("custodian_money", world.custodian.public_id), ("custodian_village", world.custodian.public_id),
        ("custodian_unknown", world.custodian.public_id), ("custodian_promise", world.custodian.public_id),
        ("custodian_refunds", world.custodian.public_id), ("custodian_ways", world.custodian.public_id),
        ("custodian_payment", payment.public_id), ("custodian_pledge", payment.pledge_ref),
        ("custodian_record", payment.pledge_ref), ("project_stop", world.project.public_id),
    ]  # fmt: skip
    for name, ref in addresses:
        assert stranger.open(name, ref).status == 404, name
    sent = stranger.post("custodian_payment_deed", payment.public_id, "confirm", key="k", code=stranger.code)
    assert sent.status == 404


@pytest.mark.parametrize("who", ["head", "signatory", "finance_officer"])
def test_who_holds_no_office_at_a_custodian_has_no_such_desk(world, payment, who):
    visitor = Visitor(getattr(world, who))
    assert visitor.open("custodian_home").status == 403
    assert visitor.open("custodian", world.custodian.public_id).status == 404
    assert visitor.open("custodian_payment", payment.public_id).status == 404


def test_a_guest_is_asked_to_sign_in(world, payment):
    page = Visitor().open("custodian_payment", payment.public_id)
    assert "/accounts/login/" in page.url


def test_a_suspended_custodian_can_do_nothing(world, colleague):
    world.custodian.status = "suspended"
    world.custodian.save()
    assert colleague.open("custodian", world.custodian.public_id).status == 403


def test_pages_of_the_desk_are_never_kept(world, colleague):
    response = colleague.client.get(at("custodian", world.custodian.public_id))
    assert "no-store" in response["Cache-Control"]
