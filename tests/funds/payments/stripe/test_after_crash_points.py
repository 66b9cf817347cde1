"""The process is killed before any statement and any call while a card's money goes back, is disputed or is paid out.

Whatever happens next (the same call again, the sweep), it is sent once and booked once.
"""

import pytest

from birge.money import Money
from funds.ledger.checks import check_ledger
from funds.ledger.models import Entry
from funds.payments.models import Payment, StripeAccount, StripeDispute, StripePayout, StripeRefundOrder
from funds.payments.providers.stripe.provider import provider
from funds.payments.providers.stripe.sweep import sweep
from funds.releases.models import Refund
from funds.settlement.services import project_cancel_and_refund
from tests.factories import cards
from tests.factories import funds as make
from tests.support.dying import kill_at_each_step

# On the database of production only: a fresh clone has 25 minutes for everything.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.postgresql]
AMOUNT = 1_000_00


@pytest.fixture
def payment(double, world):
    """Return a gift by card that is booked, without a fee."""
    double.fee = double.fee_percent = 0
    cards.paid_at_stripe(double, make.confirmed_pledge(world.project, AMOUNT))
    cards.told(double)
    return Payment.objects.get(kind="stripe")


def account():
    return StripeAccount.objects.select_related("custodian").get()


def agrees(double, world):
    assert cards.at_stripe(world.custodian) == double.balance()
    assert check_ledger() == []


@pytest.mark.parametrize("end", ["again", "sweep"])
def test_scenario_01_killed_while_a_refund_is_ordered_it_is_sent_once(double, world, payment, end):
    project_cancel_and_refund(project=world.project, actor=world.head, reason="не будет")
    amount = Money(Refund.objects.get().amount_minor, "KGS")
    assert kill_at_each_step(lambda: provider.refund(payment, amount)) > 10
    if end == "again":
        provider.refund(payment, amount)
    sweep(account())
    assert [each["amount"] for each in double.refunds()] == [AMOUNT]
    assert StripeRefundOrder.objects.get().status == "made"
    assert Refund.objects.get().status == "paid"
    assert Entry.objects.filter(kind="refund.paid").count() == 1
    agrees(double, world)


@pytest.mark.parametrize("end", ["won", "lost"])
def test_scenario_01_killed_while_a_dispute_is_booked_it_is_booked_once(double, world, payment, end):
    disputed = double.dispute(payment.reference)
    assert kill_at_each_step(lambda: sweep(account(), full=True)) > 10
    double.decide(disputed["id"], end)
    assert kill_at_each_step(lambda: sweep(account(), full=True)) > 10
    sweep(account(), full=True)
    assert StripeDispute.objects.get().settled_at is not None
    assert Entry.objects.filter(kind="payment.disputed").count() == 1
    assert Entry.objects.filter(kind="entry.reversed").count() == (2 if end == "won" else 0)
    agrees(double, world)


def test_scenario_01_killed_while_a_payout_is_booked_it_is_booked_once(double, world, payment):
    out = double.pay_out()
    double.payout_ends(out["id"], "paid")
    assert kill_at_each_step(lambda: sweep(account(), full=True)) > 10
    double.payout_ends(out["id"], "failed")
    assert kill_at_each_step(lambda: sweep(account(), full=True)) > 10
    sweep(account(), full=True)
    assert StripePayout.objects.get().mirror_entry_id is not None
    assert Entry.objects.filter(kind="payout.received").count() == 1
    agrees(double, world)
