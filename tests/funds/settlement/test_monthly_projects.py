"""So much a month for a project: started by the link, asked for or charged each month, ended by itself when full."""

import datetime as dt

import pytest
import time_machine
from django.conf import settings as live

from birge.errors import Conflict, InvalidInput, NotFound, RuleNotMet
from birge.money import Money
from birge.notifications.services import Contact
from funds.ledger.checks import check_ledger
from funds.payments.models import CardCharge, SavedCard
from funds.payments.providers.stripe.saving import saved_settle
from funds.pledges.models import MonthlyPledge, Pledge
from funds.pledges.services import pledge_erase_person
from funds.pledges.services.monthly import (
    monthly_change,
    monthly_make,
    monthly_pause,
    monthly_resume,
    monthly_start,
    monthly_token,
)
from funds.settlement.services import (
    monthly_card_save,
    monthly_card_stop,
    monthly_end_and_forget,
    project_cancel_and_refund,
    project_open_with_money,
    tick,
)
from tests.factories import cards
from tests.factories import funds as make
from tests.factories import saved_cards as saved

pytestmark = pytest.mark.django_db
EACH = 300_00


@pytest.fixture
def world():
    with time_machine.travel(dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)):
        return make.open_village_project(donors=1_000_00, village=0, deadline_days=300)


def made(world, contact="guest@example.org", **changes):
    said = {
        "project": world.project,
        "amount": Money(EACH, "KGS"),
        "day": 10,
        "contact": Contact("email", contact) if contact else None,
        "country": "DE",
        "language": "en",
        "terms_version": live.TERMS_VERSION,
        "idempotency": ("guest:test", f"monthly-{contact}"),
    }
    with time_machine.travel(dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)):
        return monthly_make(**(said | changes))


def started(world, **changes):
    monthly = made(world, **changes)
    with time_machine.travel(dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)):
        return monthly_start(token=monthly_token(monthly))


def on(year, month, day):
    with time_machine.travel(dt.datetime(year, month, day, 9, tzinfo=dt.UTC)):
        assert tick().failed == []
        saved.charges_run()


def parts(monthly):
    return list(Pledge.objects.filter(instalment__monthly=monthly).order_by("id"))


def test_a_guest_is_asked_for_nothing_before_the_contact_is_proven(world):
    monthly = made(world)
    assert made(world).pk == monthly.pk
    (asked,) = make.notices("monthly_confirm")
    assert monthly_token(monthly) in asked.context["link"]
    on(2026, 12, 10)
    assert parts(monthly) == []
    assert MonthlyPledge.objects.get().status == "ended"  # forgotten after two weeks
    assert MonthlyPledge.objects.get().contact == ""


def test_each_month_it_is_a_promise_of_its_own_that_is_due_at_once(world):
    monthly = started(world)
    on(2026, 12, 9)
    assert parts(monthly) == []
    on(2026, 12, 10)
    on(2026, 12, 10)
    on(2026, 12, 11)
    (first,) = parts(monthly)
    assert (first.status, first.amount_minor, first.conditions) == ("due", EACH, [])
    assert len(make.notices("pledge_due")) == 1
    with time_machine.travel(dt.datetime(2026, 12, 12, tzinfo=dt.UTC)):
        make.pay(world, first)
    on(2027, 1, 10)
    assert [each.status for each in parts(monthly)] == ["collected", "due"]
    assert check_ledger() == []


def test_it_ends_by_itself_when_the_plan_is_full_and_names_another_project_of_the_village(world):
    monthly = started(world)
    with time_machine.travel(dt.datetime(2026, 12, 1, tzinfo=dt.UTC)):
        make.confirmed_pledge(world.project, 800_00)
        other = make.adopted_project(
            donors=500_00, village_share=0, administration=world.project.administration, place=world.project.village
        )
        type(other).objects.filter(pk=other.pk).update(title_en="Kindergarten")
        project_open_with_money(
            project=other,
            actor=world.head,
            deadline=dt.date(2027, 6, 1),
            custodian=world.custodian,
            outside_signatory=world.signatory,
            outside_substitute=world.substitute,
            signatory_organisation=world.association,
        )
    on(2026, 12, 10)
    (last,) = parts(monthly)
    assert last.amount_minor == 200_00  # what still lacked
    on(2026, 12, 11)
    assert MonthlyPledge.objects.get().status == "ended"
    assert MonthlyPledge.objects.get().contact == ""
    (over,) = make.notices("monthly_over")
    assert over.context["other"] == "Kindergarten"


def test_it_ends_with_its_project(world):
    started(world)
    with time_machine.travel(dt.datetime(2026, 12, 1, tzinfo=dt.UTC)):
        project_cancel_and_refund(project=world.project, actor=world.head, reason="Too dear.")
    on(2026, 12, 2)
    assert MonthlyPledge.objects.get().status == "ended"
    assert Pledge.objects.count() == 0


def test_paused_nothing_is_asked_for_and_what_was_missed_is_not_asked_for_later(world):
    monthly = started(world)
    token = monthly_token(monthly)
    monthly_pause(token=token)
    on(2026, 12, 10)
    with time_machine.travel(dt.datetime(2026, 12, 15, tzinfo=dt.UTC)):
        monthly_resume(token=token)
    on(2026, 12, 16)
    assert parts(monthly) == []
    monthly_change(token=token, amount_minor=100_00, day=5)
    on(2027, 1, 5)
    assert [each.amount_minor for each in parts(monthly)] == [100_00]


def test_bad_input_and_wrong_links_are_refused(world):
    for changes, field in (
        ({"amount": Money(1, "KGS")}, "amount"),
        ({"amount": Money(EACH, "EUR")}, "amount"),
        ({"day": 29}, "day"),
        ({"contact": None}, "contact"),
        ({"country": "XX"}, "country"),
        ({"language": "fr"}, "language"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            made(world, **changes)
        assert refusal.value.field == field
    with pytest.raises(Conflict):
        made(world, terms_version="old")
    monthly = made(world)
    with pytest.raises(RuleNotMet):
        monthly_pause(token=monthly_token(monthly))
    for act in (monthly_start, monthly_pause, monthly_end_and_forget, monthly_card_stop):
        with pytest.raises(NotFound):
            act(token=f"{monthly.public_id}-aaaaaaaaaaaaaaaa")


def test_one_contact_has_one_for_each_project(world):
    started(world)
    second = made(world, idempotency=("guest:test", "again"))
    with pytest.raises(Conflict) as refusal:
        monthly_start(token=monthly_token(second))
    assert refusal.value.code == "started_already"


@pytest.fixture
def double(settings, monkeypatch):
    with cards.running(settings, monkeypatch) as stripe:
        stripe.fee = stripe.fee_percent = 0
        yield stripe


def with_card(double, world, number=saved.GOOD):
    with time_machine.travel(dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)):
        cards.account(world.custodian)
    monthly = started(world)
    with time_machine.travel(dt.datetime(2026, 11, 20, 11, tzinfo=dt.UTC)):
        step = monthly_card_save(token=monthly_token(monthly), agreed=True)
        double.save(step.url.rsplit("/", 1)[-1], number)
        saved_settle(SavedCard.objects.select_related("account__custodian").get())
    return monthly


def test_by_card_it_is_told_the_day_before_and_charged_each_month_once(double, world):
    monthly = with_card(double, world)
    on(2026, 12, 10)
    (soon,) = make.notices("monthly_card_soon")
    assert "/m/monthly/" in soon.context["stop"]
    assert make.notices("pledge_due") == []
    assert double.charged() == []
    on(2026, 12, 11)
    on(2026, 12, 12)
    on(2027, 1, 10)
    on(2027, 1, 11)
    assert len(double.charged()) == 2
    assert [each.status for each in parts(monthly)] == ["collected", "collected"]
    assert cards.at_stripe(world.custodian) == double.balance() == 2 * EACH
    assert SavedCard.objects.get().status == "active"
    monthly_end_and_forget(token=monthly_token(monthly))
    saved.forget_ended()
    assert double.cards() == []
    assert check_ledger() == []


@pytest.mark.parametrize("how", ["paused", "ended", "card stopped"])
def test_between_the_message_and_the_charge_one_tap_stops_it(double, world, how):
    monthly = with_card(double, world)
    on(2026, 12, 10)
    token = monthly_token(monthly)
    act = {"paused": monthly_pause, "ended": monthly_end_and_forget, "card stopped": monthly_card_stop}[how]
    act(token=token)
    on(2026, 12, 11)
    assert double.charged() == []
    assert CardCharge.objects.get().status == "stopped"


def test_a_changed_sum_is_asked_for_and_not_taken(double, world):
    monthly = with_card(double, world)
    monthly_change(token=monthly_token(monthly), amount_minor=200_00, day=10)
    on(2026, 12, 10)
    on(2026, 12, 11)
    assert double.charged() == []
    assert len(make.notices("pledge_due")) == 1
    with time_machine.travel(dt.datetime(2026, 12, 12, tzinfo=dt.UTC)), pytest.raises(InvalidInput):
        monthly_card_save(token=monthly_token(monthly), agreed=False)


def test_a_card_that_does_not_pay_leads_to_the_page(double, world):
    with_card(double, world, "4000000000009979")
    on(2026, 12, 10)
    on(2026, 12, 11)
    assert len(make.notices("card_declined")) == 1


def test_who_is_forgotten_by_one_month_is_forgotten_by_all_that_follow(double, world):
    monthly = with_card(double, world)
    on(2026, 12, 10)
    pledge_erase_person(pledge=parts(monthly)[0])
    saved.forget_ended()
    ended = MonthlyPledge.objects.get()
    assert (ended.status, ended.contact, ended.ended_why) == ("ended", "", "forgotten")
    assert double.cards() == []
    on(2027, 1, 10)
    assert len(parts(monthly)) == 1
