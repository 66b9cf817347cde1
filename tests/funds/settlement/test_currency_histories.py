"""Scenario 13: whatever is promised, paid, corrected and given back in whatever currencies, all sums stay exact.

Hypothesis makes the histories: seven currencies, one of them without decimals, and rates that move every day.
"""

import contextlib
import datetime as dt
import random
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from birge import clock
from birge.errors import BirgeError
from birge.money import Money
from funds.exchange.services import Side, exchange_ask, exchange_book
from funds.ledger import codes
from funds.ledger.balances import balance, balances_of_custodian
from funds.ledger.checks import check_ledger
from funds.matching.models import Given, Reservation
from funds.payments.models import Payment
from funds.pledges.exchanging import covering, part_kept
from funds.pledges.models import Pledge
from funds.pledges.selectors import promised_minor
from funds.pledges.tokens import pledge_token
from funds.rates.selectors import convert, worth
from funds.releases.models import Correction, Refund
from funds.settlement.facts import held_minor
from funds.settlement.services import (
    payment_correct_approve,
    payment_correct_ask,
    pledge_withdraw_and_release,
    project_cancel_and_refund,
    refund_confirm,
    refund_send,
)
from tests.factories import funds as make
from tests.factories.exchange import USUAL, made_in, pay_in
from tests.factories.matching import ONE_TO_ONE, published
from tests.factories.rates import trusted

pytestmark = pytest.mark.django_db
CURRENCIES = ("KGS", *USUAL)
TYPICAL = {"KGS": 500_00, "RUB": 500_00, "KZT": 2_500_00, "USD": 5_00, "EUR": 5_00, "TRY": 200_00, "KRW": 7_000}


def _some(dice, rows):
    rows = list(rows)
    return dice.choice(rows) if rows else None


def promises(world, dice):
    currency = dice.choice(CURRENCIES)
    make.confirm(made_in(world.project, int(TYPICAL[currency] * dice.uniform(0.7, 3)), currency))


def pays(world, dice):
    waiting = _some(dice, Pledge.objects.filter(status__in=["confirmed", "due"]))
    if waiting is None:
        return
    if dice.random() < 0.6:
        money = Money(max(1, int(waiting.amount_minor * dice.choice([1, 1, 0.5, 0.98, 1.2]))), waiting.currency)
    else:
        other = convert(waiting.amount, dice.choice(CURRENCIES), clock.today()).got
        money = Money(max(1, int(other.minor * dice.choice([1, 0.97, 0.6]))), other.currency)
    pay_in(world, waiting, money.minor, money.currency)


def takes_back(world, dice):
    waiting = _some(dice, Pledge.objects.filter(status__in=["confirmed", "due"]))
    if waiting:
        pledge_withdraw_and_release(pledge=waiting, token=pledge_token(waiting))


def corrects(world, dice):
    payment = _some(dice, Payment.objects.filter(status="confirmed"))
    if payment:
        asked = payment_correct_ask(payment=payment, actor=world.officer, reason="a mistake")
        payment_correct_approve(correction=asked, actor=world.second_officer, proof=make.factor(world.second_officer))


def exchanges(world, dice):
    held = [
        row for row in balances_of_custodian(world.custodian.public_id)
        if row.type == "bank" and row.amount > 0 and row.currency != "KGS"
    ]  # fmt: skip
    row = _some(dice, held)
    if row is None:
        return
    gave = Money(dice.randint(1, row.amount), row.currency)
    got = Money(max(1, int(convert(gave, "KGS", clock.today()).got.minor * dice.uniform(0.9, 1.05))), "KGS")
    asked = exchange_ask(
        custodian=world.custodian, gave=Side(gave), got=Side(got), done_on=clock.today(), actor=world.officer,
        idempotency=("user:test", f"x-{dice.random()}"), reference=f"FX-{dice.random()}",
    )  # fmt: skip
    exchange_book(exchange=asked, actor=world.second_officer, proof=make.factor(world.second_officer))


def gives_up(world, dice):
    if dice.random() < 0.3:
        project_cancel_and_refund(project=world.project, actor=world.head, reason="not needed")


def refunds(world, dice):
    refund = _some(dice, Refund.objects.filter(status="due"))
    if refund:
        refund_send(
            refund=refund, actor=world.officer, bank_reference="R", bank_line=None, proof=make.factor(world.officer)
        )
        refund_confirm(refund=refund, actor=world.second_officer, proof=make.factor(world.second_officer))


ACTS = [promises, promises, promises, pays, pays, pays, takes_back, corrects, exchanges, gives_up, refunds, refunds]
HISTORIES = given(
    steps=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 2**16)), min_size=8, max_size=30),
)
CHECKS = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]


@settings(max_examples=6, deadline=None, suppress_health_check=CHECKS)
@HISTORIES
def test_scenario_13_a_history_in_many_currencies_keeps_the_books_whole(steps):
    play(steps)


@pytest.mark.slow
@pytest.mark.sqlite  # once: it takes long
@settings(max_examples=40, deadline=None, suppress_health_check=CHECKS)
@HISTORIES
def test_scenario_13_many_histories_in_many_currencies_keep_the_books_whole(steps):
    play(steps)


def play(steps):
    """Run one history, a day for each step, in a transaction that is taken back at the end."""
    start = clock.now()
    with transaction.atomic():
        world = make.open_village_project(donors=12_000_00, village=5_000_00, matching=4_000_00)
        published(world.custodian, ONE_TO_ONE, amount=3_000_00)
        reserved = 0
        for number, (act, seed) in enumerate(steps):
            dice = random.Random(seed)
            with time_machine.travel(start + dt.timedelta(days=number), tick=True):
                for currency, price in USUAL.items():
                    moved = (Decimal(price) * (100 + dice.randint(-6, 6)) / 100).quantize(Decimal("0.000001"))
                    trusted(currency, str(moved))
                before = _reserved()
                with contextlib.suppress(BirgeError), transaction.atomic():
                    act(world, dice)
                world.project.refresh_from_db()
                assert_whole(world)
                if act is pays:
                    reserved = _reserved()
                    assert reserved <= before  # what was reserved never grows by a payment
        assert check_ledger() == []
        transaction.set_rollback(True)


def assert_whole(world):
    """Nothing is held in a foreign currency, and the plan counts just what its parts count."""
    custodian, project = world.custodian.public_id, world.project.public_id
    held = [row for row in balances_of_custodian(custodian) if row.type == "held" and row.purpose_ref == project]
    assert {row.currency for row in held if row.amount} <= {"KGS"}
    came = Payment.objects.filter(project=world.project, status="confirmed")
    back = sum(refund.amount_minor for refund in Refund.objects.filter(status="paid"))
    given = sum(row.amount_minor - row.returned_minor for row in Given.objects.filter(project=world.project))
    assert held_minor(world.project) == sum(each.plan_minor for each in came) + given - back >= 0
    waiting = Pledge.objects.filter(status__in=["confirmed", "due"])
    promised = sum(each.plan_amount_minor for each in waiting)
    assert balance(codes.promised(custodian, project), "KGS") == promised
    collected = sum(each.collected_minor for each in Pledge.objects.filter(status="collected"))
    assert promised_minor(world.project) == promised + collected
    groups = {each.group for each in Pledge.objects.all()}
    for group in groups - {each.group for each in Payment.objects.filter(pk__in=Correction.objects.values("payment"))}:
        parts = list(Pledge.objects.filter(group=group).order_by("id"))
        assert all(each.rate == parts[0].rate and each.currency == parts[0].currency for each in parts)


def _reserved():
    rows = Reservation.objects.filter(status__in=["reserved", "given"])
    return sum(row.amount_minor for row in rows)


SUMS = st.sampled_from([code for code in CURRENCIES if code != "KGS"])


@settings(max_examples=300, deadline=None)
@given(
    currency=SUMS, minor=st.integers(1, 10**9), rate=st.decimals("0.00001", "150", places=8), paid=st.integers(1, 10**9)
)
def test_scenario_13_both_parts_of_a_promise_are_the_promise_in_both_currencies(currency, minor, rate, paid):
    plan = worth(Money(minor, currency), rate, "KGS").minor
    if plan <= 0:
        return
    pledge = Pledge(amount_minor=minor, currency=currency, plan_amount_minor=plan, rate=rate)
    kept = part_kept(pledge, paid=Money(paid, currency), plan_minor=worth(Money(paid, currency), rate, "KGS").minor)
    assert 0 <= kept.amount_minor <= minor
    assert 0 <= kept.plan_minor <= plan
    whole = (kept.amount_minor, kept.plan_minor) == (minor, plan)
    assert whole or (kept.amount_minor == paid < minor and kept.plan_minor < plan)
    step = abs(worth(Money(kept.amount_minor, currency), rate, "KGS").minor - kept.plan_minor)
    assert whole or step <= 1  # the rounding of one product, never more


@settings(max_examples=300, deadline=None)
@given(currency=SUMS, rest=st.integers(1, 10**9), rate=st.decimals("0.00001", "150", places=8))
def test_scenario_13_the_least_sum_that_covers_the_rest_is_the_least(currency, rest, rate):
    least = covering(Money(rest, "KGS"), currency, rate)
    assert worth(least, rate, "KGS").minor >= rest
    assert least.minor == 1 or worth(Money(least.minor - 1, currency), rate, "KGS").minor < rest
