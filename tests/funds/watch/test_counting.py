"""Card testing: who tries many cards is asked to wait, told another way, and seen by the officers."""

import datetime as dt
import json

import pytest
import time_machine

from birge import clock
from birge.errors import RuleNotMet
from birge.notifications.models import Notice
from birge.notifications.services import Contact
from funds.payments.models import StripeAttempt, StripeEvent
from funds.settlement.services import flag_decide
from funds.watch.models import CardTry, Flag
from funds.watch.origins import Origin
from tests.factories import cards
from tests.factories import funds as make

pytestmark = pytest.mark.django_db
HERE = Origin("203.0.113.7", "curl")


@pytest.fixture
def double(settings, monkeypatch):
    with cards.running(settings, monkeypatch) as stripe:
        yield stripe


@pytest.fixture
def world(double):
    made = make.open_village_project(village=0, donors=100_000_00)
    cards.account(made.custodian)
    return made


def tried(pledge, origin=HERE):
    """Begin to pay, and give up: the page ends."""
    cards.pay_step(pledge, origin=origin)
    StripeAttempt.objects.filter(pledge_ref=pledge.public_id).update(status="failed")


def refused(pledge, origin=HERE):
    with pytest.raises(RuleNotMet) as refusal:
        cards.pay_step(pledge, origin=origin)
    return refusal.value


def test_the_same_promise_is_tried_five_times_an_hour_and_then_asked_to_wait(world):
    pledge = make.confirmed_pledge(world.project)
    for _n in range(5):
        tried(pledge)
    refusal = refused(pledge)
    assert refusal.code == "too_many"
    assert "another way" in str(refusal)
    flag = Flag.objects.get()
    assert (flag.kind, flag.reasons) == ("cards", {"pledge": 6})
    refused(pledge)
    with time_machine.travel(clock.now() + dt.timedelta(minutes=61), tick=True):
        tried(pledge)


def test_tapping_again_on_the_page_that_is_open_counts_once(world):
    pledge = make.confirmed_pledge(world.project)
    pages = {cards.pay_step(pledge, origin=HERE).url for _n in range(12)}
    assert (len(pages), CardTry.objects.count()) == (1, 1)


def test_one_contact_with_many_promises_is_asked_to_wait(world):
    for n in range(8):
        made = make.pledge(world.project, contact=make.contact("a@example.org"))
        tried(make.confirm(made), Origin(f"198.51.100.{n}", "x"))
    last = make.confirmed_pledge(
        world.project, made=make.pledge(world.project, contact=Contact("email", "a+9@example.org"))
    )
    assert refused(last, Origin("192.0.2.1", "x")).data["counted"] == {"contact": 9}


def test_one_address_with_many_contacts_is_asked_to_wait_also_over_midnight(world, settings):
    settings.WATCH_CARD_LIMITS = settings.WATCH_CARD_LIMITS | {"address": 4}
    noon = dt.datetime.combine(clock.today() + dt.timedelta(days=1), dt.time(23, 50), dt.UTC)
    with time_machine.travel(noon, tick=True):
        for _n in range(4):
            tried(make.confirmed_pledge(world.project))
    with time_machine.travel(noon + dt.timedelta(minutes=20), tick=True):
        last = make.confirmed_pledge(world.project)
        assert refused(last).data["counted"] == {"address": 5}
        tried(last, Origin("198.51.100.9", "curl"))


def test_a_card_that_banks_decline_is_followed_from_promise_to_promise(world):
    account = world.custodian.stripe_accounts.get()
    people = [make.confirmed_pledge(world.project) for _n in range(4)]
    for n in range(6):
        thing = {
            "id": f"ch_{n}", "object": "charge", "metadata": {"birge_pledge": people[n % 3].public_id},
            "payment_method_details": {"card": {"fingerprint": "stolen"}},
        }  # fmt: skip
        StripeEvent.objects.create(
            event_id=f"evt_{n}", account=account, kind="charge.failed", body=json.dumps({"data": {"object": thing}})
        )
    assert refused(people[0]).data["counted"] == {"declined": 7}
    tried(people[3], Origin("198.51.100.9", "x"))


def test_an_officer_may_close_the_way_of_cards_and_the_donor_is_told(world):
    pledge = make.confirmed_pledge(world.project)
    for _n in range(5):
        tried(pledge)
    refused(pledge)
    flag_decide(flag=Flag.objects.get(), actor=world.officer, decision="no_cards", reason="Чужие карты")
    with time_machine.travel(clock.now() + dt.timedelta(days=1), tick=True):
        refusal = refused(pledge)
    assert refusal.code == "no_cards"
    assert "transfer" in str(refusal)
    assert Notice.objects.filter(template="watch_no_cards").count() == 1


def test_nothing_that_names_a_person_is_kept(world):
    pledge = make.confirmed_pledge(
        world.project, made=make.pledge(world.project, contact=make.contact("a@example.org"))
    )
    tried(pledge)
    kept = str(list(CardTry.objects.values()))
    assert "a@example.org" not in kept
    assert "203.0.113.7" not in kept
