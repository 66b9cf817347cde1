"""Paying into a pool: announced on two pages, paid as the third one says, confirmed or denied by the signed link."""

from __future__ import annotations

import pytest

from birge.notifications.models import Notice
from funds.banking.services import reference_for
from funds.payments.models import Payment
from funds.pools.models import PoolGift, PoolGiver
from funds.pools.tokens import pool_gift_token
from tests.factories import funds as make
from tests.factories import pools
from tests.factories.pages import Visitor, at

pytestmark = pytest.mark.django_db
GIVES = {"amount": "1 500", "contact": "aida@example.org", "credit_choice": "nobody"}


@pytest.fixture
def guest():
    return Visitor()


@pytest.fixture
def world():
    return pools.pool_of()


def gift_page(visitor, gift):
    return visitor.open("pool_gift", pool_gift_token(gift))


def test_form_check_page_and_then_how_to_pay(guest, world):
    form = guest.open("pool_pay", world.pool.public_id)
    form.form("/pay/").names.add("step")
    check = send(guest, form, step="check", **GIVES, credit_line="")
    assert "1,500 som" in check.text
    assert world.custodian.name("en") in check.text
    assert PoolGift.objects.count() == 0
    page = send(guest, check, step="make")
    gift = PoolGift.objects.get()
    assert f"/pools/gift/{gift.public_id}-" in page.url
    assert "1280016000000000" in page.text
    assert f"Write this with it {reference_for(gift.public_id)}" in page.text
    assert Notice.objects.count() == 1


def send(visitor, page, **values):
    """Press one of several buttons of the form that pays in."""
    page.form("/pay/").names.add("step")
    form = page.form("/pay/")
    data = {**form.values, **values}
    return visitor._page(visitor.client.post(form.action, data, follow=True), form.action)


def test_going_back_from_the_check_page_keeps_what_was_typed(guest, world):
    check = send(guest, guest.open("pool_pay", world.pool.public_id), step="check", **GIVES)
    again = send(guest, check, step="change")
    assert again.form("/pay/").values["amount"] == "1 500"
    assert again.form("/pay/").values["contact"] == "aida@example.org"
    assert "Please check" not in again.text


def test_a_suggested_sum_is_filled_in(guest, world):
    page = send(guest, guest.open("pool_pay", world.pool.public_id), suggest="500", contact="aida@example.org")
    assert page.form("/pay/").values["amount"] == "500"
    assert page.form("/pay/").values["contact"] == "aida@example.org"


def test_a_second_tap_announces_once(guest, world):
    check = send(guest, guest.open("pool_pay", world.pool.public_id), step="check", **GIVES)
    first, second = (send(guest, check, step="make") for _n in range(2))
    assert first.url == second.url
    assert PoolGift.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": "five"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": ""}, "amount"),
        ({"contact": ""}, "contact"),
        ({"credit_choice": "family", "credit_line": ""}, "credit_line"),
    ],
)
def test_what_is_typed_wrongly_is_said_beside_its_field(guest, world, wrong, field):
    page = send(guest, guest.open("pool_pay", world.pool.public_id), step="check", **{**GIVES, **wrong})
    assert page.status == 422
    assert f'id="id_{field}-error"' in page.html
    assert PoolGift.objects.count() == 0


@pytest.mark.parametrize(("contact", "amount"), [("no contact at all", "100"), ("aida@example.org", "0")])
def test_what_only_the_service_knows_is_said_beside_its_field_too(guest, world, contact, amount):
    check = send(
        guest,
        guest.open("pool_pay", world.pool.public_id),
        step="check",
        **{**GIVES, "contact": contact, "amount": amount},
    )
    page = send(guest, check, step="make") if check.status == 200 else check
    assert page.status == 422
    assert "errors" in page.html
    assert PoolGift.objects.count() == 0


def test_who_is_signed_in_need_not_type_an_address(world):
    person = make.person(email="aida@example.org")
    visitor = Visitor(person)
    check = send(visitor, visitor.open("pool_pay", world.pool.public_id), step="check", **{**GIVES, "contact": ""})
    assert "aida@example.org" in check.text
    send(visitor, check, step="make")
    assert PoolGiver.objects.get().user == person


def test_a_pool_that_takes_nothing_has_no_form(guest, world):
    world.pool.status = "closed"
    world.pool.save()
    page = guest.open("pool_pay", world.pool.public_id)
    assert page.url == at("pool", world.pool.public_id)
    assert "This pool takes no more money." in page.text


def test_the_giver_says_yes_to_money_that_an_officer_wrote_down(guest, world):
    gift = pools.announced(world, 500_00)
    payment = pools.recorded(world, gift)
    page = gift_page(guest, gift)
    assert "500 som is written down." in page.text
    assert "How to pay" not in page.text
    done = guest.send(page, f"yes/{payment.public_id}/")
    assert "It is in the books." in done.text
    assert "500 som has arrived." in done.text
    assert guest.go(done.link("/ledger/")).status == 200


def test_the_giver_says_no(guest, world):
    gift = pools.announced(world, 500_00)
    payment = pools.recorded(world, gift)
    guest.send(gift_page(guest, gift), f"no/{payment.public_id}/")
    payment.refresh_from_db()
    assert payment.status == "refused"
    assert Payment.objects.filter(status="confirmed").count() == 0


def test_a_link_answers_for_its_own_payment_only(guest, world):
    mine, other = pools.announced(world), pools.announced(world)
    payment = pools.recorded(world, other)
    assert guest.post("pool_gift_yes", pool_gift_token(mine), payment.public_id).status == 404
    assert guest.open("pool_gift", f"{mine.public_id}-aaaaaaaaaaaaaaaa").status == 404


def test_what_was_announced_can_be_taken_back_until_money_came(guest, world):
    gift = pools.announced(world)
    done = guest.send(gift_page(guest, gift), "withdraw/")
    assert "You owe nothing." in done.text
    paid = pools.announced(world)
    pools.paid_in(world, gift=paid)
    assert not gift_page(guest, paid).offers("withdraw/")
    late = guest.post("pool_gift_withdraw", pool_gift_token(paid))
    assert "This is paid already." in late.text


def test_the_words_of_thanks_can_be_changed_and_everything_forgotten(guest, world):
    gift = pools.announced(world, credit_line="Aida")
    pools.paid_in(world, gift=gift)
    page = guest.send(gift_page(guest, gift), "credit/", credit_choice="group", credit_line="Daughters of Ak-Suu")
    assert "Daughters of Ak-Suu" in page.text
    page = guest.send(page, "credit/", credit_choice="nobody", credit_line="Aida")
    assert PoolGiver.objects.get(gift=gift).credit_line == ""
    token = pool_gift_token(gift)
    guest.send(page, "forget/")
    assert not PoolGiver.objects.filter(gift=gift).exists()
    assert guest.open("pool_gift", token).status == 404
    gift.refresh_from_db()
    assert not gift_page(guest, gift).offers("forget/")


def test_wrong_words_of_thanks_stay_on_the_page(guest, world):
    gift = pools.announced(world)
    page = guest.send(gift_page(guest, gift), "credit/", credit_choice="group", credit_line="")
    assert page.status == 422
    assert "Please write the words to show" in page.text


def test_a_short_link_leads_to_the_page_in_the_givers_language(guest, world):
    gift = pools.announced(world, language="ky")
    response = guest.client.get(f"/g/{pool_gift_token(gift)}")
    assert response.status_code == 302
    assert response["Location"] == f"/ky/pools/gift/{pool_gift_token(gift)}/"
    assert guest.client.get("/g/nothing").status_code == 404


def test_what_one_paid_in_once_stands_on_ones_own_desk(world):
    giver = make.person()
    gift = pools.announced(world, 700_00, actor=giver)
    page = Visitor(giver).open("desk")
    assert "700 som" in page.text
    assert page.link(f"/pools/gift/{gift.public_id}-")
