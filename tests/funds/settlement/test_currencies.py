"""Promises and payments in other currencies: what they count, what is kept, and who bears what the rate does."""

import datetime as dt
from decimal import Decimal

import pytest

from birge import clock
from birge.errors import InvalidInput, RuleNotMet
from birge.money import Money
from funds.ledger.models import Entry
from funds.payments.services import payment_confirm
from funds.pledges.models import Pledge
from funds.pledges.selectors import plan_rest
from funds.rates.models import Rate
from funds.rates.selectors import RateMissing
from funds.releases.selectors import tranche_minor
from funds.settlement.facts import held_minor, plan_facts
from funds.settlement.selectors import project_progress, projects_money, totals_by_currency
from funds.settlement.services import (
    payment_correct_approve,
    payment_correct_ask,
    payment_identify_approve,
    payment_identify_ask,
    project_cancel_and_refund,
    refund_confirm,
    refund_send,
    unidentified_payment_record,
)
from tests.factories.exchange import bank_in, fx_in, held_in, made_in, pay_in, promised_in, rates_known, yesterday
from tests.factories.funds import confirmed_pledge, factor, open_village_project, paper, pay, pledge, record
from tests.factories.rates import trusted, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return open_village_project(donors=10_000_00, village=10_000_00)


def test_a_promise_keeps_amount_rate_source_and_day(world):
    trusted("RUB", "0.92", yesterday())
    made = made_in(world.project, 5_000_00, "RUB")
    made.refresh_from_db()
    assert (made.amount, made.plan_amount_minor) == (Money(5_000_00, "RUB"), 4_600_00)
    assert (made.rate, made.rate_source, made.rate_on) == (Decimal("0.92"), "nbkr", yesterday())


def test_a_promise_in_the_plans_currency_needs_no_rate(world):
    made = pledge(world.project, 500_00)
    assert (made.plan_amount_minor, made.rate, made.rate_source, made.rate_on) == (500_00, 1, "", None)


@pytest.mark.parametrize("currency", ["RUB", "EUR", "KRW"])
def test_scenario_14_no_rate_no_promise_in_that_currency(world, currency):
    with pytest.raises(RateMissing) as refusal:
        made_in(world.project, 5_000_00, currency)
    assert (refusal.value.code, refusal.value.field) == ("rate_missing", "amount")
    assert "KGS" in str(refusal.value)
    assert not Pledge.objects.exists()


def test_scenario_14_a_rate_that_waits_or_was_refused_counts_for_no_promise(world):
    Rate.objects.create(currency="RUB", day=clock.today(), nominal=1, som=Decimal("0"), source="nbkr", status="refused")
    waiting("USD", "874,5000")
    with pytest.raises(RateMissing):
        made_in(world.project, 5_000_00, "RUB")
    made = made_in(world.project, 50_00, "USD")
    assert (made.rate, made.rate_on) == (Decimal("87.45"), yesterday())


def test_scenario_14_no_rate_of_a_later_day_is_taken_for_money_that_came_before_it(world):
    given = confirmed_pledge(world.project, 500_00)
    rates_known(RUB="0.92")
    with pytest.raises(RateMissing) as refusal:
        record(world, given, amount=Money(500_00, "RUB"), received_on=yesterday())
    assert refusal.value.field == "received_on"


def test_a_promise_in_roubles_fills_the_plan_and_draws_the_match_by_what_it_counts(world):
    rates_known(RUB="0.92")
    given = promised_in(world.project, 5_000_00, "RUB")
    assert plan_rest(world.project) == 10_000_00 - 4_600_00
    assert project_progress(world.project).parties[0].promised_minor == 4_600_00
    entry = Entry.objects.get(pk=given.entry_id)
    assert {(posting.currency, abs(posting.amount)) for posting in entry.postings.all()} == {("KGS", 4_600_00)}
    matched = Entry.objects.get(kind="match.reserved", group=given.group)
    assert {abs(posting.amount) for posting in matched.postings.all()} == {4_600_00}


def test_more_than_the_plan_takes_is_refused_and_the_least_that_covers_it_is_taken(world):
    rates_known(EUR="101.3")
    with pytest.raises(RuleNotMet) as refusal:
        made_in(world.project, 98_73, "EUR")
    assert (refusal.value.code, refusal.value.data["rest_minor"]) == ("plan_full", 10_000_00)
    assert "€98.72" in str(refusal.value)
    promised_in(world.project, 98_72, "EUR")  # 10 000.34 som: one cent less would leave a part of a som
    assert plan_rest(world.project) == 0


@pytest.mark.parametrize(
    ("minor", "currency"), [(49_99, "RUB"), (299_99, "KZT"), (99, "USD"), (99, "EUR"), (19_99, "TRY"), (999, "KRW")]
)
def test_each_currency_has_a_smallest_promise(world, minor, currency):
    rates_known()
    with pytest.raises(InvalidInput) as refusal:
        made_in(world.project, minor, currency)
    assert (refusal.value.code, refusal.value.field) == ("too_small", "amount")
    assert made_in(world.project, minor + 1, currency).status == "made"


def test_each_currency_has_a_largest_promise(world):
    rates_known()
    with pytest.raises(InvalidInput) as refusal:
        made_in(world.project, 160_000_001, "KRW")
    assert refusal.value.code == "too_large"


def test_a_currency_that_nobody_promises_in_is_refused(world):
    trusted("CNY", "12")
    with pytest.raises(InvalidInput) as refusal:
        made_in(world.project, 500_00, "CNY")
    assert refusal.value.code == "currency"


def test_roubles_that_come_are_held_in_som_at_once_and_the_custodian_bears_the_rate(world):
    rates_known(RUB="0.92")
    payment = pay_in(world, promised_in(world.project, 5_000_00, "RUB"), 5_000_00, "RUB")
    assert (held_in(world, "RUB"), held_in(world, "KGS")) == (0, 4_600_00)
    assert (bank_in(world, "RUB"), bank_in(world, "KGS")) == (5_000_00, 0)
    assert (fx_in(world, "RUB"), fx_in(world, "KGS")) == (-5_000_00, 4_600_00)
    assert (payment.plan_amount_minor, payment.rate, payment.rate_source) == (4_600_00, Decimal("0.92"), "nbkr")
    kinds = Entry.objects.filter(command__entries=payment.entry_id).order_by("n").values_list("kind", "group")
    assert list(kinds) == [
        ("payment.received", payment.group),
        ("fx.converted", payment.group),
        ("pledge.met", payment.group),
    ]


def test_what_was_promised_in_roubles_and_came_in_roubles_is_kept_whatever_the_rate_did(world):
    trusted("RUB", "0.92", yesterday())
    given = promised_in(world.project, 5_000_00, "RUB")
    trusted("RUB", "0.80")
    payment = pay_in(world, given, 5_000_00, "RUB")
    given.refresh_from_db()
    assert (given.status, given.plan_amount_minor, given.collected_minor) == ("collected", 4_600_00, 4_000_00)
    assert (payment.kept_minor, payment.difference_minor) == (4_600_00, -600_00)
    assert Pledge.objects.count() == 1


def test_the_rate_of_the_day_on_which_it_came_counts_not_that_of_the_confirmation(world):
    trusted("RUB", "0.92", yesterday())
    given = promised_in(world.project, 5_000_00, "RUB")
    payment = record(world, given, received_on=yesterday())
    trusted("RUB", "0.80")
    payment_confirm(payment=payment, actor=world.second_officer, proof=factor(world.second_officer))
    assert held_minor(world.project) == 4_600_00


def test_a_part_in_roubles_leaves_a_remainder_in_roubles_at_the_old_rate(world):
    trusted("RUB", "0.92", yesterday())
    given = promised_in(world.project, 5_000_00, "RUB")
    trusted("RUB", "0.80")
    pay_in(world, given, 3_000_00, "RUB")
    rest = Pledge.objects.exclude(pk=given.pk).get()
    assert (rest.amount, rest.plan_amount_minor, rest.rate) == (Money(2_000_00, "RUB"), 1_840_00, Decimal("0.92"))
    assert held_minor(world.project) == 2_400_00
    reserved = Entry.objects.filter(kind="match.reserved", resolved_by=None)
    sums = sorted(max(posting.amount for posting in entry.postings.all()) for entry in reserved)
    assert sums == [1_840_00, 2_760_00]  # together what was reserved for the whole


def test_scenario_15_roubles_promised_and_som_came_both_are_kept_and_a_little_less_is_enough(world):
    rates_known(RUB="0.92")
    given = promised_in(world.project, 5_000_00, "RUB")
    payment = pay_in(world, given, 4_450_00, "KGS")  # the payer's bank took its part
    given.refresh_from_db()
    assert (given.status, given.amount, given.collected_minor) == ("collected", Money(5_000_00, "RUB"), 4_450_00)
    assert (payment.amount, payment.exchanged, payment.difference_minor) == (Money(4_450_00, "KGS"), False, -150_00)
    assert plan_rest(world.project) == 10_000_00 - 4_450_00  # the plan counts what came
    assert held_minor(world.project) == 4_450_00


def test_scenario_15_more_than_that_less_leaves_a_remainder(world):
    rates_known(RUB="0.92")
    given = promised_in(world.project, 5_000_00, "RUB")
    pay_in(world, given, 4_369_99, "KGS")
    rest = Pledge.objects.exclude(pk=given.pk).get()
    assert (rest.amount, rest.plan_amount_minor) == (Money(250_01, "RUB"), 230_01)


def test_som_promised_and_roubles_came(world):
    rates_known(RUB="0.92")
    given = confirmed_pledge(world.project, 1_000_00)
    payment = pay_in(world, given, 1_080_00, "RUB")
    given.refresh_from_db()
    assert (given.status, given.collected_minor, payment.difference_minor) == ("collected", 993_60, -6_40)


def test_what_the_rate_took_does_not_keep_a_plan_open_for_ever(world):
    trusted("RUB", "0.92", yesterday())
    promised = [promised_in(world.project, 5_000_00, "RUB"), confirmed_pledge(world.project, 5_400_00)]
    trusted("RUB", "0.90")
    pay(world, promised[1])
    pay_in(world, promised[0], 5_000_00, "RUB")
    world.project.refresh_from_db()
    facts = plan_facts(world.project)
    assert world.project.status == "pledged_in_full"
    assert (facts.held_minor, facts.plan_minor) == (9_900_00, 20_000_00 - 100_00)


def test_what_the_rate_took_beyond_that_is_lacking_and_the_plan_opens_again(world):
    trusted("RUB", "0.92", yesterday())
    promised = [promised_in(world.project, 5_000_00, "RUB"), confirmed_pledge(world.project, 5_400_00)]
    world.project.refresh_from_db()
    assert world.project.status == "pledged_in_full"
    trusted("RUB", "0.46")
    pay_in(world, promised[0], 5_000_00, "RUB")
    world.project.refresh_from_db()
    promised[1].refresh_from_db()
    assert (world.project.status, promised[1].status) == ("open", "confirmed")
    assert plan_rest(world.project) == 2_300_00


def test_roubles_of_unknown_origin_wait_as_roubles_and_are_held_in_som_once_they_are_known(world):
    rates_known(RUB="0.92")
    payment = unidentified_payment_record(
        custodian=world.custodian,
        kind="transfer",
        actor=world.officer,
        amount=Money(5_000_00, "RUB"),
        received_on=clock.today(),
        reference="L-1",
        idempotency=("user:test", "unknown"),
    )
    payment = payment_confirm(payment=payment, actor=world.second_officer, proof=factor(world.second_officer))
    assert (payment.exchanged, held_in(world, "KGS")) == (False, 0)
    given = promised_in(world.project, 5_000_00, "RUB")
    asked = payment_identify_ask(payment=payment, pledge=given, proof=paper(world), actor=world.officer)
    payment_identify_approve(identification=asked, actor=world.second_officer, proof=factor(world.second_officer))
    payment.refresh_from_db()
    assert (held_in(world, "RUB"), held_in(world, "KGS"), payment.plan_minor) == (0, 4_600_00, 4_600_00)


def test_a_payment_in_roubles_that_never_came_is_taken_out_whole(world):
    trusted("RUB", "0.92", yesterday())
    given = promised_in(world.project, 5_000_00, "RUB")
    trusted("RUB", "0.80")
    payment = pay_in(world, given, 3_000_00, "RUB")
    asked = payment_correct_ask(payment=payment, actor=world.officer, reason="another client's money")
    payment_correct_approve(correction=asked, actor=world.second_officer, proof=factor(world.second_officer))
    assert [held_in(world, each) for each in ("RUB", "KGS")] == [0, 0]
    assert [fx_in(world, each) for each in ("RUB", "KGS")] == [0, 0]
    given.refresh_from_db()
    assert (given.status, given.amount, given.plan_amount_minor) == ("confirmed", Money(3_000_00, "RUB"), 2_760_00)
    assert plan_rest(world.project) == 10_000_00 - 4_600_00


def test_a_failed_project_gives_a_transfer_in_roubles_back_in_som(world):
    rates_known(RUB="0.92")
    payment = pay_in(world, promised_in(world.project, 5_000_00, "RUB"), 5_000_00, "RUB")
    pay(world, confirmed_pledge(world.project, 1_000_00))
    project_cancel_and_refund(project=world.project, actor=world.head, reason="no pipes to be had")
    refund = payment.refund
    assert (refund.amount_minor, refund.currency) == (4_600_00, "KGS")
    _sent(world, refund)
    assert held_in(world, "KGS") == 1_000_00
    entry = Entry.objects.get(pk=refund.entry_id)
    assert entry.resolves.kind == "fx.converted"  # no more goes back than the gift had brought
    assert bank_in(world, "KGS") == 1_000_00 - 4_600_00  # until the custodian books its exchange


def test_totals_stand_where_the_money_is_held(world):
    rates_known(RUB="0.92")
    pay_in(world, promised_in(world.project, 5_000_00, "RUB"), 5_000_00, "RUB")
    (total,) = totals_by_currency()
    assert (total.currency, total.received_minor, total.held_minor) == ("KGS", 4_600_00, 4_600_00)
    assert projects_money([world.project])[world.project.public_id].received_minor == 4_600_00


def test_the_last_stage_pays_out_what_the_rate_left():
    made = open_village_project(donors=4_600_00, village=0)
    trusted("RUB", "0.92", yesterday())
    given = promised_in(made.project, 5_000_00, "RUB")
    trusted("RUB", "0.91")
    pay_in(made, given, 5_000_00, "RUB")
    made.project.refresh_from_db()
    assert made.project.status == "funded"
    assert tranche_minor(made.project.milestones.get()) == 4_550_00 == held_minor(made.project)


def test_cents_of_won_and_days_far_back_are_reckoned_exactly(world):
    trusted("KRW", "0.0607", clock.today() - dt.timedelta(days=40))
    given = promised_in(world.project, 100_001, "KRW")
    assert given.plan_amount_minor == 6070_06  # 100 001 × 0.0607 = 6 070.0607
    pay_in(world, given, 100_001, "KRW")
    assert held_in(world, "KGS") == 6070_06


def _sent(world, refund):
    refund_send(
        refund=refund,
        actor=world.officer,
        bank_reference="OUT-7",
        bank_line=paper(world),
        proof=factor(world.officer),
    )
    refund_confirm(refund=refund, actor=world.second_officer, proof=factor(world.second_officer))
    refund.refresh_from_db()
