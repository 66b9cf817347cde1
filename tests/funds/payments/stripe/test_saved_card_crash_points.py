"""Scenario 1 for saved cards: killed before any statement and any call while one is saved, planned, charged, declined.

Whatever runs next (the tick, the worker, an event, the sweep) leads to one charge and one booking.
"""

import datetime as dt

import pytest
import time_machine

from birge import clock
from funds.ledger.checks import check_ledger
from funds.ledger.models import Entry
from funds.payments.models import CardCharge, Payment, SavedCard, StripeAccount, StripeAttempt
from funds.payments.providers.stripe.sweep import sweep
from tests.factories import cards
from tests.factories import funds as make
from tests.factories import saved_cards as saved
from tests.support.dying import MOST_STEPS, kill_at_each_step, run_until

# On the database of production only: a fresh clone has 25 minutes for everything.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.postgresql]
ALL = 10_000_00


def account():
    return StripeAccount.objects.select_related("custodian").get()


@pytest.mark.parametrize("found_by", ["worker", "sweep"])
def test_01_killed_between_charge_and_booking_it_is_booked_once(double, world, found_by):
    saved.promised(double, world)
    make.confirmed_pledge(world.project, ALL - saved.AMOUNT)

    def check():
        assert StripeAttempt.objects.count() <= 1
        assert len(double.charged()) <= 1

    with time_machine.travel(clock.now() + dt.timedelta(days=1)):
        if found_by == "sweep":
            begun = next(step for step in range(1, MOST_STEPS) if _charged_when_killed(double, step))
            assert begun
            assert kill_at_each_step(lambda: sweep(account()), look=check) > 5
        else:
            assert kill_at_each_step(saved.charges_run, look=check) > 10
        saved.charges_run()
    assert len(double.charged()) == Payment.objects.count() == StripeAttempt.objects.count() == 1
    assert Entry.objects.filter(kind="payment.received").count() == 1
    assert CardCharge.objects.get().status == "paid"
    assert cards.at_stripe(world.custodian) == double.balance()
    assert check_ledger() == []


def _charged_when_killed(double, step):
    run_until(saved.charges_run, step)
    return bool(double.charged())


def test_01_killed_around_a_no_it_is_counted_and_told_once(double, world):
    saved.promised(double, world, saved.AMOUNT, "4000000000009995")
    make.confirmed_pledge(world.project, ALL - saved.AMOUNT)

    def check():
        assert len([each for each in double.intents() if each["status"] != "canceled"]) <= 1
        assert CardCharge.objects.get().tries <= 1

    with time_machine.travel(clock.now() + dt.timedelta(days=1)):
        assert kill_at_each_step(saved.charges_run, look=check) > 10
        cards.told(double)
    charge = CardCharge.objects.get()
    assert (charge.tries, charge.status) == (1, "planned")
    assert len(make.notices("card_again")) == 1
    assert {each["status"] for each in double.intents()} == {"canceled"}
    assert double.charged() == []


def test_01_killed_while_a_card_is_saved_there_is_one_page_and_one_card(double, world):
    given = make.confirmed_pledge(world.project, saved.AMOUNT)

    def check():
        assert SavedCard.objects.count() <= 1

    assert kill_at_each_step(lambda: saved.card_step(given), look=check) > 5
    double.save(saved.card_step(given).url.rsplit("/", 1)[-1])
    assert kill_at_each_step(lambda: saved.known(given), look=check) > 5
    assert SavedCard.objects.get().status == "active"
    assert len(double.cards()) == 1
    assert len(make.notices("card_saved")) == 1


def test_01_killed_while_a_card_is_forgotten_it_is_gone_in_the_end(double, world):
    saved.promised(double, world)
    card = SavedCard.objects.get()

    def forget():
        saved.card_end_and_forget(card)

    assert kill_at_each_step(forget) > 5
    sweep(account())
    assert double.cards() == []
    assert SavedCard.objects.get().forgotten_at is not None
