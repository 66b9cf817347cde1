"""Whatever happens to pools in whatever order: none is overdrawn, each statement ties, the books agree."""

import datetime as dt

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from birge.errors import BirgeError
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.checks import check_ledger
from funds.matching.models import Rule
from funds.payments.models import Payment
from funds.pools.models import Pool, Proposal
from funds.pools.selectors import pool_money
from funds.pools.statements import months_of, statement
from funds.settlement.services import payment_correct_approve, payment_correct_ask, project_cancel_and_refund
from tests.factories import pools as make
from tests.factories.funds import factor, open_village_project

pytestmark = pytest.mark.django_db
EXPECTED = {
    "insufficient_funds", "not_banked", "plan_full", "not_open", "pool_spent", "banked", "not_so_much_cash",
    "no_rule", "rule_ended", "transition", "too_late", "by_decision", "late", "not_approved",
}  # fmt: skip

amounts = st.integers(1, 900_00)
which = st.integers(0, 2)
steps = st.one_of(
    st.tuples(st.just("gift"), which, amounts),
    st.tuples(st.just("cash"), which, amounts),
    st.tuples(st.just("bank"), which, amounts),
    st.tuples(st.just("give"), which, amounts),
    st.tuples(st.just("pass"), which, amounts),
    st.tuples(st.just("match"), which, amounts),
    st.tuples(st.just("more"), which, amounts),
    st.tuples(st.just("end"), which, st.just(0)),
    st.tuples(st.just("correct"), which, st.just(0)),
    st.tuples(st.just("fail"), which, st.just(0)),
    st.tuples(st.just("month"), which, st.just(0)),
)


class History:
    """Three pools and a village of one custodian, and what may happen to them."""

    def __init__(self):
        self.village = open_village_project(donors=1_500_00, village=0)
        first = make.pool_of(village=self.village)
        self.worlds = [first, *(make.pool_of(first.association, beside=first) for _n in range(2))]
        for world in self.worlds:
            make.paid_in(world, 1_000_00)

    def do(self, what, n, amount):
        world = self.worlds[n]
        to_pool = self.worlds[(n + 1) % 3].pool
        rule = Rule.objects.filter(pool_ref=world.pool.public_id).order_by("id").last()
        match what:
            case "gift":
                make.paid_in(world, amount)
            case "cash":
                make.cash_in(world, amount)
            case "bank":
                make.banked(world, amount)
            case "give":
                make.booked(world, make.giving(world, self.village.project, amount))
            case "pass":
                make.booked(world, make.proposed(world, amount, kind="pass_on", to_pool=to_pool))
            case "match":
                make.booked(world, make.matching(world, amount))
            case "more" if rule:
                more = {"rule_ref": rule.public_id, "rule_data": None, "name": ""}
                make.booked(world, make.matching(world, amount, **more))
            case "end" if rule:
                make.booked(world, make.proposed(world, None, kind="rule_end", rule_ref=rule.public_id))
            case "correct":
                self.correct(world)
            case "fail":
                project_cancel_and_refund(project=self.village.project, actor=self.village.head, reason="no road")

    def correct(self, world):
        mine = Payment.objects.filter(pool_ref=world.pool.public_id, project=None, status="confirmed")
        payment = mine.order_by("-id").first()
        if payment is not None and not payment.corrections.exists():
            asked = payment_correct_ask(payment=payment, actor=world.officer, reason="another sum")
            by = world.second_officer
            payment_correct_approve(correction=asked, actor=by, proof=factor(by))


def assert_all_ties():
    assert check_ledger() == []
    for pool in Pool.objects.select_related("custodian", "organisation"):
        money = pool_money(pool)
        cash = balance(codes.cash_pool(pool.custodian.public_id, pool.public_id), pool.currency)
        assert 0 <= cash == money.with_treasurer_minor <= money.free_minor, "cash was given away that is not banked"
        closing = None
        for year, month in reversed(months_of(pool)):
            made = statement(pool, year, month, "en")
            for account in made.accounts:
                came = sum(line.amount_minor for line in account.lines)
                assert account.opening_minor + came == account.closing_minor >= 0
            assert closing is None or closing == made.opening_minor
            closing = made.closing_minor
        assert closing == money.held_minor
    custodian = Pool.objects.first().custodian.public_id
    assert balance(codes.bank(custodian), "KGS") >= 0
    # What is booked is exactly what was voted
    for proposal in Proposal.objects.filter(status="booked"):
        assert set(proposal.ballots.filter(yes=True).values_list("digest", flat=True)) == {proposal.digest}


def play(happened):
    """Run one history in a transaction that is taken back at the end, and look at everything once it is over."""
    now, refusals = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC), set()
    with transaction.atomic():
        with time_machine.travel(now):
            history = History()
        for what, n, amount in happened:
            now += dt.timedelta(days=31) if what == "month" else dt.timedelta(minutes=1)
            with time_machine.travel(now):
                try:
                    history.do(what, n, amount)
                except BirgeError as refusal:
                    refusals.add(refusal.code)
        assert refusals <= EXPECTED
        with time_machine.travel(now):
            assert_all_ties()
        for status in set(Proposal.objects.values_list("kind", "status")):
            event(" ".join(status))  # seen with --hypothesis-show-statistics
        transaction.set_rollback(True)


CHECKS = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]


@settings(max_examples=10, deadline=None, suppress_health_check=CHECKS)
@given(happened=st.lists(steps, min_size=4, max_size=14))
def test_no_pool_is_overdrawn_and_every_statement_ties(happened):
    play(happened)


@pytest.mark.slow
@pytest.mark.postgresql  # short ones run on both
@settings(max_examples=25, deadline=None, suppress_health_check=CHECKS)
@given(happened=st.lists(steps, min_size=8, max_size=40))
def test_many_long_histories_tie_too(happened):
    play(happened)
