"""What two officers decide on something at Stripe that did not fit: nothing, booked as unknown money, or sent back."""

import pytest

from birge.errors import InvalidInput, RuleNotMet
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.checks import check_ledger
from funds.ledger.models import Entry
from funds.payments.models import Payment, StripeAttempt, StripeQuarantine
from funds.payments.providers.stripe.quarantine import quarantine_agree, quarantine_explain, quarantined
from funds.pledges.models import Pledge
from funds.settlement.facts import held_minor
from funds.settlement.services import payment_identify_approve, payment_identify_ask
from tests.factories import after, cards
from tests.factories import funds as make

pytestmark = pytest.mark.django_db
AMOUNT = 1_000_00


@pytest.fixture
def pledge(world, double):
    double.fee = double.fee_percent = 0
    return make.confirmed_pledge(world.project, AMOUNT)


def decide(world, item, decision):
    quarantine_explain(item=item, actor=world.officer, explanation="я знаю, что это", decision=decision)
    proof = make.factor(world.second_officer)
    return quarantine_agree(item=item, actor=world.second_officer, proof=proof)


def unknown(world, currency="KGS"):
    return balance(codes.unidentified(world.custodian.public_id), currency)


@pytest.mark.parametrize("odd", [{"amount_received": AMOUNT - 1_00}, {"metadata": {}}])
def test_what_was_paid_oddly_is_booked_as_unknown_and_finds_its_promise(double, world, pledge, odd):
    intent = cards.paid_at_stripe(double, pledge, **odd)
    cards.told(double)
    came = intent["amount_received"]
    decide(world, quarantined(world.custodian)[0], "book")
    payment = Payment.objects.get()
    assert (payment.unidentified, payment.amount_minor, unknown(world)) == (True, came, came)
    assert cards.at_stripe(world.custodian) == double.balance()
    fresh = Pledge.objects.get(pk=pledge.pk)
    asked = payment_identify_ask(payment=payment, pledge=fresh, proof=make.paper(world), actor=world.officer)
    proof = make.factor(world.second_officer)
    payment_identify_approve(identification=asked, actor=world.second_officer, proof=proof)
    assert held_minor(world.project) == came
    assert Pledge.objects.get(pk=pledge.pk).status == "collected"
    double.refund(intent["id"], came)
    cards.told(double)
    cards.told(double)
    assert StripeAttempt.objects.get(payment=payment).status == "refunded"
    assert Pledge.objects.get(pk=pledge.pk).status == "refunded"
    assert cards.at_stripe(world.custodian) == double.balance() == 0
    assert check_ledger() == []


def test_another_currency_is_unknown_money_in_that_currency(double, world, pledge):
    cards.paid_at_stripe(double, pledge, currency="eur", settled_in="eur")
    cards.told(double)
    decide(world, quarantined(world.custodian).get(reason="currency"), "book")
    assert (unknown(world, "EUR"), unknown(world)) == (AMOUNT, 0)
    with pytest.raises(RuleNotMet) as refusal:
        decide(world, quarantined(world.custodian).get(reason="exchanged"), "book")
    assert refusal.value.code == "booked_already"


def test_its_fee_is_the_reserves(double, world):
    double.charge(500_00, "kgs", {}, odd={"fee": 20_00})
    cards.told(double)
    item = StripeQuarantine.objects.get()
    before = Entry.objects.count()
    with pytest.raises(RuleNotMet) as refusal:
        decide(world, item, "book")
    assert refusal.value.code == "reserve_short"
    assert Entry.objects.count() == before, "nothing is half done"
    after.reserve(world, 30_00)
    proof = make.factor(world.second_officer)
    quarantine_agree(item=item, actor=world.second_officer, proof=proof)
    assert cards.at_stripe(world.custodian) == double.balance() == 480_00
    assert check_ledger() == []


@pytest.mark.parametrize("booked", [True, False])
def test_what_went_back_at_stripe_is_noted_once_stripe_says_so(double, world, booked):
    stray = double.charge(500_00, "kgs", {}, odd={"fee": 0})
    cards.told(double)
    item = StripeQuarantine.objects.get()
    if booked:
        decide(world, item, "book")
    else:
        with pytest.raises(RuleNotMet) as refusal:
            decide(world, item, "sent_back")
        assert refusal.value.code == "not_sent_back"
    double.refund(stray["id"])
    cards.told(double)
    waiting = quarantined(world.custodian).get()
    assert waiting.reason == ("refund" if booked else "unknown")
    if not booked:
        with pytest.raises(RuleNotMet) as refusal:
            decide(world, waiting, "book")
        assert refusal.value.code == "sent_back"
    decide(world, waiting, "sent_back")
    assert unknown(world) == 0
    assert cards.at_stripe(world.custodian) == double.balance() == 0
    assert [each.status for each in Payment.objects.all()] == (["reversed"] if booked else [])
    assert check_ledger() == []


def test_what_is_not_well_defined_is_only_explained(double, world, pledge):
    stray = double.charge(500_00, "kgs", {}, odd={"fee": 0})
    double.dispute(stray["id"])
    cards.told(double)
    item = quarantined(world.custodian).get(reason="dispute")
    with pytest.raises(RuleNotMet) as refusal:
        decide(world, item, "book")
    assert refusal.value.code == "not_defined"
    with pytest.raises(InvalidInput):
        decide(world, item, "odd")
    decide(world, item, "leave")
    assert not quarantined(world.custodian).filter(pk=item.pk).exists()
