"""A treasurer records cash and keeps it: it turns red by itself, and those who look after it are told once."""

import pytest

from birge import clock
from funds.cash.selectors import box_states, cash_totals, pool_states
from funds.payments.services import payment_confirm
from funds.pools.selectors import pool_money
from funds.settlement.services import pool_cash_refuse, tick
from tests.factories import cash
from tests.factories import pools as make
from tests.factories.funds import confirmed_pledge, factor, notices, open_village_project, record

pytestmark = pytest.mark.django_db


def totals(world):
    return cash_totals(pool_states(world.pool.public_id), "KGS")


def told(template):
    return sorted(notice.to for notice in notices(template))


def everybody(world):
    people = [*world.association.signers, world.officer, world.second_officer]
    return sorted(each.email for each in people)


def test_scenario_23_cash_that_is_kept_turns_red_after_seven_days():
    world = make.pool_of()
    make.cash_in(world, 800_00)
    with cash.days_later(7):
        make.cash_in(world, 200_00)
        assert (totals(world).old_minor, totals(world).red) == (0, [])
    with cash.days_later(8):
        now = totals(world)
        assert (now.total_minor, now.old_minor) == (1_000_00, 800_00)
        assert [(each.receipt.number, each.days) for each in now.red] == [(1, 8)]


def test_scenario_23_money_in_the_treasurers_wallet_ages_like_cash_in_hand():
    world = make.pool_of()
    make.cash_in(world, 800_00, kept="wallet")
    with cash.days_later(8):
        assert (totals(world).old_minor, totals(world).wallet_minor) == (800_00, 800_00)
        assert pool_money(world.pool).ready_minor == 0


def test_scenario_23_what_the_payer_never_confirmed_turns_red_after_three_days():
    world = make.pool_of()
    make.cash_recorded(world, 300_00)
    with cash.days_later(3):
        assert not totals(world).red
    with cash.days_later(4):
        now = totals(world)
        assert (now.waiting_minor, now.late_minor, [each.late for each in now.red]) == (300_00, 300_00, [True])
        assert pool_money(world.pool).free_minor == 0


def test_scenario_23_what_was_given_long_ago_and_is_written_down_today_is_old_at_once():
    world = make.pool_of()
    import datetime as dt

    make.cash_in(world, 300_00, received_on=clock.today() - dt.timedelta(days=20))
    assert totals(world).old_minor == 300_00


def test_scenario_23_it_is_red_no_more_once_it_is_banked_or_refused():
    world = make.pool_of()
    make.cash_in(world, 300_00)
    lie = make.cash_recorded(world, 400_00)
    with cash.days_later(9):
        assert len(totals(world).red) == 2
        make.banked(world, 300_00)
        pool_cash_refuse(payment=lie, actor=world.association.chair, reason="Nobody gave it.")
        assert totals(world).red == []


def test_scenario_23_officers_and_the_chair_are_told_once():
    world = make.pool_of()
    make.cash_in(world, 300_00)
    with cash.days_later(7):
        assert tick().cash_told == []
    with cash.days_later(8):
        receipt = cash.receipt_of(make.Payment.objects.get())
        assert tick().cash_told == [receipt.public_id]
        assert told("cash_old") == everybody(world)
        assert receipt.label in str(notices("cash_old")[0].context)
        assert tick().cash_told == []
    with cash.days_later(30):
        assert tick().cash_told == []
    assert len(notices("cash_old")) == len(everybody(world))


def test_scenario_23_they_are_told_that_nobody_confirmed_it_and_later_that_it_is_old():
    world = make.pool_of()
    make.cash_recorded(world, 300_00)
    with cash.days_later(4):
        tick()
        assert told("cash_waits") == everybody(world)
    with cash.days_later(8):
        tick()
        assert told("cash_old") == everybody(world)
    assert len(notices("cash_waits")) == len(everybody(world))


def test_scenario_23_the_custodians_own_cash_ages_too():
    village = open_village_project()
    payment = record(village, confirmed_pledge(village.project, 500_00), kind="cash")
    payment_confirm(payment=payment, actor=village.second_officer, proof=factor(village.second_officer))
    with cash.days_later(8):
        (state,) = box_states(village.custodian, "KGS")
        assert state.old
        assert len(tick().cash_told) == 1
        assert told("cash_old") == sorted([village.officer.email, village.second_officer.email])
