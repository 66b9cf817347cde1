"""The fault scenarios of saved cards by their numbers in the field notes: 2 to 4, 10 and 44; 1 and 18 stand apart."""

import datetime as dt

import pytest
import time_machine
from django.db import connection

from birge import clock
from funds.ledger.checks import check_ledger
from funds.ledger.models import Entry
from funds.payments.models import CardCharge, Payment, StripeAttempt
from funds.payments.providers.stripe.charging import charges_due
from funds.payments.providers.stripe.gateway import ProviderUnknown
from funds.payments.providers.stripe.sweep import sweep
from funds.pledges.models import Pledge
from funds.settlement.services import charge_take, pledge_card_stop, pledge_pay, tick
from tests.factories import cards
from tests.factories import funds as make
from tests.factories import saved_cards as saved
from tests.support.threads import all_at_once

pytestmark = pytest.mark.django_db
ALL = 10_000_00


def due(double, world):
    given = saved.promised(double, world)
    make.confirmed_pledge(world.project, ALL - saved.AMOUNT)
    return Pledge.objects.select_related("project", "custodian").get(pk=given.pk)


def charged_once(double, world, given):
    assert len(double.charged()) == Payment.objects.count() == 1
    assert Entry.objects.filter(kind="payment.received").count() == 1
    assert Pledge.objects.get(pk=given.pk).status == "collected"
    assert CardCharge.objects.get().status == "paid"
    assert cards.at_stripe(world.custodian) == double.balance()
    assert check_ledger() == []


def test_02_killed_between_booking_and_answer_the_next_run_finds_it_booked(double, world):
    given = due(double, world)
    with time_machine.travel(saved.tomorrow()):
        (charge,) = charges_due(clock.today())
        charge_take(charge)
        assert charge_take(charge) is None
        cards.told(double)
    charged_once(double, world, given)


@pytest.mark.parametrize("how", ["after", "before", "lost"])
@pytest.mark.parametrize("found_by", ["run", "sweep", "webhook"])
def test_03_an_error_of_stripe_is_unknown_never_a_no_and_charges_once(double, world, how, found_by):
    given = due(double, world)
    double.fail_next_post("/v1/payment_intents", how)
    with time_machine.travel(saved.tomorrow()):
        with pytest.raises(ProviderUnknown):
            saved.charges_run()
        attempt = StripeAttempt.objects.get()
        assert (attempt.status, attempt.failure) == ("unknown", "")
        assert CardCharge.objects.get().tries == 0
        if how == "before":
            double.keys.clear()  # a kept 500 is answered again under its key: it is tried anew an hour later
        elif found_by == "sweep":
            sweep(attempt.account)
        elif found_by == "webhook":
            cards.told(double)
        saved.charges_run()
    charged_once(double, world, given)
    assert StripeAttempt.objects.count() == 1


@pytest.mark.parametrize("arrived", [True, False])
def test_04_a_key_older_than_a_day_is_looked_up_first_and_charges_once(double, world, arrived):
    given = due(double, world)
    double.fail_next_post("/v1/payment_intents", "lost" if arrived else "before")
    with time_machine.travel(saved.tomorrow(), tick=True) as traveller:
        with pytest.raises(ProviderUnknown):
            saved.charges_run()
        traveller.move_to(clock.now() + dt.timedelta(hours=25))
        saved.charges_run()  # what never reached Stripe is over by now
        saved.charges_run()  # and is tried under a command of its own
        assert StripeAttempt.objects.count() == (1 if arrived else 2)
    charged_once(double, world, given)


def test_while_nobody_knows_neither_a_page_nor_a_stop_nor_a_lapse_gets_in_between(double, world, settings):
    given = due(double, world)
    double.fail_next_post("/v1/payment_intents", "lost")
    with time_machine.travel(saved.tomorrow()):
        with pytest.raises(ProviderUnknown):
            saved.charges_run()
        Pledge.objects.filter(pk=given.pk).update(horizon=clock.today() - dt.timedelta(days=1))
        double.fail_next("/v1/payment_intents", "before")
        with pytest.raises(ProviderUnknown):
            pledge_pay(pledge=given, kind="stripe", key="page")
        for act in (lambda: pledge_card_stop(pledge=given, token=saved.pledge_token(given)),):
            with pytest.raises(Exception, match="right now"):
                act()
        double.fail_next("/v1/payment_intents", "before")
        assert tick().lapsed == []
        saved.charges_run()
    charged_once(double, world, given)


def test_a_page_that_is_open_at_stripe_holds_the_charge_up_and_one_of_the_two_pays(double, world):
    given = due(double, world)
    with time_machine.travel(saved.tomorrow()):
        page = cards.page_of(given)
        saved.charges_run()
        assert double.charged() == []
        double.pay(page)
        saved.charges_run()
        saved.charges_run()
    assert len(double.charged()) == Payment.objects.count() == 1
    assert CardCharge.objects.get().status == "stopped"


@pytest.mark.django_db(transaction=True)
def test_10_a_double_click_saves_one_card(double):
    world = make.open_village_project()
    cards.account(world.custodian)
    given = make.confirmed_pledge(world.project, saved.AMOUNT)
    steps = all_at_once([lambda: saved.card_step(given).url] * 4)
    assert len(set(steps)) == 1


@pytest.mark.django_db(transaction=True)
def test_44_two_ticks_and_two_workers_at_once_charge_once(double):
    world = make.open_village_project()
    cards.account(world.custodian)
    given = due(double, world)
    with time_machine.travel(saved.tomorrow()):
        for each in all_at_once([tick] * 2):
            assert each.failed == []
        all_at_once([_take_or_wait(charge) for charge in CardCharge.objects.all()] * 4)
        saved.charges_run()
    if connection.vendor == "postgresql":
        assert StripeAttempt.objects.count() == 1
    charged_once(double, world, given)


def _take_or_wait(charge):
    def act():
        try:
            charge_take(charge)
        except ProviderUnknown:  # Stripe was asked by another at this very moment
            return "waits"
        return "done"

    return act
