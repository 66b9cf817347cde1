"""A payer's bank takes a payment back: what is booked, who bears it, what stops, and what comes back."""

import itertools

import pytest

from birge.errors import RuleNotMet
from funds.ledger import codes
from funds.ledger.balances import balance, balances_of_custodian
from funds.ledger.checks import check_ledger
from funds.ledger.models import Entry
from funds.payments.models import Payment, StripeAccount, StripeDispute, StripeQuarantine
from funds.payments.providers.stripe.sweep import sweep
from funds.pledges.models import Pledge
from funds.releases.models import Refund
from funds.settlement.facts import held_minor
from funds.settlement.selectors import project_progress, projects_money
from funds.settlement.services import project_cancel_and_refund, refund_send, tick
from projects.works.models import Project
from tests.factories import after, cards
from tests.factories import funds as make

pytestmark = pytest.mark.django_db
AMOUNT, FEE = 1_000_00, 15_00


@pytest.fixture
def pledge(world, double):
    double.fee = double.fee_percent = 0
    return make.confirmed_pledge(world.project, AMOUNT)


@pytest.fixture
def paid(double, world, pledge):
    """Return the payment at Stripe of a gift that is booked."""
    intent = cards.paid_at_stripe(double, pledge)
    cards.told(double)
    return intent


def kinds():
    return sorted(Entry.objects.values_list("kind", flat=True))


def short(world):
    return balance(codes.shortfall(world.custodian.public_id, world.project.public_id), "KGS")


def agrees(double, world):
    assert cards.at_stripe(world.custodian) == double.balance()
    assert check_ledger() == []


def test_a_dispute_takes_the_gift_out_and_waits_for_the_bank(double, world, pledge, paid):
    double.dispute(paid["id"])
    cards.told(double)
    dispute = StripeDispute.objects.get()
    assert (dispute.status, dispute.amount_minor, dispute.is_open, dispute.taken) == (
        "needs_response",
        AMOUNT,
        True,
        True,
    )
    assert dispute.evidence_due_by is not None
    assert Entry.objects.get(pk=dispute.taken_entry_id).kind == "payment.disputed"
    assert Payment.objects.get().status == "confirmed", "the bank has not decided"
    assert Pledge.objects.get(pk=pledge.pk).status == "collected"
    assert (held_minor(world.project), short(world)) == (0, FEE), "nobody else bears Stripe's fee"
    assert not StripeQuarantine.objects.exists()
    agrees(double, world)


def test_a_lost_dispute_is_as_if_the_gift_went_back(double, world, pledge, paid):
    make.pay(world, make.confirmed_pledge(world.project, AMOUNT))
    disputed = double.dispute(paid["id"])
    cards.told(double)
    double.decide(disputed["id"], "lost")
    cards.told(double)
    assert Payment.objects.get(kind="stripe").status == "reversed"
    assert Pledge.objects.get(pk=pledge.pk).status == "refunded"
    assert balance(codes.reserved(world.custodian.public_id, world.project.public_id), "KGS") == AMOUNT
    assert held_minor(world.project) == AMOUNT - FEE
    assert StripeDispute.objects.get().settled_at is not None
    agrees(double, world)


@pytest.mark.parametrize("fee_back", [True, False])
def test_a_dispute_that_was_won_brings_all_back(double, world, pledge, paid, fee_back):
    before = {(row.code, row.amount) for row in balances_of_custodian(world.custodian.public_id)}
    disputed = double.dispute(paid["id"])
    cards.told(double)
    double.decide(disputed["id"], "won", fee_back=fee_back)
    cards.told(double)
    assert Payment.objects.get().status == "confirmed"
    assert (held_minor(world.project), short(world)) == (AMOUNT, 0 if fee_back else FEE)
    assert kinds().count("entry.reversed") == (2 if fee_back else 1)
    after_all = {(row.code, row.amount) for row in balances_of_custodian(world.custodian.public_id) if row.amount}
    assert not fee_back or after_all == {(code, amount) for code, amount in before if amount}
    agrees(double, world)


def test_an_inquiry_takes_nothing(double, world, pledge, paid):
    asked = double.dispute(paid["id"], taken=False)
    cards.told(double)
    assert StripeDispute.objects.get().is_open
    double.decide(asked["id"], "warning_closed")
    cards.told(double)
    assert StripeDispute.objects.get().settled_at is not None
    assert held_minor(world.project) == AMOUNT
    agrees(double, world)


@pytest.mark.parametrize("end", ["won", "lost"])
def test_events_of_a_dispute_in_any_order_end_the_same(double, world, pledge, end):
    paid = cards.paid_at_stripe(double, pledge)
    disputed = double.dispute(paid["id"])
    double.decide(disputed["id"], end)
    events = [each for each in double.events if each["type"].startswith("charge.dispute")]
    for event in [*reversed(events), *events]:
        assert cards.tell(event) == 204
        cards.look_into()
    assert Entry.objects.filter(kind__in=["payment.disputed", "payment.reversed"]).count() == 1
    assert held_minor(world.project) == (AMOUNT if end == "won" else 0)
    agrees(double, world)


def test_the_reserve_bears_the_fee_of_a_dispute(double, world, paid):
    after.reserve(world, 20_00)
    double.dispute(paid["id"])
    cards.told(double)
    assert balance(codes.reserve(world.custodian.public_id), "KGS") == 20_00 - FEE
    assert short(world) == 0
    agrees(double, world)


def test_scenario_17_a_chargeback_of_a_completed_project_is_a_public_shortfall_and_stops_tranches(double):
    world, intent = after.under_way_by_card(double)
    other = after.another_project(world)
    make.released(world)
    held, elsewhere = held_minor(world.project), held_minor(other)
    disputed = double.dispute(intent["id"])
    cards.told(double)
    own = after.GIFT * held // after.TOTAL
    assert held_minor(world.project) == held - own, "what others gave stays what it was"
    assert short(world) == after.GIFT - own + FEE
    assert held_minor(other) == elsewhere
    double.decide(disputed["id"], "lost")
    cards.told(double)
    payment = Payment.objects.get(kind="stripe")
    assert payment.status == "reversed"
    assert Pledge.objects.get(public_id=payment.pledge_ref).status == "refunded"
    assert project_progress(Project.objects.get(pk=world.project.pk)).shortfall_minor == short(world)
    make.shown(world)
    with pytest.raises(RuleNotMet) as refusal:
        make.ask(world, 2)
    assert "shortfall" in refusal.value.data["missing"]
    agrees(double, world)


def test_scenario_17_a_tranche_that_was_signed_before_is_not_paid_either(double):
    world, intent = after.under_way_by_card(double)
    release = make.sign(make.ask(world), world.head, world.signatory)
    double.dispute(intent["id"])
    cards.told(double)
    with pytest.raises(RuleNotMet) as refusal:
        make.pay_out(world, release)
    assert refusal.value.code == "shortfall", "the fee of the dispute is covered by nobody"
    after.reserve(world, 20_00)
    after.cover(world, short(world))
    assert short(world) == 0
    assert make.pay_out(world, release).status == "paid"
    agrees(double, world)


def test_scenario_17_what_a_bank_only_asks_about_has_to_stay(double):
    world, intent = after.under_way_by_card(double, stages=1)
    asked = double.dispute(intent["id"], taken=False)
    cards.told(double)
    release = None
    with pytest.raises(RuleNotMet) as refusal:
        release = make.ask(world)
    assert refusal.value.data["missing"] == ["disputed"]
    double.decide(asked["id"], "warning_closed")
    cards.told(double)
    release = make.ask(world)
    make.pay_out(world, make.sign(release, world.head, world.signatory))
    assert held_minor(world.project) == 0


def test_the_refund_of_a_disputed_gift_waits_and_is_done_by_the_bank(double, world, pledge, paid):
    disputed = double.dispute(paid["id"])
    cards.told(double)
    project_cancel_and_refund(project=world.project, actor=world.head, reason="not needed")
    assert not Refund.objects.exists(), "nothing of it is held"
    double.decide(disputed["id"], "won")
    cards.told(double)
    tick()
    due = Refund.objects.get()
    assert due.amount_minor == AMOUNT, "won after the project ended, it goes back after all"
    agrees(double, world)


def test_a_gift_on_its_way_back_is_taken_by_the_bank_instead(double, world, pledge, paid):
    project_cancel_and_refund(project=world.project, actor=world.head, reason="not needed")
    due = Refund.objects.get()
    disputed = double.dispute(paid["id"])
    cards.told(double)
    with pytest.raises(RuleNotMet) as refusal:
        refund_send(
            refund=due, actor=world.officer, bank_reference="1", bank_line=None, proof=make.factor(world.officer)
        )
    assert refusal.value.code == "disputed"
    double.decide(disputed["id"], "lost")
    cards.told(double)
    due.refresh_from_db()
    assert due.status == "paid"
    assert Pledge.objects.get(pk=pledge.pk).status == "refunded"
    agrees(double, world)


def test_the_sweep_finds_a_dispute_that_nobody_told_us_of(double, world, paid):
    account = StripeAccount.objects.select_related("custodian").get()
    sweep(account)
    disputed = double.dispute(paid["id"])
    double.events.clear()
    sweep(account, full=True)
    assert StripeDispute.objects.get().taken
    double.decide(disputed["id"], "lost")
    double.events.clear()
    sweep(account)
    assert StripeDispute.objects.get().status == "lost"
    assert Payment.objects.get().status == "reversed"
    agrees(double, world)


@pytest.mark.parametrize("odd", [{"currency": "eur"}, {"amount": AMOUNT + 1}, {"status": "odd"}])
def test_a_dispute_that_does_not_fit_is_put_aside(double, world, paid, odd):
    made = double.dispute(paid["id"])
    made.update(odd)
    cards.told(double)
    assert [each.reason for each in StripeQuarantine.objects.all()] == ["dispute"]
    assert not StripeDispute.objects.exists()


def test_a_part_is_disputed_and_lost(double, world, pledge, paid):
    disputed = double.dispute(paid["id"], amount=400_00)
    cards.told(double)
    double.decide(disputed["id"], "lost")
    cards.told(double)
    assert Payment.objects.get().status == "confirmed"
    assert Pledge.objects.get(pk=pledge.pk).collected_minor == 600_00
    assert held_minor(world.project) == 600_00 - FEE
    agrees(double, world)


def test_every_order_of_refund_and_dispute_of_two_halves(double, world, pledge):
    for order in itertools.permutations(["refund", "dispute"]):
        pledge = make.confirmed_pledge(world.project, AMOUNT)
        intent = cards.paid_at_stripe(double, pledge)
        cards.told(double)
        for step in order:
            if step == "refund":
                try:
                    double.refund(intent["id"], 500_00)
                except Exception:
                    continue
            else:
                disputed = double.dispute(intent["id"], amount=500_00)
                double.decide(disputed["id"], "lost")
            cards.told(double)
        agrees(double, world)


def test_a_project_that_fails_divides_nothing_to_whose_bank_took_it_back_already(double, world, pledge, paid):
    after.reserve(world, 100_00)  # it bears Stripe's fee
    other = make.confirmed_pledge(world.project, 3_000_00)
    make.pay(world, other)
    double.dispute(paid["id"])
    cards.told(double)
    project_cancel_and_refund(project=world.project, actor=world.head, reason="no pipes to be had")
    (refund,) = Refund.objects.all()
    assert (refund.payment.group, refund.amount_minor) == (other.group, 3_000_00)
    double.decide(StripeDispute.objects.get().dispute_id, "won")
    cards.told(double)
    tick()
    late = Refund.objects.exclude(pk=refund.pk).get()
    assert (late.payment.group, late.amount_minor) == (pledge.group, AMOUNT)


def test_what_a_bank_took_for_good_does_not_count_as_received(double, world, pledge, paid):
    dispute = double.dispute(paid["id"], amount=300_00)
    cards.told(double)
    double.decide(dispute["id"], "lost")
    cards.told(double)
    left = Pledge.objects.get(pk=pledge.pk).collected_minor
    assert left == AMOUNT - 300_00
    assert projects_money([world.project])[world.project.public_id].received_minor == left
