"""Each gift of cash has a number: one after the other for each office and year, without a gap."""

import datetime as dt

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction

from birge.errors import InvalidInput, RuleNotMet
from funds.cash.models import CashReceipt
from funds.cash.selectors import pool_states, receipt_state
from funds.cash.triggers import CASH
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.settlement.services import pool_cash_refuse
from tests.factories import cash
from tests.factories import pools as make
from tests.factories.funds import confirmed_pledge, contact, open_village_project, record

pytestmark = pytest.mark.django_db
YEAR = "2026"


def at(*day):
    return time_machine.travel(dt.datetime(*day, 12, tzinfo=dt.UTC), tick=True)


def test_numbers_follow_one_another_in_each_office_and_year():
    with at(2026, 12, 30):
        world, other = make.pool_of(), make.pool_of()
        for where in (world, other, world):
            make.cash_recorded(where)
    with at(2027, 1, 2):
        make.cash_recorded(world)
    assert cash.numbers(world.association.organisation) == ["2026-0001", "2026-0002", "2027-0001"]
    assert cash.numbers(other.association.organisation) == ["2026-0001"]


def test_two_pools_of_one_association_share_its_numbers():
    world = make.pool_of()
    second = make.pool_of(world.association, beside=world)
    make.cash_recorded(world)
    make.cash_recorded(second)
    assert [each.number for each in CashReceipt.objects.order_by("id")] == [1, 2]


def test_what_is_refused_keeps_its_number_and_is_void():
    world = make.pool_of()
    wrong = make.cash_recorded(world)
    pool_cash_refuse(payment=wrong, actor=world.association.treasurer, reason="It was 200.")
    right = make.cash_recorded(world)
    assert (cash.receipt_of(wrong).number, cash.receipt_of(right).number) == (1, 2)
    assert receipt_state(cash.receipt_of(wrong)).void
    assert [each.receipt.number for each in pool_states(world.pool.public_id)] == [2]


def test_what_is_not_written_down_uses_up_no_number():
    world = make.pool_of()
    make.cash_recorded(world, reference="S-1")
    for wrong in ({"reference": "S-1"}, {"kept": "pocket"}):
        with pytest.raises(Exception, match=r"."), transaction.atomic():
            make.cash_recorded(world, **wrong)
    make.cash_recorded(world)
    assert [each.number for each in CashReceipt.objects.order_by("id")] == [1, 2]


def test_the_same_request_again_has_the_same_number():
    world = make.pool_of()
    same = {"contact": contact("a@example.org"), "idempotency": ("user:test", "once"), "reference": "S"}
    for _n in range(2):
        make.cash_recorded(world, **same)
    assert CashReceipt.objects.count() == 1


def test_the_treasurer_needs_no_number_of_their_own():
    payment = make.cash_recorded(make.pool_of(), reference="")
    assert (payment.reference, cash.receipt_of(payment).number) == ("", 1)


def test_cash_that_the_custodians_officers_take_is_numbered_apart():
    village = open_village_project()
    world = make.pool_of(village=village)
    make.cash_recorded(world)
    paid = record(village, confirmed_pledge(village.project, 500_00), kind="cash")
    make.recorded(world, make.announced(world, 200_00), kind="cash")
    make.recorded(world, make.announced(world, 200_00))
    assert cash.receipt_of(paid).office.organisation == village.custodian
    assert [label[5:] for label in cash.numbers(village.custodian)] == ["0001", "0002"]


def test_money_in_a_wallet_is_cash_like_any_other_and_shown_apart():
    world = make.pool_of()
    make.cash_in(world, 300_00, kept="wallet")
    make.cash_in(world, 200_00)
    from funds.cash.selectors import cash_totals

    totals = cash_totals(pool_states(world.pool.public_id), "KGS")
    assert (totals.total_minor, totals.wallet_minor) == (500_00, 300_00)
    assert balance(codes.cash_pool(world.custodian.public_id, world.pool.public_id), "KGS") == 500_00
    with pytest.raises(InvalidInput) as refused:
        make.cash_recorded(world, kept="pocket")
    assert refused.value.field == "kept"


def test_more_than_the_ceiling_is_not_written_down(settings):
    settings.CASH_CEILING = {"KGS": 1_000_00}
    world = make.pool_of()
    make.cash_recorded(world, 400_00)
    make.cash_in(world, 500_00, kept="wallet")
    with pytest.raises(RuleNotMet) as refused:
        make.cash_recorded(world, 300_00)
    assert (refused.value.code, refused.value.field, refused.value.data["first_bank_minor"]) == (
        "over_ceiling",
        "amount",
        200_00,
    )
    assert "200" in str(refused.value)
    make.banked(world, 200_00)
    assert make.cash_recorded(world, 300_00).status == "recorded"


def test_what_no_treasurer_may_have_in_hand_goes_to_the_bank_at_once(settings):
    settings.CASH_CEILING = {"KGS": 1_000_00}
    with pytest.raises(RuleNotMet) as refused:
        make.cash_recorded(make.pool_of(), 1_000_01)
    assert refused.value.code == "too_much_cash"


def test_the_ceiling_is_each_treasurers_own(settings):
    settings.CASH_CEILING = {"KGS": 500_00}
    world = make.pool_of()
    second = cash_taker(world)
    make.cash_recorded(world, 400_00)
    assert make.cash_recorded(world, 400_00, actor=second).recorded_by == second


def cash_taker(world):
    from birge.organisations.models import Role
    from tests.factories.funds import officer_of

    return officer_of(world.association.organisation, Role.TREASURER, seat=31)


def test_a_currency_without_a_ceiling_has_none(settings):
    settings.CASH_CEILING = {}
    assert make.cash_recorded(make.pool_of(), 900_000_00).status == "recorded"


def test_the_triggers_are_as_they_should_be():
    assert CASH.faults(connection) == []


@pytest.mark.parametrize("change", [{"number": 9}, {"year": 2020}, {"kept": "wallet"}, {"public_id": "other"}])
def test_a_receipt_stays_as_it_was_written(change):
    make.cash_recorded(make.pool_of())
    with pytest.raises(DatabaseError, match="stays as it was"), transaction.atomic():
        CashReceipt.objects.update(**change)


def test_no_receipt_is_ever_deleted():
    make.cash_recorded(make.pool_of())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM cash_cashreceipt")


def test_a_number_is_given_out_once():
    world = make.pool_of()
    first = cash.receipt_of(make.cash_recorded(world))
    second = make.recorded(world, make.announced(world))
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        CashReceipt.objects.create(office=first.office, year=first.year, number=first.number, payment=second)
