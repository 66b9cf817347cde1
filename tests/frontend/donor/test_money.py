"""“Where is my money”: one sentence, the proof of each step, and only one's own."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings

from birge import clock
from funds.banking.services import reference_for
from funds.cash.models import CashReceipt
from funds.payments.models import Payment
from funds.pledges.models import Pledge
from funds.pledges.services import pledge_lock, pledge_move
from funds.pledges.states import PledgeStatus
from funds.pledges.tokens import Purpose, pledge_token
from tests.factories import funds as make
from tests.factories.pages import Visitor, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make.open_village_project(donors=10_000_00, village=10_000_00)


@pytest.fixture
def guest():
    return Visitor()


def due(world):
    """Return a promise over the whole plan: it is asked to be paid."""
    pledge = make.confirmed_pledge(world.project, 10_000_00)
    pledge.refresh_from_db()
    return pledge


def money(guest, pledge):
    return guest.open("money", pledge_token(pledge))


def test_before_the_contact_is_proven_it_is_no_promise_and_nothing_here_proves_it(guest, world):
    pledge = make.pledge(world.project)
    page = money(guest, pledge)
    assert "This is not a promise yet" in page.text
    assert pledge_token(pledge, Purpose.CONFIRM) not in page.html
    assert at("pledge_code", pledge_token(pledge)) in page.html


def test_a_due_promise_says_how_much_until_when_and_how(guest, world):
    page = money(guest, due(world))
    assert "Everything has come together. Please pay 10,000 som by" in page.text
    assert "1280016000000000" in page.text
    assert "Write this with it" in page.text


def test_what_is_due_while_the_project_still_raises_does_not_say_that_all_has_come_together(guest, world):
    pledge = make.confirmed_pledge(world.project, 500_00)
    pledge_move(pledge_lock(pledge), PledgeStatus.DUE, reason="a month’s part")
    page = money(guest, pledge)
    assert "Please pay 500 som by" in page.text
    assert "come together" not in page.text.split("Please pay 500 som by")[0]


def test_a_way_that_does_not_work_today_says_so_and_shows_no_account(guest, world):
    world.custodian.payment_methods.update(works=False, note_en="The bank stopped transfers from Russia.")
    page = money(guest, due(world))
    assert "does not work today" in page.text
    assert "The bank stopped transfers from Russia." in page.text
    assert "1280016000000000" not in page.text


def test_arrived_money_says_who_holds_it_and_each_step_leads_to_the_public_ledger(guest, world):
    pledge = due(world)
    payment = make.pay(world, pledge)
    page = money(guest, pledge)
    assert f"Your 10,000 som has arrived. {world.custodian.name_ru} holds it" in page.text
    entry = guest.go(page.link(str(payment.entry_id)))
    assert entry.status == 200
    assert "10,000 som" in entry.text
    assert pledge.public_id not in entry.text


def test_after_money_left_it_says_who_signed_and_what_receipts_show(guest):
    world = make.under_way(donors=10_000_00, village=10_000_00, stages=2)
    release = make.released(world)
    make.receipt(world, release, 4_000_00)
    pledge = Pledge.objects.get()
    page = money(guest, pledge)
    assert "10,000 som was paid out for the work and 10,000 som is still held." in page.text
    assert f"signed for {world.project.administration.name_ru} and for {world.association.name_ru}" in page.text
    assert "Receipts show what 0 som of 10,000 som was spent on." in page.text
    assert world.head.name not in page.text
    assert guest.go(page.link(str(release.entry_id))).status == 200


def test_the_payer_says_yes_and_it_is_in_the_books(guest, world):
    pledge = due(world)
    payment = make.record(world, pledge)
    page = money(guest, pledge)
    assert "It counts when a second person confirms it." in page.text
    done = guest.send(page, f"yes/{payment.public_id}/")
    payment.refresh_from_db()
    assert payment.status == "confirmed"
    assert "It is in the books" in done.text


def test_who_gave_cash_finds_its_receipt_before_and_after_it_is_confirmed(guest, world):
    pledge = due(world)
    payment = make.record(world, pledge, kind="cash")
    page = money(guest, pledge)
    number = CashReceipt.objects.get(payment=payment).label
    assert f"Receipt for cash No. {number}" in page.text
    assert "10,000 som" in guest.go(page.link("/cash/")).text
    assert f"Receipt for cash No. {number}" in guest.send(page, f"yes/{payment.public_id}/").text


def test_the_payer_says_no_and_nothing_is_booked(guest, world):
    pledge = due(world)
    payment = make.record(world, pledge)
    guest.send(money(guest, pledge), f"no/{payment.public_id}/")
    payment.refresh_from_db()
    assert payment.status == "refused"


def test_yes_said_twice_books_once(guest, world):
    pledge = due(world)
    payment = make.record(world, pledge)
    page = money(guest, pledge)
    guest.send(page, f"yes/{payment.public_id}/")
    assert guest.send(page, f"yes/{payment.public_id}/").status == 200
    assert Payment.objects.filter(status="confirmed").count() == 1


def test_part_of_it_arrived_and_the_rest_can_be_paid_from_the_same_page(guest, world):
    pledge = due(world)
    make.pay(world, pledge, 4_000_00)
    page = money(guest, pledge)
    assert "4,000 som has arrived. Please pay the other 6,000 som by" in page.text
    rest = Pledge.objects.exclude(pk=pledge.pk).get()
    assert reference_for(rest.group) in page.text


def test_taken_back_while_nothing_was_paid(guest, world):
    pledge = make.confirmed_pledge(world.project)
    page = guest.send(money(guest, pledge), "withdraw/")
    assert "You took this promise back. You owe nothing." in page.text
    assert not page.offers("withdraw/")


def test_taken_back_twice_says_so_and_does_no_harm(guest, world):
    pledge = make.confirmed_pledge(world.project)
    page = money(guest, pledge)
    guest.send(page, "withdraw/")
    assert guest.send(page, "withdraw/").status == 200
    pledge.refresh_from_db()
    assert pledge.status == "withdrawn"


def test_recorded_money_cannot_be_taken_back(guest, world):
    pledge = due(world)
    page = money(guest, pledge)
    make.record(world, pledge)
    assert "Please ask for a refund instead" in guest.send(page, "withdraw/").text


def test_the_name_to_thank_is_changed_and_taken_away(guest, world):
    pledge = make.confirmed_pledge(world.project)
    page = guest.send(money(guest, pledge), "credit/", credit_choice="group", credit_line="Daughters of Ak-Suu")
    assert "Daughters of Ak-Suu" in page.text
    page = guest.send(page, "credit/", credit_choice="nobody", credit_line="")
    assert "Nobody: only the sum and the day" in page.text
    page = guest.send(page, "credit/", credit_choice="own_name", credit_line=" ")
    assert page.status == 422


def test_asked_again_a_promise_is_prolonged(guest, world):
    pledge = make.confirmed_pledge(world.project)
    Pledge.objects.filter(pk=pledge.pk).update(
        horizon=clock.today() + dt.timedelta(days=3), horizon_asked_on=clock.today()
    )
    page = money(guest, pledge)
    assert "Do you want it to stand longer?" in page.text
    guest.send(page, "prolong/")
    pledge.refresh_from_db()
    assert pledge.horizon == clock.today() + dt.timedelta(days=settings.PLEDGE_HORIZON_DAYS)


def test_forgotten_the_link_opens_nothing_any_more(guest, world):
    pledge = make.confirmed_pledge(world.project)
    page = money(guest, pledge)
    assert guest.send(page, "forget/").url == at("home")
    assert guest.go(page.url).status == 404


def test_play_money_pays_the_whole_promise(guest, world):
    make.switch_on(world, "sandbox")
    pledge = due(world)
    page = money(guest, pledge)
    paid = guest.send(page, "pay/")
    again = guest.send(page, "pay/")
    assert "has arrived" in paid.text
    assert again.status == 200
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("name", ["money", "pledge_code", "pledge_confirm"])
def test_a_wrong_link_leads_nowhere(guest, world, name):
    pledge = make.confirmed_pledge(world.project)
    other = make.pledge(world.project)
    wrong = f"{pledge.public_id}-{pledge_token(other).partition('-')[2]}"
    for token in (wrong, pledge.public_id, "x", f"{pledge_token(pledge)}x"):
        assert guest.open(name, token).status == 404


def test_a_link_good_for_looking_confirms_nothing(guest, world):
    pledge = make.pledge(world.project)
    assert guest.open("pledge_confirm", pledge_token(pledge)).status == 404
    assert guest.post("pledge_confirm", pledge_token(pledge)).status == 404
    pledge.refresh_from_db()
    assert pledge.status == "made"


def test_another_donors_payment_is_not_mine_to_confirm(guest, world):
    mine, theirs = make.confirmed_pledge(world.project, 4_000_00), make.confirmed_pledge(world.project, 6_000_00)
    theirs.refresh_from_db()
    payment = make.record(world, theirs)
    for name in ("payment_confirm_mine", "payment_refuse_mine"):
        assert guest.post(name, pledge_token(mine), payment.public_id).status == 404
    payment.refresh_from_db()
    assert payment.status == "recorded"


def test_what_the_officer_could_hold_the_link_of_is_not_confirmed_by_link(guest, world):
    pledge = make.pledge(world.project, 10_000_00, actor=world.officer, on_behalf=True, contact=None)
    make.confirm(pledge, how="call_back", actor=world.officer, reason="called +996 700 000000 at noon")
    payment = make.record(world, pledge)
    page = guest.post("payment_confirm_mine", pledge_token(pledge), payment.public_id)
    assert "Please let a second officer confirm this payment." in page.text
    payment.refresh_from_db()
    assert payment.status == "recorded"


def test_nothing_of_the_page_is_kept_by_browsers_or_search_engines(guest, world):
    pledge = make.confirmed_pledge(world.project)
    response = guest.client.get(at("money", pledge_token(pledge)))
    assert "no-store" in response["Cache-Control"]
    assert 'name="robots" content="noindex"' in response.content.decode()


@pytest.mark.parametrize("path", ["credit", "withdraw", "prolong", "forget", "pay"])
def test_looking_changes_nothing(guest, world, path):
    pledge = make.confirmed_pledge(world.project)
    response = guest.client.get(f"/en/money/{pledge_token(pledge)}/{path}/")
    assert response.status_code == 405
