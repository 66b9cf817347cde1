"""A card in another currency than the plan's: fee, refund and failed projects by the payment's own rate."""

from decimal import Decimal

import pytest

from birge.money import Money
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.checks import check_ledger
from funds.ledger.models import Entry
from funds.payments.models import Payment, StripeQuarantine
from funds.payments.selectors import fees_minor
from funds.pledges.models import Pledge
from funds.releases.models import Refund
from funds.settlement.selectors import project_progress
from funds.settlement.services import project_cancel_and_refund, refund_confirm, refund_send
from tests.factories import after, cards
from tests.factories import funds as make
from tests.factories.exchange import fx_in, held_in, promised_in
from tests.factories.rates import trusted

pytestmark = pytest.mark.django_db
AMOUNT, WORTH = 10_00, 1_013_00  # EUR and som at 101.3
FEE, FEE_WORTH = 1_30, 131_69  # three per cent and one euro


@pytest.fixture
def world():
    made = make.open_village_project(donors=10_000_00, village=10_000_00)
    cards.account(made.custodian, currency="EUR")
    trusted("EUR", "101.3")
    return made


@pytest.fixture
def pledge(world):
    return promised_in(world.project, AMOUNT, "EUR", country="DE")


def at_stripe(world):
    return balance(codes.stripe(world.custodian.public_id), "EUR")


def test_a_card_in_euro_counts_in_som_and_its_fee_too(double, world, pledge):
    cards.paid_at_stripe(double, pledge)
    cards.told(double)
    payment = Payment.objects.get()
    assert (payment.amount, payment.plan_minor, payment.rate) == (Money(AMOUNT, "EUR"), WORTH, Decimal("101.3"))
    assert Pledge.objects.get(pk=pledge.pk).status == "collected"
    assert (at_stripe(world), double.balance()) == (AMOUNT - FEE, AMOUNT - FEE)
    assert (held_in(world, "EUR"), held_in(world, "KGS")) == (0, WORTH - FEE_WORTH)
    assert fees_minor(world.project) == FEE_WORTH
    assert not StripeQuarantine.objects.exists()


def test_what_goes_back_takes_out_just_what_the_gift_had_brought(double, world, pledge):
    double.fee, double.fee_percent = 0, 0
    intent = cards.paid_at_stripe(double, pledge)
    cards.told(double)
    trusted("EUR", "95", source="nbkr-file")
    for amount in (3_33, 3_33, 3_34):
        double.refund(intent["id"], amount)
        cards.told(double)
    assert (held_in(world, "EUR"), held_in(world, "KGS"), at_stripe(world)) == (0, 0, 0)
    assert (fx_in(world, "EUR"), fx_in(world, "KGS")) == (0, 0)
    assert Pledge.objects.get(pk=pledge.pk).status == "refunded"


def test_a_part_goes_back_in_proportion(double, world, pledge):
    double.fee, double.fee_percent = 0, 0
    intent = cards.paid_at_stripe(double, pledge)
    cards.told(double)
    double.refund(intent["id"], 3_33)
    cards.told(double)
    assert held_in(world, "KGS") == WORTH - 337_33  # 3.33 × 101.3 = 337.329
    assert held_in(world, "EUR") == 0


def test_what_is_not_held_any_more_is_a_shortfall_in_the_plans_currency(double, world, pledge):
    double.fee, double.fee_percent = 0, 0
    intent = cards.paid_at_stripe(double, pledge)
    cards.told(double)
    _spend(world, 1_000_00)
    double.refund(intent["id"])
    cards.told(double)
    shortfall = codes.shortfall(world.custodian.public_id, world.project.public_id)
    assert (balance(shortfall, "KGS"), balance(shortfall, "EUR")) == (1_000_00, 0)
    assert Entry.objects.filter(kind="payment.reversed").count() == 1


def test_a_failed_project_gives_back_in_euro_what_is_still_held(double, world, pledge):
    intent = cards.paid_at_stripe(double, pledge)
    cards.told(double)
    project_cancel_and_refund(project=world.project, actor=world.head, reason="no pipes to be had")
    refund = Refund.objects.get()
    assert (refund.amount_minor, refund.currency) == (WORTH - FEE_WORTH, "KGS")
    double.refund(intent["id"], AMOUNT - FEE)
    cards.told(double)
    refund.refresh_from_db()
    assert (refund.status, held_in(world, "KGS"), held_in(world, "EUR"), at_stripe(world)) == ("paid", 0, 0, 0)
    assert Pledge.objects.get(pk=pledge.pk).status == "refunded"


def test_two_officers_may_book_it_first_and_stripe_says_the_same(double, world, pledge):
    intent = cards.paid_at_stripe(double, pledge)
    cards.told(double)
    project_cancel_and_refund(project=world.project, actor=world.head, reason="no pipes to be had")
    refund = Refund.objects.get()
    refund_send(
        refund=refund, actor=world.officer, bank_reference="re_1", bank_line=None, proof=make.factor(world.officer)
    )
    refund_confirm(refund=refund, actor=world.second_officer, proof=make.factor(world.second_officer))
    assert (held_in(world, "KGS"), held_in(world, "EUR"), at_stripe(world)) == (0, 0, 0)
    double.refund(intent["id"], AMOUNT - FEE)
    cards.told(double)
    assert Entry.objects.filter(kind="refund.paid").count() == 1
    assert not StripeQuarantine.objects.exists()


DISPUTE_WORTH = 1_519_50  # what a dispute costs: 15 EUR, in som by the rate of the gift


@pytest.fixture
def paid(double, world, pledge):
    """Return the payment at Stripe of a gift that is booked, without a fee of its own."""
    double.fee, double.fee_percent = 0, 0
    intent = cards.paid_at_stripe(double, pledge)
    cards.told(double)
    return intent


def nothing_is_left_in_euro(world, double):
    assert held_in(world, "EUR") == 0
    assert at_stripe(world) == double.balance()
    assert check_ledger() == []
    assert not StripeQuarantine.objects.exists()


def test_scenario_17_a_dispute_in_euro_takes_out_what_the_gift_had_brought_in_som(double, world, pledge, paid):
    trusted("EUR", "95", source="nbkr-file")  # the rate of today is not asked
    double.dispute(paid["id"])
    cards.told(double)
    assert (held_in(world, "KGS"), short_in(world, "KGS"), short_in(world, "EUR")) == (0, DISPUTE_WORTH, 0)
    nothing_is_left_in_euro(world, double)


def test_scenario_17_won_in_euro_all_is_as_before_and_the_exchange_bears_nothing(double, world, pledge, paid):
    before = {code: fx_in(world, code) for code in ("EUR", "KGS")}
    dispute = double.dispute(paid["id"])
    cards.told(double)
    double.decide(dispute["id"], "won")
    cards.told(double)
    assert (held_in(world, "KGS"), short_in(world, "KGS")) == (WORTH, 0)
    assert {code: fx_in(world, code) for code in ("EUR", "KGS")} == before
    assert Pledge.objects.get(pk=pledge.pk).status == "collected"
    nothing_is_left_in_euro(world, double)


def test_scenario_17_lost_in_euro_the_gift_does_not_count_any_more(double, world, pledge, paid):
    dispute = double.dispute(paid["id"])
    cards.told(double)
    double.decide(dispute["id"], "lost")
    cards.told(double)
    assert (Payment.objects.get().status, Pledge.objects.get(pk=pledge.pk).status) == ("reversed", "refunded")
    assert (held_in(world, "KGS"), short_in(world, "KGS")) == (0, DISPUTE_WORTH)
    nothing_is_left_in_euro(world, double)


def test_scenario_17_a_part_lost_in_euro_leaves_the_rest_of_the_promise(double, world, pledge, paid):
    dispute = double.dispute(paid["id"], amount=3_33)
    cards.told(double)
    double.decide(dispute["id"], "lost")
    cards.told(double)
    assert Pledge.objects.get(pk=pledge.pk).collected_minor == WORTH - 337_33
    assert project_progress(world.project).held_minor == held_in(world, "KGS")
    nothing_is_left_in_euro(world, double)


def test_scenario_16_in_euro_the_reserve_in_som_pays_before_there_is_a_shortfall(double, world, pledge, paid):
    after.reserve(world, 600_00)
    _spend(world, 1_000_00)
    double.refund(paid["id"])
    cards.told(double)
    reserve = balance(codes.reserve(world.custodian.public_id), "KGS")
    assert (held_in(world, "KGS"), reserve, short_in(world, "KGS")) == (0, 0, 400_00)
    nothing_is_left_in_euro(world, double)


def short_in(world, currency):
    return balance(codes.shortfall(world.custodian.public_id, world.project.public_id), currency)


def _spend(world, minor):
    """Let money of the project be gone, as after a stage was paid out."""
    from tests.factories.ledger import one

    custodian, project = world.custodian.public_id, world.project.public_id
    one(
        "tranche.released",
        (codes.held_project(custodian, project), minor),
        (codes.bank(custodian), -minor),
        (codes.advance(custodian, project), minor),
        (codes.accountable(custodian, project), -minor),
    )
