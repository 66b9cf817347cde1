"""A monthly promise by saved card: told before and after, charged once a month, stopped in one tap, never silently."""

import datetime as dt

import pytest
import time_machine
from django.core import mail

from birge.errors import InvalidInput, NotAllowed
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.checks import check_ledger
from funds.payments.models import CardCharge, Payment, SavedCard, StripeQuarantine
from funds.payments.providers.stripe.saving import saved_settle
from funds.pools.models import PoolGift, StandingPromise
from funds.pools.services import standing_change, standing_end, standing_pause, standing_resume, standing_start
from funds.pools.tokens import standing_token
from funds.settlement.services import pool_gift_pay, standing_card_save, standing_card_stop, tick
from tests.factories import cards, pools
from tests.factories import funds as make
from tests.factories import saved_cards as saved
from tests.factories.people import person

pytestmark = pytest.mark.django_db
EACH = 300_00
START = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)


@pytest.fixture
def double(settings, monkeypatch):
    with cards.running(settings, monkeypatch) as stripe:
        stripe.fee = stripe.fee_percent = 0
        yield stripe


@pytest.fixture
def world(double):
    made = pools.pool_of()
    cards.account(made.pool.custodian)
    return made


def promised(double, world, number=saved.GOOD, day=10):
    """Return somebody's monthly promise, with a saved card, made on 20 November."""
    with time_machine.travel(START):
        giver = person(email=f"giver{StandingPromise.objects.count()}@example.org")
        standing = standing_start(pool=world.pool, actor=giver, amount_minor=EACH, day=day, language="en")
        step = standing_card_save(standing=standing, agreed=True, actor=giver)
        double.save(step.url.rsplit("/", 1)[-1], number)
        saved_settle(SavedCard.objects.select_related("account__custodian").latest("id"))
    return standing


def on(year, month, day):
    """Let the tick and its worker run on this day."""
    with time_machine.travel(dt.datetime(year, month, day, 9, tzinfo=dt.UTC)):
        assert tick().failed == []
        saved.charges_run()


def held(world):
    return balance(codes.held_pool(world.pool.custodian.public_id, world.pool.public_id), "KGS")


def test_it_is_told_three_days_before_charged_on_its_day_and_told_after(double, world):
    promised(double, world)
    on(2026, 12, 6)
    assert not PoolGift.objects.exists()
    on(2026, 12, 7)
    (told,) = make.notices("pool_card_soon")
    assert (told.context["day"], told.context["card"]) == ("10 December 2026", "Visa •••• 4242")
    assert "/g/monthly/" in told.context["stop"]
    on(2026, 12, 9)
    assert double.charged() == []
    on(2026, 12, 10)
    on(2026, 12, 10)
    on(2026, 12, 11)
    assert len(double.charged()) == Payment.objects.count() == 1
    assert held(world) == EACH == cards.at_stripe(world.pool.custodian) == double.balance()
    assert len(make.notices("pool_gift_paid")) == 1
    (after,) = [each.body for each in mail.outbox if "We received" in each.body]
    assert "/g/monthly/" in after
    assert make.notices("pool_standing_due") == []
    on(2027, 1, 8)
    on(2027, 1, 10)
    assert len(double.charged()) == 2
    assert held(world) == 2 * EACH
    assert check_ledger() == []


@pytest.mark.parametrize("how", ["paused", "ended", "card stopped", "sum changed", "day changed and paused"])
def test_between_the_message_and_the_day_one_tap_stops_it(double, world, how):
    standing = promised(double, world)
    on(2026, 12, 7)
    token = standing_token(standing)
    with time_machine.travel(dt.datetime(2026, 12, 8, tzinfo=dt.UTC)):
        if how == "paused":
            standing_pause(standing=standing, token=token)
        elif how == "ended":
            standing_end(standing=standing, token=token)
        elif how == "card stopped":
            standing_card_stop(standing=standing, token=token)
        elif how == "sum changed":
            standing_change(standing=standing, amount_minor=2 * EACH, day=10, token=token)
        else:
            standing_change(standing=standing, amount_minor=EACH, day=9, token=token)
            standing_pause(standing=standing, token=token)
    on(2026, 12, 10)
    on(2026, 12, 12)
    assert double.charged() == []
    assert CardCharge.objects.get().status == "stopped"


def test_another_sum_needs_a_new_yes_until_then_it_is_a_reminder(double, world):
    standing = promised(double, world)
    standing_change(standing=standing, amount_minor=2 * EACH, day=10, token=standing_token(standing))
    on(2026, 12, 8)
    on(2026, 12, 10)
    assert double.charged() == []
    assert len(make.notices("pool_standing_due")) == 1
    standing = StandingPromise.objects.select_related("pool__custodian", "pool__organisation").get()
    with time_machine.travel(dt.datetime(2026, 12, 11, tzinfo=dt.UTC)):
        with pytest.raises(InvalidInput):
            standing_card_save(standing=standing, agreed=False, token=standing_token(standing))
        assert standing_card_save(standing=standing, agreed=True, token=standing_token(standing)) is None
    card = SavedCard.objects.get()
    assert "300 som" in card.consent_text
    assert "600 som" in card.consent_text
    on(2027, 1, 8)
    on(2027, 1, 10)
    assert held(world) == 2 * EACH


def test_a_card_that_does_not_pay_is_tried_again_then_the_giver_pays_on_the_page_or_not_at_all(double, world):
    promised(double, world, "4000000000009995")
    for day in (7, 10, 11, 13, 17, 20):
        on(2026, 12, day)
    assert len(make.notices("pool_card_again")) == 3
    (no,) = [each.body for each in mail.outbox if "We do not try it again this month" in each.body]
    assert "/g/monthly/" in no
    assert no.count("/g/") == 2
    gift = PoolGift.objects.get()
    with time_machine.travel(dt.datetime(2026, 12, 20, 10, tzinfo=dt.UTC)):
        double.pay(pool_gift_pay(gift=gift).url.rsplit("/", 1)[-1])
        cards.told(double)
    gift.refresh_from_db()
    assert gift.status == "paid"
    assert held(world) == EACH
    assert check_ledger() == []


def test_what_the_bank_wants_confirmed_leads_to_the_page(double, world):
    promised(double, world, "4000002760003184")
    on(2026, 12, 7)
    on(2026, 12, 10)
    assert len(make.notices("pool_card_confirm")) == 1
    on(2027, 1, 7)
    assert PoolGift.objects.order_by("id").first().status == "withdrawn"  # the month before is not asked for any more
    assert PoolGift.objects.order_by("id").last().status == "announced"


def test_paused_and_gone_on_in_time_it_is_charged_as_it_was_told(double, world):
    standing = promised(double, world)
    on(2026, 12, 7)
    token = standing_token(standing)
    with time_machine.travel(dt.datetime(2026, 12, 8, tzinfo=dt.UTC)):
        standing_pause(standing=standing, token=token)
        standing_resume(standing=standing, token=token)
    on(2026, 12, 10)
    assert len(double.charged()) == 1


def test_only_who_promised_can_let_a_card_be_saved_or_stopped(double, world):
    standing, other = promised(double, world), promised(double, world)
    for act in (standing_card_stop, lambda **who: standing_card_save(agreed=True, **who)):
        with pytest.raises(NotAllowed):
            act(standing=standing, token=standing_token(other))
        with pytest.raises(NotAllowed):
            act(standing=standing, actor=world.officer)


def test_it_ends_and_so_does_the_card_at_stripe(double, world):
    standing = promised(double, world)
    standing_end(standing=standing, token=standing_token(standing))
    tick()
    saved.forget_ended()
    assert double.cards() == []
    assert SavedCard.objects.get().last4 == ""


def test_an_account_that_is_deleted_takes_its_card_along(double, world):
    standing = promised(double, world)
    standing.giver.delete()
    tick()
    saved.forget_ended()
    assert double.cards() == []


def test_money_sent_back_leaves_the_pool_as_far_as_it_is_free(double, world):
    promised(double, world)
    on(2026, 12, 7)
    on(2026, 12, 10)
    (charge,) = double.charged()
    double.refund(charge["payment_intent"], 100_00)
    cards.told(double)
    assert held(world) == EACH - 100_00 == double.balance()
    double.refund(charge["payment_intent"])
    cards.told(double)
    assert held(world) == 0
    assert PoolGift.objects.get().status == "withdrawn"
    assert Payment.objects.get().status == "reversed"
    assert len(make.notices("pool_gift_refunded")) == 2
    assert check_ledger() == []


def test_money_sent_back_that_the_pool_has_given_away_is_put_aside_for_people(double):
    world, village = pools.pool_and_village(1_000_00)
    cards.account(world.pool.custodian)
    gift = pools.announced(world, EACH)
    double.pay(pool_gift_pay(gift=gift).url.rsplit("/", 1)[-1])
    cards.told(double)
    pools.booked(world, pools.giving(world, village.project, 1_200_00))
    double.refund(double.charged()[0]["payment_intent"])
    cards.told(double)
    assert StripeQuarantine.objects.get().reason == "refund"
    assert held(world) == 100_00
    assert check_ledger() == []
