"""The custodian's desk after a card has paid: giving back, disputes, payouts, the reserve; and what everyone sees."""

from __future__ import annotations

import pytest

from funds.ledger import codes
from funds.ledger.balances import balance
from funds.payments.models import ReserveMove, StripeDispute, StripePayout, StripeQuarantine, StripeRefundOrder
from funds.settlement.services import payout_line
from tests.factories import after, cards
from tests.factories import funds as make
from tests.factories.pages import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def double(settings, monkeypatch):
    with cards.running(settings, monkeypatch) as stripe:
        stripe.fee = stripe.fee_percent = 0
        yield stripe


@pytest.fixture
def world(double):
    made = make.open_village_project()
    cards.account(made.custodian)
    return made


@pytest.fixture
def payment(world):
    return after.by_card(world, make.confirmed_pledge(world.project, 1_000_00))


def test_two_officers_give_a_part_back_on_the_desk(world, payment):
    first, second = Visitor(world.officer), Visitor(world.second_officer)
    page = first.open("custodian_payment", payment.public_id)
    asked = first.send(page, "card-refund/", amount="300", reason="она ошиблась суммой")
    assert "Another officer must agree." in asked.text
    order = StripeRefundOrder.objects.get()
    assert order.amount_minor == 300_00
    desk = second.open("custodian", world.custodian.public_id)
    assert "1 refund to a card to agree to" in desk.text
    listed = second.open("custodian_stripe", world.custodian.public_id)
    theirs = second.go(listed.link(order.public_id))
    done = second.send(theirs, "agree/", code=second.code)
    assert "Agreed. Stripe sends it back." in done.text
    order.refresh_from_db()
    assert order.status == "ordered"


def test_too_much_is_refused_in_words(world, payment):
    first = Visitor(world.officer)
    page = first.open("custodian_payment", payment.public_id)
    assert "So much is not left of this payment." in first.send(page, "card-refund/", amount="5000", reason="нет").text


def test_a_dispute_shows_the_day_by_which_to_answer(double, world):
    intent = cards.paid_at_stripe(double, make.confirmed_pledge(world.project, 1_000_00))
    double.dispute(intent["id"])
    cards.told(double)
    officer = Visitor(world.officer)
    assert "1 dispute to answer" in officer.open("custodian", world.custodian.public_id).text
    listed = officer.open("custodian_stripe", world.custodian.public_id)
    assert "answer at Stripe by" in listed.text
    page = officer.go(listed.link(StripeDispute.objects.get().public_id))
    assert "Without an answer it is lost." in page.text
    assert "fraudulent" in page.text
    public = Visitor().open("project", world.project.public_id)
    assert "The bank of a giver disputes" in public.text


def test_a_payout_is_tied_to_its_line(world, payment):
    payout = after.payout(world)
    line = after.bank_line(world.custodian, payout.arrives_on, payout.amount_minor)
    officer = Visitor(world.officer)
    listed = officer.open("custodian_stripe", world.custodian.public_id)
    assert "not tied to a line of the bank yet" in listed.text
    page = officer.go(listed.link(payout.public_id))
    assert "Tied. The line is explained." in officer.send(page, "tie/", line=line.public_id).text
    assert payout_line(payout) == line


def test_payouts_by_hand_are_warned_of(world, payment):
    after.payout(world)
    StripePayout.objects.update(automatic=False)
    shown = Visitor(world.officer).open("custodian_stripe", world.custodian.public_id)
    assert "Please switch to automatic payouts at Stripe" in shown.text


def test_the_reserve_is_filled_and_covers_what_a_project_lacks(world, payment):
    first, second = Visitor(world.officer), Visitor(world.second_officer)
    after.shortfall(world, 50_00)
    ref = world.custodian.public_id
    public = Visitor().open("project", world.project.public_id)
    assert "was taken back by the bank of a giver" in public.text
    assert "was taken back by the bank of a giver" in Visitor().open("project_ledger", world.project.public_id).text
    page = first.open("custodian_reserve", ref)
    first.send(page, "fill/", amount="80", reference="OWN-1", reason="свои деньги фонда")
    asked = first.send(first.open("custodian_reserve", ref), "cover/", project=world.project.public_id, amount="50",
                       reason="банк забрал")  # fmt: skip
    assert "So much is not in the reserve." in asked.text
    assert "1 wish for the reserve" in second.open("custodian", ref).text
    theirs = second.open("custodian_reserve_move", ReserveMove.objects.get().public_id)
    assert "Agreed. It is in the books." in second.send(theirs, "agree/", code=second.code).text
    page = first.open("custodian_reserve", ref)
    first.send(page, "cover/", project=world.project.public_id, amount="50", reason="банк забрал")
    move = ReserveMove.objects.get(kind="cover")
    assert "You have asked for it." in first.open("custodian_reserve_move", move.public_id).text


def test_what_nobody_asked_for_is_booked_as_unknown_on_the_desk(double, world):
    double.charge(5_00, "kgs", {}, odd={"fee": 0})
    cards.told(double)
    item = StripeQuarantine.objects.get()
    first, second = Visitor(world.officer), Visitor(world.second_officer)
    page = first.open("custodian_stripe_item", item.public_id)
    first.send(page, "explain/", decision="book", reason="дар без нашей ссылки")
    theirs = second.open("custodian_stripe_item", item.public_id)
    assert "Agreed. It is done." in second.send(theirs, "agree/", code=second.code).text
    assert balance(codes.unidentified(world.custodian.public_id), "KGS") == 5_00


def test_another_custodians_things_do_not_exist(world, payment):
    stranger = Visitor(make.open_village_project().officer)
    payout = after.payout(world)
    order = after.asked_back(world, payment)
    assert stranger.open("custodian_payout", payout.public_id).status == 404
    assert stranger.open("custodian_card_refund", order.public_id).status == 404
    assert stranger.open("custodian_reserve", world.custodian.public_id).status == 404
    assert stranger.open("custodian_stripe", world.custodian.public_id).status == 404
