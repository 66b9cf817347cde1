"""Money comes: recorded by one, confirmed by another, booked once, met with its promise."""

import datetime as dt

import pytest

from birge import clock
from birge.errors import Conflict, InvalidInput, KeyReused, NotAllowed, RuleNotMet, SecondFactorRequired
from birge.money import Money
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.models import Entry
from funds.matching.models import Reservation
from funds.payments.models import Payment
from funds.payments.services import payment_confirm, payment_refuse
from funds.pledges.models import Pledge
from funds.pledges.tokens import Purpose, pledge_token
from funds.settlement.facts import held_minor
from funds.settlement.services import (
    payment_confirm_by_payer,
    payment_refuse_by_payer,
    pledge_pay,
    pledge_payment_record,
)
from tests.factories.funds import (
    confirmed_pledge,
    contact,
    factor,
    open_village_project,
    pay,
    person,
    pledge,
    record,
    switch_on,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return open_village_project(donors=10_000_00, village=10_000_00)


def test_nothing_is_booked_before_a_second_person_confirms(world):
    payment = record(world, confirmed_pledge(world.project, 3_000_00))
    assert payment.status == "recorded"
    assert held_minor(world.project) == 0


def test_a_second_officer_confirms_and_the_money_is_held(world):
    confirmed = confirmed_pledge(world.project, 3_000_00)
    payment = pay(world, confirmed)
    assert (payment.status, payment.confirmed_how) == ("confirmed", "second_officer")
    assert held_minor(world.project) == 3_000_00
    assert balance(codes.bank(world.custodian.public_id), "KGS") == 3_000_00
    confirmed.refresh_from_db()
    assert (confirmed.status, confirmed.collected_minor) == ("collected", 3_000_00)


def test_cash_lies_in_the_cash_box(world):
    pay(world, confirmed_pledge(world.project, 3_000_00), kind="cash")
    assert balance(codes.cash_box(world.custodian.public_id), "KGS") == 3_000_00
    assert balance(codes.bank(world.custodian.public_id), "KGS") == 0


def test_who_recorded_it_does_not_confirm_it(world):
    payment = record(world, confirmed_pledge(world.project))
    with pytest.raises(NotAllowed) as refusal:
        payment_confirm(payment=payment, actor=world.officer, proof=factor(world.officer))
    assert refusal.value.code == "same_person"
    assert held_minor(world.project) == 0


def test_a_missing_stale_or_borrowed_second_factor_is_refused(world):
    payment = record(world, confirmed_pledge(world.project))
    stale = factor(world.second_officer, at=clock.now() - dt.timedelta(minutes=6))
    for proof in (None, stale, factor(world.officer)):
        with pytest.raises(SecondFactorRequired):
            payment_confirm(payment=payment, actor=world.second_officer, proof=proof)
    payment.refresh_from_db()
    assert payment.status == "recorded"


def test_strangers_neither_record_nor_confirm(world):
    confirmed = confirmed_pledge(world.project)
    stranger = person()
    with pytest.raises(NotAllowed):
        record(world, confirmed, actor=stranger)
    payment = record(world, confirmed)
    with pytest.raises(NotAllowed):
        payment_confirm(payment=payment, actor=stranger, proof=factor(stranger))


def test_confirming_twice_books_once(world):
    payment = pay(world, confirmed_pledge(world.project, 3_000_00))
    again = payment_confirm(payment=payment, actor=world.second_officer, proof=factor(world.second_officer))
    assert again.entry_id == payment.entry_id
    assert held_minor(world.project) == 3_000_00


def test_the_payer_confirms_by_their_link(world):
    confirmed = confirmed_pledge(world.project)
    payment = payment_confirm_by_payer(payment=record(world, confirmed), token=pledge_token(confirmed))
    assert (payment.status, payment.confirmed_how, payment.confirmed_by) == ("confirmed", "payer", None)


def test_the_payer_says_no_and_nothing_is_booked(world):
    confirmed = confirmed_pledge(world.project)
    payment = payment_refuse_by_payer(payment=record(world, confirmed), token=pledge_token(confirmed))
    assert payment.status == "refused"
    assert held_minor(world.project) == 0


def test_another_donors_link_confirms_nothing(world):
    mine, other = confirmed_pledge(world.project), confirmed_pledge(world.project)
    with pytest.raises(NotAllowed):
        payment_confirm_by_payer(payment=record(world, mine), token=pledge_token(other))


def test_the_payers_word_does_not_count_where_the_officer_holds_the_link(world):
    written = pledge(world.project, actor=world.officer, on_behalf=True, contact=contact())
    called = pledge(world.project)
    for made, caller in ((written, world.second_officer), (called, world.officer)):
        confirmed = confirmed_pledge(world.project, made=made, how="call_back", actor=caller, reason="by phone")
        payment = record(world, confirmed)
        with pytest.raises(NotAllowed) as refusal:
            payment_confirm_by_payer(payment=payment, token=pledge_token(confirmed))
        assert refusal.value.code == "same_person"


def test_nobody_records_their_own_payment(world):
    by_account = confirmed_pledge(world.project, made=pledge(world.project, actor=world.officer))
    by_address = confirmed_pledge(world.project, made=pledge(world.project, contact=contact(world.officer.email)))
    for confirmed in (by_account, by_address):
        with pytest.raises(NotAllowed) as refusal:
            record(world, confirmed)
        assert refusal.value.code == "same_person"


def test_a_refusal_needs_a_reason_and_books_nothing(world):
    payment = record(world, confirmed_pledge(world.project))
    with pytest.raises(InvalidInput):
        payment_refuse(payment=payment, actor=world.second_officer, reason=" ")
    refused = payment_refuse(payment=payment, actor=world.second_officer, reason="not on the statement")
    assert (refused.status, refused.refused_reason) == ("refused", "not on the statement")
    with pytest.raises(RuleNotMet):
        payment_confirm(payment=payment, actor=world.second_officer, proof=factor(world.second_officer))


def test_a_part_payment_opens_a_pledge_for_the_rest_with_its_match(world):
    confirmed = confirmed_pledge(world.project, 3_000_00)
    pay(world, confirmed, 1_000_00)
    confirmed.refresh_from_db()
    rest = Pledge.objects.get(group=confirmed.group, status="confirmed")
    assert (confirmed.status, confirmed.collected_minor) == ("collected", 1_000_00)
    assert (rest.amount_minor, rest.contact.value) == (2_000_00, confirmed.contact.value)
    live = Reservation.objects.filter(status="reserved").order_by("id")
    assert [(each.pledge_ref, each.amount_minor) for each in live] == [
        (confirmed.public_id, 1_000_00),
        (rest.public_id, 2_000_00),
    ]
    assert balance(codes.promised(world.custodian.public_id, world.project.public_id), "KGS") == 2_000_00


def test_the_rest_is_paid_under_the_first_pledges_name(world):
    confirmed = confirmed_pledge(world.project, 3_000_00)
    first = record(world, confirmed, 1_000_00)
    second = record(world, confirmed, 2_000_00)
    for payment in (first, second):
        payment_confirm(payment=payment, actor=world.second_officer, proof=factor(world.second_officer))
    assert set(Pledge.objects.filter(group=confirmed.group).values_list("status", flat=True)) == {"collected"}
    assert held_minor(world.project) == 3_000_00


def test_more_than_promised_is_all_held_for_the_project(world):
    confirmed = confirmed_pledge(world.project, 3_000_00)
    pay(world, confirmed, 3_500_00)
    confirmed.refresh_from_db()
    assert confirmed.collected_minor == 3_500_00
    assert held_minor(world.project) == 3_500_00
    assert Pledge.objects.count() == 1


def test_what_is_entered_wrongly_is_told_at_its_field(world):
    confirmed = confirmed_pledge(world.project)
    tomorrow = clock.today() + dt.timedelta(days=1)
    for change, field in (
        ({"received_on": tomorrow}, "received_on"),
        ({"received_on": tomorrow - dt.timedelta(days=400)}, "received_on"),
        ({"reference": " "}, "reference"),
        ({"kind": "sandbox"}, "kind"),
        ({"amount": Money(0, "KGS")}, "amount"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            record(world, confirmed, **change)
        assert refusal.value.field == field
    assert not Payment.objects.exists()


def test_the_same_bank_line_is_not_recorded_twice(world):
    confirmed = confirmed_pledge(world.project)
    record(world, confirmed, reference="A-17")
    with pytest.raises(Conflict) as refusal:
        record(world, confirmed, reference="A-17")
    assert refusal.value.code == "duplicate_payment"


def test_a_double_click_records_once(world):
    confirmed = confirmed_pledge(world.project)
    request = {
        "pledge": confirmed,
        "kind": "transfer",
        "amount": Money(500_00, "KGS"),
        "received_on": clock.today(),
        "reference": "A-17",
        "actor": world.officer,
        "idempotency": ("user:officer", "form-1"),
    }
    assert pledge_payment_record(**request) == pledge_payment_record(**request)
    with pytest.raises(KeyReused):
        pledge_payment_record(**{**request, "amount": Money(600_00, "KGS")})
    assert Payment.objects.count() == 1


def test_an_unconfirmed_or_ended_pledge_takes_no_money(world):
    with pytest.raises(RuleNotMet) as refusal:
        record(world, pledge(world.project))
    assert refusal.value.code == "not_confirmed"


def test_play_money_comes_at_once_and_lies_in_its_own_account(world):
    switch_on(world, "sandbox")
    confirmed = confirmed_pledge(world.project, 3_000_00)
    step = pledge_pay(pledge=confirmed, kind="sandbox", key="form-1")
    assert step.kind == "done"
    assert balance(codes.sandbox(world.custodian.public_id), "KGS") == 3_000_00
    assert pledge_pay(pledge=confirmed, kind="sandbox", key="form-1").payment == step.payment
    assert held_minor(world.project) == 3_000_00


def test_a_link_to_confirm_a_contact_does_not_confirm_money(world):
    confirmed = confirmed_pledge(world.project)
    with pytest.raises(Exception, match="find"):
        payment_confirm_by_payer(payment=record(world, confirmed), token=pledge_token(confirmed, Purpose.CONFIRM))


def test_every_entry_of_one_gift_bears_its_group(world):
    confirmed = confirmed_pledge(world.project, 3_000_00)
    pay(world, confirmed)
    kinds = Entry.objects.filter(group=confirmed.group).values_list("kind", flat=True)
    assert sorted(kinds) == ["match.reserved", "payment.received", "pledge.confirmed", "pledge.met"]
