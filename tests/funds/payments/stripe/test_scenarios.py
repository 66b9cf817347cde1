"""The fault scenarios of cards by their numbers in the field notes, 2 to 8 and 46; 1 is in test_card_crash_points."""

import datetime as dt
import itertools
import time

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection

from birge import clock
from funds.ledger.models import Entry
from funds.payments.models import Payment, StripeAccount, StripeAttempt, StripeEvent, StripeRefund
from funds.payments.providers.stripe.gateway import ProviderUnknown
from funds.payments.providers.stripe.sweep import sweep
from funds.payments.providers.stripe.webhooks import secret_name
from funds.pledges.models import Pledge
from tests.factories import cards
from tests.factories.funds import confirmed_pledge, open_village_project
from tests.support.threads import all_at_once

pytestmark = pytest.mark.django_db
AMOUNT = 1_000_00


@pytest.fixture
def pledge(world):
    return confirmed_pledge(world.project, AMOUNT)


def booked_once(double, world):
    """Say that one payment is booked, gross, and that our account at Stripe holds what Stripe says."""
    assert Payment.objects.filter(kind="stripe").count() == 1
    assert len(double.charged()) == 1
    assert cards.at_stripe(world.custodian) == double.balance()


def test_scenario_02_killed_between_booking_and_answer_the_donor_sees_the_same_receipt(double, world, pledge):
    cards.paid_at_stripe(double, pledge)
    cards.told(double)
    first = cards.pay_step(pledge)
    again = cards.pay_step(pledge)
    assert first.kind == again.kind == "done"
    assert first.payment == again.payment == Payment.objects.get()
    booked_once(double, world)


@pytest.mark.parametrize("how", ["after", "before", "lost"])
def test_scenario_03_an_error_of_stripe_is_unknown_never_failed_and_charges_once(double, world, pledge, how):
    double.fail_next("/v1/checkout/sessions", how)
    with pytest.raises(ProviderUnknown):
        cards.pay_step(pledge)
    assert cards.attempt(pledge).status == "unknown"
    if how == "before":  # Stripe keeps the answer under the key, also a 500: only an hour later is it clear
        double.keys.clear()
    cards.paid_at_stripe(double, pledge)
    cards.told(double)
    assert StripeAttempt.objects.count() == 1
    booked_once(double, world)


def test_scenario_03_an_error_while_we_look_keeps_the_event_until_stripe_answers(double, world, pledge):
    intent = cards.paid_at_stripe(double, pledge)
    assert cards.tell(double.events[-1]) == 204
    double.fail_next("/v1/payment_intents", "before")
    with pytest.raises(ProviderUnknown):
        cards.look_into()
    assert StripeEvent.objects.get().processed_at is None
    cards.look_into()
    assert Payment.objects.get().reference == intent["id"]


@pytest.mark.parametrize("paid", [True, False])
def test_scenario_04_a_key_older_than_a_day_is_looked_up_first_and_charges_once(double, world, pledge, paid):
    start = clock.now()
    with time_machine.travel(start, tick=True) as traveller:
        double.fail_next("/v1/checkout/sessions", "lost")
        with pytest.raises(ProviderUnknown):
            cards.pay_step(pledge)
        (page,) = [each for each in double.things.values() if each["object"] == "checkout.session"]
        if paid:
            double.pay(page["id"])
        traveller.move_to(start + dt.timedelta(hours=25))
        step = cards.pay_step(pledge)
        assert str(cards.attempt(pledge).command_id) not in double.keys or not paid
        if not paid:
            assert step.url != page["url"]
            double.pay(step.url.rsplit("/", 1)[-1])
            step = cards.pay_step(pledge)
        assert step.payment == Payment.objects.get()
        booked_once(double, world)


@pytest.mark.django_db(transaction=True)
def test_scenario_05_the_same_webhook_fifty_times_at_once_is_one_entry(double):
    world = open_village_project()
    cards.account(world.custodian)
    pledge = confirmed_pledge(world.project, AMOUNT)
    cards.paid_at_stripe(double, pledge)
    event = next(each for each in double.events if each["type"] == "payment_intent.succeeded")
    times = 50 if connection.vendor == "postgresql" else 10
    assert all_at_once([lambda: cards.tell(event)] * times) == [204] * times
    sweep(StripeAccount.objects.select_related("custodian").get())
    assert Entry.objects.filter(kind="payment.received").count() == 1
    assert Entry.objects.filter(kind="fee.charged").count() == 1
    assert StripeEvent.objects.filter(event_id=event["id"]).count() == 1
    booked_once(double, world)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_scenario_06_events_in_any_order_end_the_same(double, world, pledge, order):
    double.fee = double.fee_percent = 0  # what a fee leaves of a refund is in test_cards
    intent = cards.paid_at_stripe(double, pledge)
    double.refund(intent["id"])
    kinds = ("charge.refunded", "payment_intent.succeeded", "checkout.session.completed")
    events = [next(each for each in double.events if each["type"] == kind) for kind in kinds]
    for place in order:
        assert cards.tell(events[place]) == 204
        cards.look_into()
    kinds_booked = list(Entry.objects.order_by("created_at", "n").values_list("kind", flat=True))
    assert kinds_booked.index("payment.received") < kinds_booked.index("refund.paid")
    assert kinds_booked.count("refund.paid") == 1
    assert Pledge.objects.get(pk=pledge.pk).status == "refunded"
    assert StripeRefund.objects.count() == 1
    assert cards.at_stripe(world.custodian) == double.balance()


def test_scenario_07_forged_replayed_misaddressed_and_of_the_other_mode_is_refused_and_not_kept(
    double, world, pledge, monkeypatch
):
    other = open_village_project()
    cards.account(other.custodian, label="other")
    monkeypatch.setenv("STRIPE_OTHER_KEY", "sk_test_other")
    monkeypatch.setenv("STRIPE_OTHER_WEBHOOK_SECRETS", "whsec_other")
    cards.paid_at_stripe(double, pledge)
    event = double.events[0]
    body, header = double.signed(event, cards.SECRET)
    refused = [
        cards.tell(event, secret="whsec_forged"),
        cards.post(body, ""),
        cards.post(body, "t=1,v1=00"),
        cards.post(body.replace("100000", "900000"), header),
        cards.tell(event, at=int(time.time()) - 301),
        cards.tell(event, label="other"),
        cards.tell(event, label="nobody"),
        cards.tell({**event, "livemode": True}),
        cards.tell({**event, "account": "acct_another"}),
        cards.tell({"id": "evt_1", "type": "x", "livemode": False, "data": {"object": "text"}}),
        cards.post("[]", double.signed([], cards.SECRET)[1]),
        cards.post("no json", ""),
    ]
    assert set(refused) == {400}
    assert not StripeEvent.objects.exists()
    assert not Payment.objects.exists()
    assert cards.tell(event, label="other", secret="whsec_other") == 204
    assert cards.tell(event) == 400, "one event is two accounts'"


def test_scenario_07_real_money_is_not_mixed_with_test_mode(double, world, pledge, settings, monkeypatch):
    StripeAccount.objects.update(livemode=True)
    monkeypatch.setenv(cards.KEY_NAME, "sk_live_of_the_double")
    settings.BIRGE_DEMO, double.livemode = False, True
    cards.paid_at_stripe(double, pledge)
    event = double.events[0]
    assert cards.tell({**event, "livemode": False}) == 400
    assert not StripeEvent.objects.exists()
    assert cards.tell(event) == 204


@pytest.mark.parametrize("days", [4, 40])
def test_scenario_08_lost_webhooks_are_found_by_the_sweep(double, world, pledge, days):
    start = clock.now()
    with time_machine.travel(start, tick=True) as traveller:
        sweep(StripeAccount.objects.select_related("custodian").get())
        intent = cards.paid_at_stripe(double, pledge)
        other = confirmed_pledge(world.project, AMOUNT)
        back = cards.paid_at_stripe(double, other)
        traveller.move_to(start + dt.timedelta(days=2))
        double.refund(back["id"])
        traveller.move_to(start + dt.timedelta(days=days))
        call_command("stripe_sweep")
        assert Payment.objects.get(pledge_ref=pledge.public_id).reference == intent["id"]
        assert Pledge.objects.get(pk=other.pk).status == "refunded"
        assert cards.at_stripe(world.custodian) == double.balance()
        before = Entry.objects.count()
        report = sweep(StripeAccount.objects.select_related("custodian").get(), full=True)
        assert (report.missed, report.failed, Entry.objects.count()) == ([], [], before)


def test_scenario_08_a_refund_long_after_everything_is_found_by_comparing(double, world, pledge):
    start = clock.now()
    with time_machine.travel(start, tick=True) as traveller:
        intent = cards.paid_at_stripe(double, pledge)
        cards.told(double)
        sweep(StripeAccount.objects.select_related("custodian").get())
        traveller.move_to(start + dt.timedelta(days=5))
        double.refund(intent["id"])
        traveller.move_to(start + dt.timedelta(days=45))
        report = sweep(StripeAccount.objects.select_related("custodian").get())
        assert (report.missed, report.compared) == ([], 1)
        assert cards.at_stripe(world.custodian) == double.balance()


def test_scenario_46_a_leaked_secret_is_replaced_without_a_gap_and_its_events_are_listed(
    double, world, pledge, monkeypatch
):
    cards.paid_at_stripe(double, pledge)
    first, second, third = double.events
    assert cards.tell(first) == 204
    monkeypatch.setenv(cards.SECRETS_NAME, f"{cards.NEW_SECRET}, {cards.SECRET}")
    assert cards.tell(second) == 204
    assert cards.tell(third, secret=cards.NEW_SECRET) == 204
    monkeypatch.setenv(cards.SECRETS_NAME, cards.NEW_SECRET)
    assert cards.tell(first) == 400
    affected = StripeEvent.objects.filter(signed_by=secret_name(cards.SECRET))
    assert {each.event_id for each in affected} == {first["id"], second["id"]}
    cards.look_into()
    booked_once(double, world)
