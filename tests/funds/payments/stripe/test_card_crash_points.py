"""Scenario 1: the process is killed between charge and booking, before any statement and any call to Stripe.

Then whatever happens next (the donor taps again, Stripe tells us again, the sweep) leads to one charge and one booking.
"""

import pytest

from funds.ledger.checks import check_ledger
from funds.ledger.models import Entry
from funds.payments.models import Payment, StripeAccount, StripeAttempt, StripeEvent
from funds.payments.providers.stripe.sweep import sweep
from tests.factories import cards
from tests.factories import funds as make
from tests.support.dying import kill_at_each_step

# On the database of production only: a fresh clone has 25 minutes for everything.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.postgresql]


@pytest.fixture
def pledge(world):
    return make.confirmed_pledge(world.project, 1_000_00)


def account():
    return StripeAccount.objects.select_related("custodian").get()


@pytest.fixture(autouse=True)
def _nobody_counts(settings):
    """Let one promise be tried as often as there are steps to be killed at: limits have tests of their own."""
    settings.WATCH_CARD_LIMITS = dict.fromkeys(settings.WATCH_CARD_LIMITS, 10_000)


def test_scenario_01_killed_while_the_page_is_made_there_is_one_page_and_one_charge(double, world, pledge):
    double.fee = 0

    def look():
        assert StripeAttempt.objects.count() <= 1

    assert kill_at_each_step(lambda: cards.pay_step(pledge), look=look) > 5
    cards.paid_at_stripe(double, pledge)
    pages = [each for each in double.things.values() if each["object"] == "checkout.session"]
    assert len(pages) == len(double.charged()) == 1
    sweep(account())
    once(double, world)


@pytest.mark.parametrize("found_by", ["webhook", "donor", "sweep"])
def test_scenario_01_killed_between_charge_and_booking_it_is_found_and_booked_once(double, world, pledge, found_by):
    intent = cards.paid_at_stripe(double, pledge)
    double.refund(intent["id"], 100_00)
    act = {
        "webhook": lambda: [cards.tell(event) for event in double.events],
        "donor": lambda: cards.pay_step(pledge),
        "sweep": lambda: sweep(account()),
    }[found_by]
    assert kill_at_each_step(act, state=Entry.objects.count) > 10
    cards.told(double)
    once(double, world)
    act()
    once(double, world)


def once(double, world):
    assert Payment.objects.count() == 1
    assert Entry.objects.filter(kind="payment.received").count() == 1
    assert Entry.objects.filter(kind="fee.charged").count() == 1
    assert len(double.charged()) == 1
    assert cards.at_stripe(world.custodian) == double.balance()
    assert not StripeEvent.objects.filter(processed_at=None).exists()
    assert check_ledger() == []
