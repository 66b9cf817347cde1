"""Paying by card: what is offered, what is booked, who bears the fee, what goes back, what a person must look at."""

import pytest
from django.core.management import CommandError, call_command

from birge import clock
from birge.errors import InvalidInput, NotAllowed, RuleNotMet, SecondFactorRequired
from birge.money import Money
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.models import Entry
from funds.payments.models import Payment, StripeAccount, StripeAttempt, StripeEvent, StripeQuarantine, StripeRefund
from funds.payments.providers.stripe.amounts import from_stripe, to_stripe
from funds.payments.providers.stripe.gateway import ProviderRefused
from funds.payments.providers.stripe.quarantine import quarantine_agree, quarantine_explain, quarantined
from funds.payments.selectors import payment_methods_for
from funds.pledges.models import Pledge
from funds.releases.models import Refund
from funds.settlement.facts import held_minor
from funds.settlement.services import (
    payment_correct_ask,
    pledge_withdraw_and_release,
    project_cancel_and_refund,
    refund_confirm,
    refund_send,
    tick,
)
from projects.works.models import Project
from projects.works.services import project_start
from tests.factories import cards
from tests.factories import funds as make

pytestmark = pytest.mark.django_db
AMOUNT, FEE = 1_000_00, 31_00  # three per cent and one som


@pytest.fixture
def pledge(world):
    return make.confirmed_pledge(world.project, AMOUNT)


def offered(world, country="DE", currency="KGS"):
    return [each.kind for each in payment_methods_for(world.custodian, country, clock.today(), cards_in=currency)]


def kinds():
    return sorted(Entry.objects.values_list("kind", flat=True))


def test_a_card_is_offered_only_where_it_works(world, monkeypatch):
    assert offered(world)[0] == "stripe"
    assert offered(world, "RU")[0] != "stripe"
    assert "stripe" not in offered(world, currency="EUR")
    assert "stripe" not in offered(world, currency="")
    for name, value in ((cards.KEY_NAME, ""), (cards.KEY_NAME, "sk_live_x"), (cards.SECRETS_NAME, "a,b,c")):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            assert "stripe" not in offered(world)
    StripeAccount.objects.update(active=False)
    assert "stripe" not in offered(world)


def test_without_keys_nothing_breaks(world, pledge, monkeypatch):
    monkeypatch.delenv(cards.KEY_NAME)
    with pytest.raises(RuleNotMet) as refusal:
        cards.pay_step(pledge)
    assert refusal.value.code == "method_off"
    assert not StripeAttempt.objects.exists()


def test_test_mode_takes_no_money_outside_the_demonstration(world, settings):
    settings.BIRGE_DEMO = False
    assert "stripe" not in offered(world)


def test_a_card_pays_gross_and_its_fee_is_borne_by_the_purpose(double, world, pledge):
    intent = cards.paid_at_stripe(double, pledge)
    assert not Payment.objects.exists()
    cards.told(double)
    payment = Payment.objects.get()
    assert (payment.kind, payment.amount_minor, payment.confirmed_how) == ("stripe", AMOUNT, "provider")
    assert payment.reference == intent["id"]
    assert Pledge.objects.get(pk=pledge.pk).status == "collected"
    assert held_minor(world.project) == AMOUNT - FEE
    assert cards.at_stripe(world.custodian) == double.balance() == AMOUNT - FEE
    assert {each.outcome for each in StripeEvent.objects.all()} == {"settled"}


def test_the_reserve_bears_the_fee_if_so_set_as_far_as_it_reaches(double, world, pledge, settings):
    settings.STRIPE_FEE_BORNE_BY = "reserve"
    cards.paid_at_stripe(double, pledge)
    cards.told(double)
    assert held_minor(world.project) == AMOUNT - FEE, "the reserve is empty"


def test_a_fee_does_not_keep_a_project_from_its_money_nor_from_its_last_stage(double):
    world = make.open_village_project(donors=AMOUNT, village=AMOUNT)
    cards.account(world.custodian)
    given = make.confirmed_pledge(world.project, AMOUNT)
    cards.paid_at_stripe(double, given)
    cards.told(double)
    make.village_pays(world, AMOUNT)
    assert Project.objects.get(pk=world.project.pk).status == "funded"
    project_start(project=world.project, actor=world.head)
    asked = make.ask(world)
    assert asked.amount_minor == 2 * AMOUNT - FEE


def test_a_second_tap_leads_to_the_same_page_and_a_changed_sum_to_another(double, world, pledge):
    first = cards.pay_step(pledge)
    assert cards.pay_step(pledge).url == first.url
    assert sum(asked == ("POST", "/v1/checkout/sessions") for asked in double.asked) == 1
    other = cards.pay_step(pledge, amount=Money(2_000_00, "KGS"))
    assert other.url != first.url
    assert double.things[first.url.rsplit("/", 1)[-1]]["status"] == "expired"


def test_pages_for_one_promise_are_limited(double, world, pledge):
    for more in range(5):
        cards.pay_step(pledge, amount=Money(AMOUNT + more, "KGS"))
    with pytest.raises(RuleNotMet) as refusal:
        cards.pay_step(pledge, amount=Money(AMOUNT + 9, "KGS"))
    assert refusal.value.code == "too_many"


def test_a_clear_no_ends_the_attempt(double, world, pledge, monkeypatch):
    double.answer = lambda *_asked: (400, {"error": {"type": "invalid_request_error", "message": "no"}})
    with pytest.raises(ProviderRefused):
        cards.pay_step(pledge)
    assert cards.attempt(pledge).status == "failed"


def test_who_withdrew_meanwhile_has_still_given(double, world, pledge):
    page = cards.page_of(pledge)
    pledge_withdraw_and_release(pledge=pledge, actor=world.officer, reason="a call")
    double.pay(page)
    cards.told(double)
    assert held_minor(world.project) == AMOUNT - FEE
    assert Pledge.objects.get(pk=pledge.pk).status == "withdrawn"


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ({"amount_received": AMOUNT - 1}, "amount"),
        ({"currency": "eur"}, "currency"),
        ({"metadata": {}}, "metadata"),
        ({"livemode": True}, "mode"),
        ({"settled_in": "eur"}, "exchanged"),
    ],
)
def test_what_does_not_fit_is_quarantined_and_books_nothing(double, world, pledge, odd, reason):
    cards.paid_at_stripe(double, pledge, **odd)
    before = Entry.objects.count()
    cards.told(double)
    assert Entry.objects.count() == before
    assert reason in [each.reason for each in quarantined(world.custodian)]
    assert cards.pay_step(pledge).kind == "done", "the donor has paid and is not asked again"


def test_a_payment_nobody_asked_for_and_a_dispute_about_it_are_quarantined(double, world, pledge):
    stray = double.charge(500, "kgs", {})
    cards.paid_at_stripe(double, pledge)
    double.dispute(stray["id"])
    cards.told(double)
    assert sorted(each.reason for each in quarantined(world.custodian)) == ["dispute", "unknown"]
    assert Payment.objects.count() == 1


def test_a_quarantined_item_is_explained_by_one_and_agreed_to_by_another(double, world):
    double.charge(500, "kgs", {})
    cards.told(double)
    item = StripeQuarantine.objects.get()
    proof = make.factor(world.second_officer)
    with pytest.raises(RuleNotMet) as refusal:
        quarantine_agree(item=item, actor=world.second_officer, proof=proof)
    assert refusal.value.code == "not_explained"
    with pytest.raises(NotAllowed):
        quarantine_explain(item=item, actor=world.head, explanation="mine")
    quarantine_explain(item=item, actor=world.officer, explanation="a ticket for our concert")
    with pytest.raises(SecondFactorRequired):
        quarantine_agree(item=item, actor=world.second_officer, proof=None)
    with pytest.raises(NotAllowed) as refusal:
        quarantine_agree(item=item, actor=world.officer, proof=make.factor(world.officer))
    assert refusal.value.code == "same_person"
    quarantine_agree(item=item, actor=world.second_officer, proof=proof)
    assert not quarantined(world.custodian).exists()
    with pytest.raises(RuleNotMet):
        quarantine_explain(item=item, actor=world.officer, explanation="something else")


def test_a_refund_before_work_began_frees_the_match_and_the_promise(double, world, pledge):
    make.pay(world, make.confirmed_pledge(world.project, AMOUNT))
    intent = cards.paid_at_stripe(double, pledge)
    cards.told(double)
    double.refund(intent["id"])
    cards.told(double)
    assert Pledge.objects.get(pk=pledge.pk).status == "refunded"
    assert Payment.objects.get(kind="stripe").status == "reversed"
    assert balance(codes.reserved(world.custodian.public_id, world.project.public_id), "KGS") == AMOUNT
    assert held_minor(world.project) == AMOUNT - FEE, "Stripe keeps its fee, and the purpose bears it"
    assert cards.at_stripe(world.custodian) == double.balance() == -FEE
    assert "refund.paid" in kinds()


def test_what_is_not_held_any_more_is_a_shortfall_of_this_project_alone(double, world, pledge):
    intent = cards.paid_at_stripe(double, pledge)
    cards.told(double)
    double.refund(intent["id"])
    cards.told(double)
    short = codes.shortfall(world.custodian.public_id, world.project.public_id)
    assert (balance(short, "KGS"), held_minor(world.project)) == (FEE, 0)
    assert "payment.reversed" in kinds()


def test_parts_that_went_back_at_stripe_are_booked_by_themselves(double, world, pledge):
    intent = cards.paid_at_stripe(double, pledge)
    double.refund(intent["id"], 300_00)
    double.refund(intent["id"], 200_00)
    cards.told(double)
    assert StripeRefund.objects.count() == 2
    assert held_minor(world.project) == 500_00 - FEE
    assert not quarantined(world.custodian).exists()
    assert Pledge.objects.get(pk=pledge.pk).collected_minor == 500_00
    assert cards.at_stripe(world.custodian) == double.balance()


def failed_project(double, world, pledge):
    intent = cards.paid_at_stripe(double, pledge)
    cards.told(double)
    project_cancel_and_refund(project=world.project, actor=world.head, reason="not needed")
    return intent, Refund.objects.get()


def test_the_refund_of_a_failed_project_is_done_by_what_stripe_says(double, world, pledge):
    intent, due = failed_project(double, world, pledge)
    assert due.amount_minor == AMOUNT - FEE
    double.refund(intent["id"], 400_00)
    cards.told(double)
    double.refund(intent["id"], due.amount_minor - 400_00)
    cards.told(double)
    due.refresh_from_db()
    assert due.status == "paid"
    assert Pledge.objects.get(pk=pledge.pk).status == "refunded"
    tick()
    assert (Refund.objects.count(), held_minor(world.project)) == (1, 0)
    assert cards.at_stripe(world.custodian) == double.balance() == 0


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_refund_that_officers_wrote_down_is_not_booked_again(double, world, pledge, confirmed):
    intent, due = failed_project(double, world, pledge)
    sent = refund_send(
        refund=due, actor=world.officer, bank_reference="re_1", bank_line=None, proof=make.factor(world.officer)
    )
    if confirmed:
        proof = make.factor(world.second_officer)
        refund_confirm(refund=sent, actor=world.second_officer, proof=proof)
    double.refund(intent["id"], due.amount_minor)
    cards.told(double)
    due.refresh_from_db()
    assert due.status == "paid"
    assert Entry.objects.filter(kind="refund.paid").count() == 1
    assert cards.at_stripe(world.custodian) == double.balance() == 0


def test_a_refund_of_another_sum_than_officers_booked_is_quarantined(double, world, pledge):
    intent, due = failed_project(double, world, pledge)
    officer = {"actor": world.officer, "proof": make.factor(world.officer)}
    sent = refund_send(refund=due, bank_reference="re_1", bank_line=None, **officer)
    refund_confirm(refund=sent, actor=world.second_officer, proof=make.factor(world.second_officer))
    double.refund(intent["id"], AMOUNT)
    cards.told(double)
    assert [each.reason for each in quarantined(world.custodian)] == ["refund"]
    assert Entry.objects.filter(kind="refund.paid").count() == 1


def test_what_was_sent_back_before_a_project_failed_is_not_sent_back_again(double, world, pledge):
    other = make.pay(world, make.confirmed_pledge(world.project, AMOUNT))
    intent = cards.paid_at_stripe(double, pledge, fee=0)
    double.refund(intent["id"], 600_00)
    cards.told(double)
    project_cancel_and_refund(project=world.project, actor=world.head, reason="not needed")
    due = {each.payment_id: each.amount_minor for each in Refund.objects.all()}
    assert due == {other.pk: AMOUNT, Payment.objects.get(kind="stripe").pk: 400_00}


def test_an_account_that_is_switched_off_is_still_listened_to(double, world, pledge):
    intent = cards.paid_at_stripe(double, pledge)
    StripeAccount.objects.update(active=False)
    double.refund(intent["id"])
    cards.told(double)
    call_command("stripe_sweep")
    assert Pledge.objects.get(pk=pledge.pk).status == "refunded"


def test_officers_neither_write_down_nor_correct_what_stripe_tells(double, world, pledge):
    cards.paid_at_stripe(double, pledge)
    cards.told(double)
    with pytest.raises(RuleNotMet) as refusal:
        payment_correct_ask(payment=Payment.objects.get(), actor=world.officer, reason="a mistake")
    assert refusal.value.code == "by_provider"
    with pytest.raises(InvalidInput) as refused:
        make.record(world, make.confirmed_pledge(world.project, AMOUNT), kind="stripe")
    assert refused.value.field == "kind"


@pytest.mark.parametrize(
    ("currency", "minor", "theirs"), [("KGS", 1_00, 100), ("KRW", 5000, 5000), ("JPY", 7, 7), ("EUR", 1, 1)]
)
def test_amounts_are_counted_as_stripe_counts_them(currency, minor, theirs):
    assert to_stripe(Money(minor, currency)) == theirs
    assert from_stripe(theirs, currency.lower()) == Money(minor, currency)


def test_an_account_is_recorded_from_a_shell_and_offered_once_its_keys_are_there(double, capsys):
    world = make.open_village_project()
    for _time in range(2):
        call_command("stripe_account", world.custodian.public_id, "fund", "KGS", "--country", "de", "--country", "KZ")
    assert "/webhooks/stripe/fund/" in capsys.readouterr().out
    assert (offered(world)[0], StripeAccount.objects.count()) == ("stripe", 1)
    assert "stripe" not in offered(world, "FR")
    with pytest.raises(CommandError, match="switch that off first"):
        call_command("stripe_account", world.custodian.public_id, "another", "KGS")
