"""Money comes to a pool: all of it is kept, nobody confirms what they wrote down, cash lies with the treasurer."""

import datetime as dt

import pytest

from api.v1.payments.filters import PaymentFilters
from birge import clock
from birge.errors import InvalidInput, KeyReused, NotAllowed, RuleNotMet
from birge.money import Money
from frontend.presenters.custodian.desk import unidentified
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.models import Entry
from funds.payments.models import Payment
from funds.payments.services import payment_confirm
from funds.pools.models import PoolGift
from funds.pools.selectors import pool_free
from funds.pools.tokens import pool_gift_token
from funds.settlement.services import (
    payment_correct_approve,
    payment_correct_ask,
    payment_identify_ask,
    pool_cash_confirm_by_payer,
    unidentified_payment_record,
)
from tests.factories import pools as make
from tests.factories.funds import confirmed_pledge, contact, factor, notices, open_village_project, paper

pytestmark = pytest.mark.django_db


def bank(world):
    return balance(codes.bank(world.custodian.public_id), "KGS")


def treasurers_cash(world):
    return balance(codes.cash_pool(world.custodian.public_id, world.pool.public_id), "KGS")


def test_a_transfer_is_booked_when_a_second_officer_confirms_it():
    world = make.pool_of()
    gift = make.announced(world, 500_00)
    payment = make.recorded(world, gift)
    assert (pool_free(world.pool), payment.pool_ref, payment.unidentified) == (0, world.pool.public_id, False)
    payment_confirm(payment=payment, actor=world.second_officer, proof=factor(world.second_officer))
    gift.refresh_from_db()
    assert (gift.status, gift.received_minor) == ("paid", 500_00)
    assert (pool_free(world.pool), bank(world)) == (500_00, 500_00)
    entry = Entry.objects.get(kind="payment.received")
    assert entry.group == gift.public_id
    assert len(notices("pool_gift_paid")) == 1


@pytest.mark.parametrize("came", [1, 499_99, 500_01, 900_00])
def test_more_or_less_than_announced_is_all_kept(came):
    world = make.pool_of()
    gift = make.announced(world, 500_00)
    make.paid_in(world, came, gift=gift)
    gift.refresh_from_db()
    assert (gift.status, gift.received_minor, pool_free(world.pool)) == ("paid", came, came)


def test_a_second_payment_for_one_gift_is_added_to_it():
    world = make.pool_of()
    gift = make.announced(world, 500_00)
    make.paid_in(world, 200_00, gift=gift)
    make.paid_in(world, 300_00, gift=gift)
    gift.refresh_from_db()
    assert (gift.received_minor, pool_free(world.pool)) == (500_00, 500_00)


def test_money_for_a_gift_that_was_taken_back_is_kept_too():
    world = make.pool_of()
    gift = make.announced(world, 500_00)
    PoolGift.objects.filter(pk=gift.pk).update(status="withdrawn")
    make.paid_in(world, 500_00, gift=gift)
    gift.refresh_from_db()
    assert (gift.status, pool_free(world.pool)) == ("paid", 500_00)


def test_the_recording_officer_does_not_confirm():
    world = make.pool_of()
    payment = make.recorded(world, make.announced(world))
    with pytest.raises(NotAllowed) as refused:
        payment_confirm(payment=payment, actor=world.officer, proof=factor(world.officer))
    assert refused.value.code == "same_person"


def test_the_giver_confirms_a_transfer_by_their_link():
    world = make.pool_of()
    gift = make.announced(world)
    payment = make.recorded(world, gift)
    confirmed = pool_cash_confirm_by_payer(payment=payment, token=pool_gift_token(gift))
    assert (confirmed.status, confirmed.confirmed_how) == ("confirmed", "payer")
    assert pool_free(world.pool) == 500_00


def test_another_gifts_link_confirms_nothing():
    world = make.pool_of()
    payment, other = make.recorded(world, make.announced(world)), make.announced(world)
    with pytest.raises(NotAllowed):
        pool_cash_confirm_by_payer(payment=payment, token=pool_gift_token(other))


def test_an_officer_does_not_record_their_own_gift():
    world = make.pool_of()
    gift = make.announced(world, contact=contact(world.officer.email))
    with pytest.raises(NotAllowed) as refused:
        make.recorded(world, gift)
    assert refused.value.code == "same_person"


@pytest.mark.parametrize("kind", ["village", "pool", "pool_cash", "sandbox", "gold"])
def test_officers_record_transfers_and_cash_only(kind):
    world = make.pool_of()
    with pytest.raises(InvalidInput) as refused:
        make.recorded(world, make.announced(world), kind=kind)
    assert refused.value.field == "kind"


@pytest.mark.parametrize("kind", ["pool", "pool_cash"])
def test_nobody_records_money_of_unknown_origin_as_cash_of_a_pool(kind):
    world = make.pool_of()
    with pytest.raises(InvalidInput):
        unidentified_payment_record(
            custodian=world.custodian,
            kind=kind,
            actor=world.officer,
            amount=Money(1_00, "KGS"),
            received_on=clock.today(),
            reference="X",
            idempotency=("user:test", "unknown"),
        )


def test_another_currency_is_refused():
    world = make.pool_of()
    with pytest.raises(InvalidInput) as refused:
        make.recorded(world, make.announced(world), amount=Money(5_00, "RUB"))
    assert (refused.value.field, refused.value.code) == ("amount", "currency")


def test_recorded_twice_by_one_key_it_is_recorded_once():
    world = make.pool_of()
    gift = make.announced(world)
    same = {"reference": "PG", "idempotency": ("user:test", "once")}
    assert make.recorded(world, gift, **same) == make.recorded(world, gift, **same)
    assert len(notices("pool_payment_to_confirm")) == 1
    with pytest.raises(KeyReused):
        make.recorded(world, gift, 400_00, **same)


def test_money_of_a_pool_is_not_money_of_unknown_origin():
    world = make.pool_of()
    payment = make.paid_in(world)
    village = open_village_project()
    with pytest.raises(RuleNotMet) as refused:
        payment_identify_ask(
            payment=payment,
            pledge=confirmed_pledge(village.project),
            proof=paper(village),
            actor=world.officer,
        )
    assert refused.value.code == "not_unidentified"


def test_money_of_a_pool_is_in_no_list_of_money_of_unknown_origin():
    world = make.pool_of()
    make.paid_in(world)
    unknown = unidentified_payment_record(
        custodian=world.custodian,
        kind="transfer",
        actor=world.officer,
        amount=Money(1_00, "KGS"),
        received_on=clock.today(),
        reference="X",
        idempotency=("user:test", "unknown"),
    )
    payment_confirm(payment=unknown, actor=world.second_officer, proof=factor(world.second_officer))
    assert list(unidentified(world.custodian)) == [unknown]
    lists = [PaymentFilters({"unidentified": each}, queryset=Payment.objects.all()).qs for each in ("yes", "no")]
    assert list(lists[0]) == [unknown]
    assert lists[1].get().pool_ref == world.pool.public_id


# Mistakes


def corrected(world, payment):
    asked = payment_correct_ask(payment=payment, actor=world.officer, reason="another sum")
    by = world.second_officer
    return payment_correct_approve(correction=asked, actor=by, proof=factor(by))


def test_a_payment_that_was_a_mistake_is_taken_out_and_its_gift_is_announced_again():
    world = make.pool_of()
    payment = make.paid_in(world, 500_00)
    corrected(world, payment)
    payment.refresh_from_db()
    gift = PoolGift.objects.get()
    assert (payment.status, gift.status, gift.received_minor) == ("reversed", "announced", None)
    assert (pool_free(world.pool), bank(world)) == (0, 0)
    assert len(notices("pool_payment_put_right")) == 1
    make.paid_in(world, 400_00, gift=gift)
    assert pool_free(world.pool) == 400_00


def test_one_of_two_payments_that_was_a_mistake_leaves_the_other():
    world = make.pool_of()
    gift = make.announced(world, 500_00)
    make.paid_in(world, 500_00, gift=gift)
    corrected(world, make.paid_in(world, 70_00, gift=gift))
    gift.refresh_from_db()
    assert (gift.status, gift.received_minor, pool_free(world.pool)) == ("paid", 500_00, 500_00)


def test_the_treasurers_cash_is_corrected_where_it_lies():
    world = make.pool_of()
    corrected(world, make.cash_in(world, 300_00))
    assert (pool_free(world.pool), treasurers_cash(world)) == (0, 0)


def test_cash_that_was_banked_is_not_taken_back_as_a_mistake():
    world = make.pool_of()
    payment = make.cash_in(world, 300_00)
    make.banked(world, 300_00)
    with pytest.raises(RuleNotMet) as refused:
        corrected(world, payment)
    assert refused.value.code == "banked"


@pytest.mark.parametrize("spent", ["given", "set_aside"])
def test_money_that_the_pool_decided_on_is_not_taken_back(spent):
    world, village = make.pool_and_village(1)
    payment = make.paid_in(world, 500_00)
    wish = make.giving(world, village.project, 300_00) if spent == "given" else make.matching(world, 300_00)
    make.booked(world, wish)
    with pytest.raises(RuleNotMet) as refused:
        corrected(world, payment)
    assert (refused.value.code, refused.value.data["available"]) == ("pool_spent", 200_01)
    payment.refresh_from_db()
    assert payment.status == "confirmed"


def test_cash_with_the_treasurer_does_not_stand_in_for_what_lay_at_the_bank():
    world, village = make.pool_and_village(1)
    payment = make.paid_in(world, 500_00)
    make.cash_in(world, 500_00)
    make.booked(world, make.giving(world, village.project, 300_00))
    with pytest.raises(RuleNotMet) as refused:
        corrected(world, payment)
    assert refused.value.code == "pool_spent"


def test_a_day_that_has_not_come_is_refused_for_cash_as_for_all_money():
    with pytest.raises(InvalidInput) as refused:
        make.cash_recorded(make.pool_of(), received_on=clock.today() + dt.timedelta(days=1))
    assert refused.value.field == "received_on"
