"""A card is saved with its holder's yes, told before it is charged, charged once, and forgotten."""

import datetime as dt

import pytest
import time_machine

from birge import clock
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from funds.ledger.checks import check_ledger
from funds.payments.models import CardCharge, Payment, SavedCard, StripeAttempt, StripeQuarantine
from funds.payments.providers.stripe.sweep import sweep
from funds.pledges.models import Pledge
from funds.pledges.services import pledge_erase_person
from funds.settlement.services import pledge_card_stop, pledge_withdraw_and_release, tick
from tests.factories import cards
from tests.factories import funds as make
from tests.factories import saved_cards as saved

pytestmark = pytest.mark.django_db
ALL = 10_000_00  # the donors' share of the plan


def fresh(pledge):
    return Pledge.objects.get(pk=pledge.pk)


def _due(double, world, number=saved.GOOD):
    given = saved.promised(double, world, saved.AMOUNT, number)
    make.confirmed_pledge(world.project, ALL - saved.AMOUNT)
    return fresh(given)


def test_a_saved_card_is_kept_with_the_words_that_were_agreed_to_and_no_name(double, world):
    given = saved.promised(double, world)
    card = SavedCard.objects.get()
    assert (card.status, card.owner, card.last4, card.brand) == ("active", given.group, "4242", "visa")
    assert card.expires_on == dt.date(2033, 12, 31)
    assert card.amount_minor == saved.AMOUNT
    assert "1,000 som" in card.consent_text
    assert (card.consent_version, card.consent_on) == ("pledge-1", clock.today())
    (session,) = [each for each in double.things.values() if each["object"] == "checkout.session"]
    assert "customer_email" not in session
    assert make.notices("card_saved")
    assert double.charged() == []


def test_it_asks_for_a_yes_and_only_the_donor_can_give_it(double, world):
    given = make.confirmed_pledge(world.project, saved.AMOUNT)
    other = make.confirmed_pledge(world.project, saved.AMOUNT)
    with pytest.raises(InvalidInput) as refusal:
        saved.card_step(given, agreed=False)
    assert refusal.value.field == "agreed"
    with pytest.raises(NotAllowed):
        saved.card_step(given, token=saved.pledge_token(other))
    with pytest.raises(NotAllowed):
        saved.card_step(given, token="")
    assert not SavedCard.objects.exists()


def test_two_taps_lead_to_one_page_and_the_webhook_saves_it_too(double, world):
    given = make.confirmed_pledge(world.project, saved.AMOUNT)
    url = saved.card_step(given).url
    assert saved.card_step(given).url == url
    double.save(url.rsplit("/", 1)[-1])
    cards.told(double)
    assert SavedCard.objects.get().status == "active"
    assert saved.card_step(given).kind == "redirect"  # another card in its place
    double.save(saved.card_step(given).url.rsplit("/", 1)[-1])
    sweep(SavedCard.objects.first().account)
    assert list(SavedCard.objects.values_list("status", "ended_why")) == [("ended", "replaced"), ("active", "")]
    saved.forget_ended()
    assert len(double.cards()) == 1


def test_a_page_that_is_not_ours_is_put_aside(double, world):
    given = make.confirmed_pledge(world.project, saved.AMOUNT)
    page = saved.card_step(given).url.rsplit("/", 1)[-1]
    double.save(page)
    double.things[page]["livemode"] = True
    saved.known(given)
    assert SavedCard.objects.get().status == "ended"
    assert StripeQuarantine.objects.get().reason == "mode"


def test_when_the_plan_is_whole_the_day_is_told_and_only_then_the_card_is_charged_once(double, world):
    given = _due(double, world)
    (told,) = make.notices("card_charge_soon")
    assert told.context["card"] == "Visa •••• 4242"
    assert not [each for each in make.notices("pledge_due") if each.to == told.to]
    assert saved.charges_run() == []
    with time_machine.travel(saved.tomorrow()):
        assert len(saved.charges_run()) == 1
        assert saved.charges_run() == []
    assert fresh(given).status == "collected"
    assert CardCharge.objects.get().status == "paid"
    assert len(double.charged()) == Payment.objects.count() == 1
    assert cards.at_stripe(world.custodian) == double.balance()
    assert check_ledger() == []


def test_the_tick_has_it_charged_and_then_forgotten(double, world, django_capture_on_commit_callbacks):
    _due(double, world)
    with time_machine.travel(saved.tomorrow()), django_capture_on_commit_callbacks(execute=True):
        assert len(tick().charges) == 1
        assert len(double.charged()) == 1
        tick()
    card = SavedCard.objects.get()
    assert (card.status, card.ended_why, card.method_id, card.customer_id, card.last4) == ("ended", "over", "", "", "")
    assert card.forgotten_at is not None
    assert double.cards() == []


@pytest.mark.parametrize("word", ["insufficient_funds", "processing_error"])
def test_a_soft_no_is_tried_again_on_the_stated_days_and_then_it_pays(double, world, settings, word):
    given = _due(double, world)
    (method,) = double.cards()
    double.answers(method, word)
    first = clock.now() + dt.timedelta(days=1)
    tried = []
    for day in range(12):
        with time_machine.travel(first + dt.timedelta(days=day)):
            if saved.charges_run():
                tried.append(day)
            if day == 3:
                double.answers(method, "")
    assert tried == [0, 1, 3, 7]
    assert len(make.notices("card_again")) == 3
    assert fresh(given).status == "collected"
    assert len(double.charged()) == 1
    assert [each["status"] for each in double.intents()] == ["canceled"] * 3 + ["succeeded"]


def test_after_the_last_stated_day_it_is_left_to_the_donor(double, world):
    given = _due(double, world, "4000000000009995")
    for day in (1, 2, 4, 8, 15):
        with time_machine.travel(saved.tomorrow(day)):
            saved.charges_run()
    assert CardCharge.objects.get().status == "failed"
    assert StripeAttempt.objects.count() == 4
    assert fresh(given).status == "due"
    assert len(make.notices("card_declined")) == 1


@pytest.mark.parametrize(
    ("number", "template"),
    [
        ("4000000000000069", "card_declined"),
        ("4000000000009979", "card_declined"),
        ("4000000000000341", "card_declined"),
        ("4000002760003184", "card_confirm"),
    ],
)
def test_a_hard_no_and_a_bank_that_asks_are_not_tried_again_and_lead_to_the_page(double, world, number, template):
    given = _due(double, world, number)
    with time_machine.travel(saved.tomorrow()):
        saved.charges_run()
    with time_machine.travel(saved.tomorrow(3)):
        assert saved.charges_run() == []
        (notice,) = make.notices(template)
        assert "/m/" in notice.context["link"]
        assert CardCharge.objects.get().status == "failed"
        cards.paid_at_stripe(double, given)  # present, on the hosted page
        cards.told(double)
    assert fresh(given).status == "collected"
    assert len(double.charged()) == 1


def test_a_card_that_stripe_lost_is_a_hard_no(double, world):
    _due(double, world)
    double.cards()[0]["customer"] = None
    with time_machine.travel(saved.tomorrow()):
        saved.charges_run()
    charge = CardCharge.objects.get()
    assert (charge.status, charge.failure) == ("failed", "card_missing")


def test_a_key_that_does_not_work_says_nothing_about_the_card(double, world, monkeypatch):
    given = _due(double, world)
    monkeypatch.delenv(cards.KEY_NAME)
    with time_machine.travel(saved.tomorrow()):
        saved.charges_run()
        assert not StripeAttempt.objects.exists()
        monkeypatch.setenv(cards.KEY_NAME, "sk_test_again")
        saved.charges_run()
    assert fresh(given).status == "collected"


def test_who_stops_it_in_time_is_not_charged_and_the_card_is_gone(double, world):
    given = _due(double, world)
    pledge_card_stop(pledge=given, token=saved.pledge_token(given))
    pledge_card_stop(pledge=given, token=saved.pledge_token(given))
    saved.forget_ended()
    with time_machine.travel(saved.tomorrow()):
        assert saved.charges_run() == []
    assert CardCharge.objects.get().status == "stopped"
    assert double.charged() == []
    assert double.cards() == []
    assert fresh(given).status == "due"


def test_who_pays_another_way_or_takes_the_promise_back_is_not_charged(double, world):
    first, second = saved.promised(double, world), saved.promised(double, world)
    make.confirmed_pledge(world.project, ALL - 2 * saved.AMOUNT)
    make.pay(world, fresh(first))
    pledge_withdraw_and_release(pledge=fresh(second), token=saved.pledge_token(second))
    with time_machine.travel(saved.tomorrow()):
        saved.charges_run()
    assert double.charged() == []
    assert set(CardCharge.objects.values_list("status", "stopped_why")) == {("stopped", "not_due")}


def test_a_transfer_that_waits_for_its_second_officer_holds_the_charge_up(double, world):
    given = _due(double, world)
    make.record(world, given)
    with time_machine.travel(saved.tomorrow()):
        saved.charges_run()
    assert double.charged() == []
    assert CardCharge.objects.get().status == "planned"


def test_what_is_left_after_a_part_is_not_taken_from_the_card_unasked(double, world):
    given = _due(double, world)
    make.pay(world, given, 400_00)
    with time_machine.travel(saved.tomorrow()):
        saved.charges_run()
        tick()
    assert double.charged() == []


def test_a_promise_that_waits_again_is_not_charged_and_later_it_is_told_anew(double, world):
    given = saved.promised(double, world)
    other = make.confirmed_pledge(world.project, ALL - saved.AMOUNT)
    pledge_withdraw_and_release(pledge=fresh(other), token=saved.pledge_token(other))
    assert fresh(given).status == "confirmed"
    with time_machine.travel(saved.tomorrow()):
        saved.charges_run()
        assert double.charged() == []
        make.confirmed_pledge(world.project, ALL - saved.AMOUNT)
        assert len(make.notices("card_charge_soon")) == 2
    with time_machine.travel(saved.tomorrow(2)):
        saved.charges_run()
    assert fresh(given).status == "collected"


def test_a_card_saved_at_the_moment_the_plan_became_whole_is_planned_too(double, world):
    given = make.confirmed_pledge(world.project, saved.AMOUNT)
    page = saved.card_step(given).url.rsplit("/", 1)[-1]
    make.confirmed_pledge(world.project, ALL - saved.AMOUNT)
    double.save(page)
    saved.known(given)
    assert CardCharge.objects.get().status == "planned"
    with pytest.raises(RuleNotMet) as refusal:
        saved.card_step(given)
    assert refusal.value.code == "due"


def test_a_card_that_ends_before_the_promise_is_told_once_beforehand(double, world):
    today = clock.today()
    given = make.confirmed_pledge(world.project, saved.AMOUNT)
    saved.saved(double, given, month=today.month, year=today.year)
    assert len(make.notices("card_expires")) == 1
    tick()
    assert len(make.notices("card_expires")) == 1


def test_who_is_forgotten_is_forgotten_at_stripe_too(double, world):
    given = saved.promised(double, world)
    pledge_erase_person(pledge=given)
    saved.forget_ended()
    card = SavedCard.objects.get()
    assert (card.status, card.ended_why, card.last4) == ("ended", "forgotten", "")
    assert double.cards() == []
    assert not [each for each in double.things.values() if each["object"] == "customer"]


def test_a_card_that_comes_after_its_page_was_given_up_is_deleted_as_well(double, world):
    given = make.confirmed_pledge(world.project, saved.AMOUNT)
    page = saved.card_step(given).url.rsplit("/", 1)[-1]
    double.save(page)  # and we have heard nothing of it
    pledge_erase_person(pledge=given)
    saved.forget_ended()
    assert double.cards() == []
