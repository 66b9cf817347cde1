"""Giving back by card: an officer's part of a gift, a failed project's refund, and money that is spent already (16)."""

import pytest

from birge.errors import InvalidInput, NotAllowed, RuleNotMet, SecondFactorRequired
from birge.money import Money
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.checks import check_ledger
from funds.ledger.models import Entry
from funds.matching.models import Given
from funds.matching.rule_selectors import given_minor, rule_money
from funds.payments.models import Payment, StripeAccount, StripeQuarantine, StripeRefund, StripeRefundOrder
from funds.payments.providers.base import RefundStep
from funds.payments.providers.stripe.gateway import ProviderRefused, ProviderUnknown
from funds.payments.providers.stripe.provider import provider
from funds.payments.providers.stripe.refund_asking import (
    card_refund_agree,
    card_refund_ask,
    card_refund_turn_down,
)
from funds.payments.providers.stripe.refunding import order_send, refund_order
from funds.payments.providers.stripe.sweep import sweep
from funds.pledges.models import Pledge
from funds.releases.models import Refund
from funds.settlement.facts import held_minor
from funds.settlement.selectors import project_progress
from funds.settlement.services import project_cancel_and_refund, refund_confirm, refund_send
from projects.works.models import Project
from tests.factories import after, cards
from tests.factories import funds as make
from tests.factories import matching as pools

pytestmark = pytest.mark.django_db
AMOUNT = 1_000_00
SOM = Money(100, "KGS")


@pytest.fixture
def payment(double, world):
    """Return a gift by card that is booked, without a fee."""
    double.fee = double.fee_percent = 0
    cards.paid_at_stripe(double, make.confirmed_pledge(world.project, AMOUNT))
    cards.told(double)
    return Payment.objects.get(kind="stripe")


def ask(world, payment, minor, **changes):
    facts = {"payment": payment, "amount": Money(minor, "KGS"), "reason": "он ошибся", "actor": world.officer}
    key = f"back-{StripeRefundOrder.objects.count()}"
    return card_refund_ask(**({**facts, "idempotency": ("test", key)} | changes))


def agree(world, order):
    proof = make.factor(world.second_officer)
    return card_refund_agree(order=order, actor=world.second_officer, proof=proof)


def agrees(double, world):
    assert cards.at_stripe(world.custodian) == double.balance()
    assert check_ledger() == []


def test_two_officers_give_a_part_back_and_stripe_sends_it_once(double, world, payment):
    order = ask(world, payment, 300_00)
    assert order.status == "asked"
    with pytest.raises(NotAllowed) as refusal:
        card_refund_agree(order=order, actor=world.officer, proof=make.factor(world.officer))
    assert refusal.value.code == "same_person"
    with pytest.raises(SecondFactorRequired):
        card_refund_agree(order=order, actor=world.second_officer, proof=None)
    agree(world, order)
    agree(world, order)
    assert not double.refunds(), "Stripe is asked by the worker, once it is committed"
    after.send_orders()
    order_send(order)
    assert [each["amount"] for each in double.refunds()] == [300_00]
    assert double.refunds()[0]["metadata"] == {"birge_command": str(order.command_id)}
    assert StripeRefundOrder.objects.get().status == "made"
    assert held_minor(world.project) == 700_00
    agrees(double, world)


def test_a_part_that_went_back_counts_no_more(double, world, payment):
    order = ask(world, payment, 300_00)
    agree(world, order)
    after.send_orders()
    pledge = Pledge.objects.get(public_id=payment.pledge_ref)
    assert (pledge.status, pledge.collected_minor) == ("collected", 700_00)
    assert balance(codes.reserved(world.custodian.public_id, world.project.public_id), "KGS") == 700_00
    donors = project_progress(world.project).parties[0]
    assert (donors.party, donors.received_minor) == ("donors", 700_00)
    assert not StripeQuarantine.objects.exists()
    agrees(double, world)


def test_the_rest_may_go_back_too_and_then_the_gift_is_gone(double, world, payment):
    for part in (300_00, 700_00):
        agree(world, ask(world, payment, part))
        after.send_orders()
    assert Pledge.objects.get(public_id=payment.pledge_ref).status == "refunded"
    assert Payment.objects.get(pk=payment.pk).status == "reversed"
    assert Entry.objects.filter(kind="refund.paid").count() == 2
    agrees(double, world)


def test_never_more_goes_back_than_came(double, world, payment):
    with pytest.raises(RuleNotMet) as refusal:
        ask(world, payment, AMOUNT + 1)
    assert refusal.value.code == "too_much"
    ask(world, payment, 600_00)
    with pytest.raises(RuleNotMet):
        ask(world, payment, 500_00)
    with pytest.raises(InvalidInput):
        ask(world, payment, 0)
    double.refund(payment.reference, 500_00)
    cards.told(double)
    waiting = StripeRefundOrder.objects.get()
    with pytest.raises(RuleNotMet) as refusal:
        agree(world, waiting)
    assert refusal.value.code == "too_much"
    card_refund_turn_down(order=waiting, actor=world.second_officer, reason="ушло уже больше")
    assert ask(world, payment, 500_00).status == "asked"


def test_who_may_not_give_back(double, world, payment):
    with pytest.raises(NotAllowed):
        ask(world, payment, 1_00, actor=world.head)
    with pytest.raises(InvalidInput):
        ask(world, payment, 1_00, reason=" ")
    by_transfer = make.pay(world, make.confirmed_pledge(world.project, AMOUNT))
    with pytest.raises(RuleNotMet) as refusal:
        ask(world, by_transfer, 1_00)
    assert refusal.value.code == "not_at_stripe"
    double.dispute(payment.reference, taken=False)
    cards.told(double)
    with pytest.raises(RuleNotMet) as refusal:
        ask(world, payment, 1_00)
    assert refusal.value.code == "disputed"


@pytest.mark.parametrize("how", ["before", "after", "lost"])
def test_scenario_03_an_order_that_stripe_does_not_answer_is_unknown_and_sent_once(double, world, payment, how):
    order = agree(world, ask(world, payment, 300_00))
    double.fail_next("POST /v1/refunds", how)
    with pytest.raises(ProviderUnknown):
        order_send(order)
    order.refresh_from_db()
    assert order.status == "ordered", "never taken for failed"
    double.keys.clear()  # Stripe has forgotten our key
    double.failures.clear()
    sweep(StripeAccount.objects.select_related("custodian").get())
    assert [each["amount"] for each in double.refunds()] == [300_00]
    assert StripeRefundOrder.objects.get().status == "made"
    agrees(double, world)


def failed_project(world):
    project_cancel_and_refund(project=world.project, actor=world.head, reason="не будет")
    return Refund.objects.get()


def test_a_failed_projects_refund_is_sent_by_the_provider_once(double, world, payment):
    due = failed_project(world)
    amount = Money(due.amount_minor, due.currency)
    for _time in range(3):
        assert provider.refund(payment, amount) is RefundStep.DONE
    due.refresh_from_db()
    assert due.status == "paid"
    assert len(double.refunds()) == 1
    assert Pledge.objects.get(public_id=payment.pledge_ref).status == "refunded"
    agrees(double, world)


def test_a_refund_that_stripe_sends_later_is_booked_then(double, world, payment):
    due = failed_project(world)
    double.refund_status = "pending"
    assert provider.refund(payment, Money(due.amount_minor, due.currency)) is RefundStep.DONE
    due.refresh_from_db()
    assert due.status == "due"
    double.refund_goes(double.refunds()[0]["id"])
    cards.told(double)
    due.refresh_from_db()
    assert due.status == "paid"
    agrees(double, world)


def test_a_refund_that_fails_may_be_ordered_anew(double, world, payment):
    due = failed_project(world)
    double.refund_status = "pending"
    amount = Money(due.amount_minor, due.currency)
    provider.refund(payment, amount)
    double.refund_fails(double.refunds()[0]["id"])
    cards.told(double)
    double.refund_status = "succeeded"
    provider.refund(payment, amount)
    due.refresh_from_db()
    assert (due.status, len(double.refunds())) == ("paid", 2)
    agrees(double, world)


def test_what_the_provider_refuses(double, world, payment):
    due = failed_project(world)
    amount = Money(due.amount_minor, due.currency)
    with pytest.raises(RuleNotMet) as refusal:
        provider.refund(payment, Money(due.amount_minor + 1, due.currency))
    assert refusal.value.code == "too_much"
    double.refund(payment.reference, 400_00)  # in the dashboard, and we have not heard of it
    with pytest.raises(ProviderRefused):
        provider.refund(payment, amount)
    assert StripeRefundOrder.objects.get().status == "refused"
    cards.told(double)
    due.refresh_from_db()
    assert due.amount_minor == 600_00
    assert provider.refund(payment, Money(600_00, "KGS")) is RefundStep.DONE
    with pytest.raises(RuleNotMet) as refusal:
        refund_order(payment, Money(500_00, "KGS"), "project_failed")
    assert refusal.value.code == "other_sum"
    agrees(double, world)


def test_a_part_went_back_and_officers_send_the_rest_by_hand(double, world, payment):
    double.refund(payment.reference, 400_00)
    cards.told(double)
    due = failed_project(world)
    assert due.amount_minor == 600_00
    proof = make.factor(world.officer)
    sent = refund_send(refund=due, actor=world.officer, bank_reference="1", bank_line=None, proof=proof)
    refund_confirm(refund=sent, actor=world.second_officer, proof=make.factor(world.second_officer))
    assert held_minor(world.project) == 0
    assert check_ledger() == []


@pytest.mark.parametrize("reserve", [0, 400_00, 5_000_00])
def test_scenario_16_money_sent_back_after_it_was_spent_hurts_nobody_else(double, reserve):
    world, intent = after.under_way_by_card(double)
    other = after.another_project(world)
    if reserve:
        after.reserve(world, reserve)
    make.released(world)
    held, elsewhere = held_minor(world.project), held_minor(other)
    double.refund(intent["id"])
    cards.told(double)
    own = after.GIFT * held // after.TOTAL
    from_reserve = min(reserve, after.GIFT - own)
    assert held_minor(world.project) == held - own
    assert balance(codes.reserve(world.custodian.public_id), "KGS") == reserve - from_reserve
    short = balance(codes.shortfall(world.custodian.public_id, world.project.public_id), "KGS")
    assert short == after.GIFT - own - from_reserve
    assert held_minor(other) == elsewhere
    assert project_progress(Project.objects.get(pk=world.project.pk)).shortfall_minor == short
    agrees(double, world)


def test_scenario_16_a_part_sent_back_after_work_began_leaves_the_matching(double):
    world, intent = after.under_way_by_card(double)
    make.released(world)
    held = held_minor(world.project)
    double.refund(intent["id"], 500_00)
    cards.told(double)
    assert held_minor(world.project) == held - 500_00, "the gift's own share covers it"
    payment = Payment.objects.get(kind="stripe")
    assert Pledge.objects.get(public_id=payment.pledge_ref).collected_minor == after.GIFT - 500_00
    assert not Given.objects.filter(returned_minor__gt=0).exists()
    assert StripeRefund.objects.get().amount_minor == 500_00
    agrees(double, world)


def test_what_pools_gave_shrinks_with_the_gift_while_the_project_raises(double):
    double.fee = double.fee_percent = 0
    world = make.open_village_project(matching=10_000_00)
    cards.account(world.custodian)
    rule = pools.published(world.custodian)
    given = make.confirmed_pledge(world.project, AMOUNT)
    cards.paid_at_stripe(double, given)
    cards.told(double)
    payment = Payment.objects.get(kind="stripe")
    matched = given_minor(world.project)
    assert matched > 0
    for left in (700_00, 400_00):
        agree(world, ask(world, payment, 300_00))
        after.send_orders()
        assert given_minor(world.project) == matched * left // AMOUNT
        assert held_minor(world.project) == left + matched * left // AMOUNT
    assert rule_money(rule.rule).offered == 10_000_00 - matched * 4 // 10, "the rest matches others again"
    agree(world, ask(world, payment, 400_00))
    after.send_orders()
    assert given_minor(world.project) == held_minor(world.project) == 0
    agrees(double, world)
