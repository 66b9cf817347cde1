"""Stripe pays out to the bank: when it is booked, what a failed one does, and which line of the bank it is."""

import datetime as dt

import pytest
import time_machine

from birge import clock
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.checks import check_ledger
from funds.ledger.models import Entry
from funds.payments.models import StripeAccount, StripePayout, StripeQuarantine
from funds.payments.providers.stripe.sweep import sweep
from funds.settlement.services import payout_explain, payout_line, payout_lines
from tests.factories import after, cards
from tests.factories import funds as make

pytestmark = pytest.mark.django_db
AMOUNT = 1_000_00


@pytest.fixture
def paid(double, world):
    """Return the custodian of a gift that is booked, without a fee."""
    double.fee = double.fee_percent = 0
    cards.paid_at_stripe(double, make.confirmed_pledge(world.project, AMOUNT))
    cards.told(double)
    return world.custodian


def account():
    return StripeAccount.objects.select_related("custodian").get()


def at_bank(custodian):
    return balance(codes.bank(custodian.public_id), "KGS")


def test_a_payout_is_booked_once_stripe_says_that_it_is_at_the_bank(double, paid):
    out = double.pay_out(600_00)
    cards.told(double)
    assert StripePayout.objects.get().status == "pending"
    assert (at_bank(paid), cards.at_stripe(paid)) == (0, AMOUNT)
    double.payout_ends(out["id"], "paid")
    double.payout_ends(out["id"], "reconciliation_completed")
    for _time in range(2):
        cards.told(double)
    assert (at_bank(paid), cards.at_stripe(paid)) == (600_00, 400_00)
    assert Entry.objects.filter(kind="payout.received").count() == 1
    assert cards.at_stripe(paid) == double.balance()
    assert check_ledger() == []


def test_a_payout_that_the_bank_sent_back_is_mirrored(double, paid):
    out = double.pay_out()
    double.payout_ends(out["id"], "paid")
    cards.told(double)
    double.payout_ends(out["id"], "failed")
    cards.told(double)
    payout = StripePayout.objects.get()
    assert (payout.status, payout.mirror_entry_id is not None) == ("failed", True)
    assert (at_bank(paid), cards.at_stripe(paid)) == (0, AMOUNT)
    assert cards.at_stripe(paid) == double.balance()
    assert check_ledger() == []


def test_one_that_failed_before_it_was_there_books_nothing(double, paid):
    out = double.pay_out()
    double.payout_ends(out["id"], "failed")
    cards.told(double)
    assert not Entry.objects.filter(kind="payout.received").exists()
    assert cards.at_stripe(paid) == double.balance() == AMOUNT


def test_stripe_takes_from_the_bank_what_its_balance_lacks(double, paid):
    double.pay_out()
    double.payout_ends(next(each["id"] for each in double.things.values() if each["object"] == "payout"), "paid")
    owed = double.pay_out(-100_00)
    double.payout_ends(owed["id"], "paid")
    cards.told(double)
    assert (at_bank(paid), cards.at_stripe(paid)) == (900_00, 100_00)
    assert check_ledger() == []


@pytest.mark.parametrize("days", [4, 40])
def test_scenario_08_the_sweep_finds_payouts_that_nobody_told_us_of(double, paid, days):
    start = clock.now()
    with time_machine.travel(start, tick=True) as traveller:
        sweep(account())
        out = double.pay_out()
        double.payout_ends(out["id"], "paid")
        traveller.move_to(start + dt.timedelta(days=days))
        sweep(account())
        assert (at_bank(paid), cards.at_stripe(paid)) == (AMOUNT, 0)
        double.payout_ends(out["id"], "failed")
        double.events.pop()
        sweep(account())
        late = days == 40  # a payout that failed weeks after it was paid: only a full comparison sees it
        assert at_bank(paid) == (AMOUNT if late else 0)


@pytest.mark.parametrize(
    ("odd", "reason"), [({"currency": "eur"}, "payout"), ({"livemode": True}, "payout"), ({"status": "odd"}, "payout")]
)
def test_a_payout_that_does_not_fit_is_put_aside(double, paid, odd, reason):
    out = double.pay_out()
    out.update(status="paid")
    out.update(odd)
    cards.told(double)
    assert [each.reason for each in StripeQuarantine.objects.all()] == [reason]
    assert at_bank(paid) == 0


def test_an_officer_ties_a_payout_to_its_line_of_the_bank(double, world, paid):
    out = double.pay_out()
    cards.told(double)
    payout = StripePayout.objects.get()
    line = after.bank_line(paid, payout.arrives_on + dt.timedelta(days=1), AMOUNT)
    assert payout_lines(payout) == [line]
    with pytest.raises(RuleNotMet) as refusal:
        payout_explain(payout=payout, line=line, actor=world.officer)
    assert refusal.value.code == "not_booked"
    double.payout_ends(out["id"], "paid")
    cards.told(double)
    with pytest.raises(NotAllowed):
        payout_explain(payout=payout, line=line, actor=world.head)
    for _time in range(2):
        payout_explain(payout=payout, line=line, actor=world.officer)
    assert payout_line(payout) == line
    assert payout_lines(payout) == []


def test_only_its_own_sum_day_and_bank_fit(double, world, paid):
    out = double.pay_out()
    double.payout_ends(out["id"], "paid")
    cards.told(double)
    payout = StripePayout.objects.get()
    after.bank_line(paid, payout.arrives_on, AMOUNT - 1)
    stranger = make.open_village_project()
    theirs = after.bank_line(stranger.custodian, payout.arrives_on, AMOUNT)
    assert payout_lines(payout) == []
    with pytest.raises(InvalidInput):
        payout_explain(payout=payout, line=theirs, actor=world.officer)
