"""A donor's page when money goes back or on: choose beforehand, say no in one tap, name an account, take receipts."""

import datetime as dt

import pytest

from birge import clock
from funds.payments.models import Payment
from funds.pledges.models import Pledge
from funds.pledges.tokens import pledge_token
from funds.pools.models import PoolGift
from funds.pools.tokens import pool_gift_token
from funds.releases.models import Refund
from funds.returns.models import BackAccount, PartStatus, RefundPart, Wish
from funds.settlement.services import tick
from tests.factories import funds as make
from tests.factories import pools
from tests.factories import returns as back
from tests.factories.pages import Visitor, at
from tests.factories.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def guest():
    return Visitor()


def paid():
    world = make.open_village_project()
    pledge = back.paid_gift(world, 2_000_00)
    return world, pledge, pledge_token(pledge)


def test_a_donor_chooses_beforehand_and_may_change_it(guest):
    _world, pledge, token = paid()
    page = guest.open("money", token)
    assert "Give it back to me" in page.text
    saved = guest.send(page, at("wish_change", token), choice="village")
    assert "Saved." in saved.text
    assert Wish.objects.get().group == pledge.group
    assert "another project of this village" in guest.open("money", token).text
    assert guest.send(page, at("wish_change", token), choice="gold").status == 422


def test_one_tap_says_no_and_the_page_says_what_comes_next(guest):
    world, pledge, token = paid()
    to = back.beside(world)
    back.choose_village(pledge)
    back.give_up(world)
    page = guest.open("money", token)
    assert f"goes to “{to.title('en')}” on" in page.text
    after = guest.send(page, at("move_refuse", token))
    assert "It goes back to you" in after.text
    assert RefundPart.objects.get().status == PartStatus.OFFICER
    assert at("move_refuse", token) not in after.html


def test_opening_the_link_says_no_to_nothing(guest):
    world, pledge, token = paid()
    back.beside(world)
    back.choose_village(pledge)
    back.give_up(world)
    assert guest.client.get(at("move_refuse", token)).status_code == 405
    assert RefundPart.objects.get().status == PartStatus.OFFERED


def test_after_it_moved_the_old_page_leads_to_the_new_one(guest):
    world, pledge, token = paid()
    to = back.beside(world)
    back.choose_village(pledge)
    back.give_up(world)
    with clock.moved_to(clock.now() + dt.timedelta(days=14)):
        tick()
    page = guest.open("money", token)
    assert "Your money went on to another project, as you chose." in page.text
    assert "went back to you" not in page.text
    moved = Pledge.objects.get(project=to)
    assert pledge_token(moved) in page.html
    assert "arrived" in guest.open("money", pledge_token(moved)).text


def test_while_it_waits_the_donor_names_an_account_and_can_take_it_away(guest):
    world, _pledge, token = paid()
    assert at("back_account", token) not in guest.open("money", token).html
    back.give_up(world)
    page = guest.open("money", token)
    wrong = guest.send(page, at("back_account", token), holder="А. Асанов", account="", bank="")
    assert wrong.status == 422
    guest.send(page, at("back_account", token), holder="А. Асанов", account="1280 01", bank="Банк")
    assert BackAccount.objects.get().account == "128001"
    guest.send(page, at("back_account", token), holder="", account="", bank="")
    assert not BackAccount.objects.exists()


def test_each_payment_and_each_refund_has_a_receipt_and_only_behind_ones_own_link(guest):
    world, pledge, token = paid()
    payment = Payment.objects.get(group=pledge.group)
    address = at("receipt_pdf", token, payment.public_id)
    assert address in guest.open("money", token).html
    answer = guest.client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF")
    other = pledge_token(back.paid_gift(world, 300_00))
    assert guest.client.get(at("receipt_pdf", other, payment.public_id)).status_code == 404
    back.give_up(world)
    refund = Refund.objects.get(payment=payment)
    assert guest.client.get(at("back_receipt_pdf", token, refund.public_id)).status_code == 404
    back.send_back(world, refund)
    assert at("back_receipt_pdf", token, refund.public_id) in guest.open("money", token).html
    assert guest.client.get(at("back_receipt_pdf", token, refund.public_id)).status_code == 200


def test_a_pools_giver_has_one_too(guest):
    world = pools.pool_with_money()
    payment = Payment.objects.filter(pool_ref=world.pool.public_id).first()
    gift = PoolGift.objects.get(public_id=payment.group)
    token = pool_gift_token(gift)
    address = at("pool_receipt_pdf", token, payment.public_id)
    assert address in guest.open("pool_gift", token).html
    assert guest.client.get(address).status_code == 200


def test_a_signed_in_donor_takes_the_year_along(guest):
    _world, pledge, _token = paid()
    user = person()
    address = at("my_year_pdf", clock.today().year)
    assert guest.client.get(address).status_code == 302
    guest.client.force_login(user)
    assert guest.client.get(address).status_code == 404
    Pledge.objects.filter(group=pledge.group).update(donor=user)
    assert guest.client.get(address).content.startswith(b"%PDF")
    assert address in guest.open("desk").html


def test_everyone_reads_on_the_projects_page_how_far_it_is(guest):
    world = make.open_village_project()
    back.many_gifts(world, [100_00] * 6, kind="sandbox")
    back.paid_gift(world, 400_00)
    back.give_up(world)
    text = guest.open("project", world.project.public_id).text
    assert "Of 1,000 som to go back, 600 som has gone. 6 of 7 gifts are back; 1 waits for an officer." in text


def test_a_handful_of_gifts_is_not_counted_in_public(guest):
    world, _pledge, _token = paid()
    back.give_up(world)
    text = guest.open("project", world.project.public_id).text
    assert "Of 2,000 som to go back, 0 som has gone." in text
    assert "gifts are back" not in text
