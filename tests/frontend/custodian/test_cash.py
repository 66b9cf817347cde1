"""Cash at a custodian: the box, what came to the bank, which line of the statement it is, and taking it back."""

from __future__ import annotations

import pytest

from funds.cash.models import CashBanking, CashTakeBack
from funds.pools.selectors import pool_money
from tests.factories import cash, pools
from tests.factories import funds as make
from tests.factories.pages import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return pools.pool_of()


def test_a_line_of_the_statement_is_chosen_and_says_the_sum(world):
    pools.cash_in(world, 600_00)
    line = cash.line_at_bank(world.custodian, 600_00)
    cash.line_at_bank(world.custodian, 600_01)  # more than there is
    officer = Visitor(world.officer)
    page = officer.open("custodian_pool_bank", world.pool.public_id)
    assert line.public_id in page.html
    assert page.html.count("<option") == 2
    done = officer.send(page, "bank/", line=line.public_id, amount="", code=officer.code)
    assert "It lies in the bank now." in done.text
    line.refresh_from_db()
    assert line.payment_ref
    assert pool_money(world.pool).ready_minor == 600_00


def test_a_line_of_another_sum_is_refused_beside_it(world):
    pools.cash_in(world, 600_00)
    line = cash.line_at_bank(world.custodian, 500_00)
    officer = Visitor(world.officer)
    page = officer.open("custodian_pool_bank", world.pool.public_id)
    page = officer.send(page, "bank/", line=line.public_id, amount="600", code=officer.code)
    assert page.status == 422
    assert "The bank’s line and this sum are not the same." in page.text


def test_several_bankings_are_one_line_seen_later(world):
    other = pools.pool_of(beside=world)
    for where in (world, other):
        pools.cash_in(where, 300_00)
        pools.banked(where, 300_00)
    line = cash.line_at_bank(world.custodian, 600_00)
    officer = Visitor(world.officer)
    page = officer.open("custodian_cash", world.custodian.public_id)
    assert "not yet seen on a statement" in page.text
    refs = [each.public_id for each in CashBanking.objects.all()]
    few = officer.send(page, "link/", line=line.public_id, bankings=refs[:1], code=officer.code)
    assert few.status == 422
    done = officer.send(page, "link/", line=line.public_id, bankings=refs, code=officer.code)
    assert "It was seen on the statement." in done.text
    assert not done.offers("link/")


def test_the_box_comes_to_the_bank_by_two_officers_and_back_by_two():
    village = make.open_village_project()
    payment = make.record(village, make.confirmed_pledge(village.project, 500_00), kind="cash")
    officer, colleague = Visitor(village.officer), Visitor(village.second_officer)
    page = colleague.open("custodian_payment", payment.public_id)
    colleague.send(page, "confirm/", code=colleague.code)
    page = officer.open("custodian_cash", village.custodian.public_id)
    assert "500 som" in page.text
    page = officer.send(page, "bank-kgs/", amount="500", bank_reference="CB-1")
    assert not page.offers("confirm/")
    desk = colleague.open("custodian", village.custodian.public_id)
    assert "1 time cash came to the bank" in desk.text
    listed = colleague.open("custodian_cash", village.custodian.public_id)
    page = colleague.go(listed.link("/banking/"))
    booked = colleague.send(page, "confirm/", code=colleague.code)
    assert "It lies in the bank now." in booked.text
    wish = officer.send(officer.open("custodian_banking", CashBanking.objects.get().public_id), "back/", reason="Twice")
    assert not wish.offers("approve/")
    ref = CashTakeBack.objects.get().public_id
    done = colleague.send(colleague.open("custodian_take_back", ref), "approve/", code=colleague.code)
    assert "It is taken back." in done.text
    assert "500 som" in officer.open("custodian_cash", village.custodian.public_id).text


def test_what_did_not_come_is_refused():
    village = make.open_village_project()
    payment = make.record(village, make.confirmed_pledge(village.project, 500_00), kind="cash")
    colleague = Visitor(village.second_officer)
    colleague.send(colleague.open("custodian_payment", payment.public_id), "confirm/", code=colleague.code)
    banking = cash.asked(village, 500_00)
    page = colleague.open("custodian_banking", banking.public_id)
    assert colleague.send(page, "refuse/", reason="").status == 422
    assert "Refused: No slip" in colleague.send(page, "refuse/", reason="No slip").text


def test_another_custodians_cash_does_not_exist_for_an_officer(world):
    pools.cash_in(world)
    pools.banked(world, 300_00)
    stranger = Visitor(pools.pool_of().officer)
    assert stranger.open("custodian_cash", world.custodian.public_id).status == 404
    assert stranger.open("custodian_banking", CashBanking.objects.get().public_id).status == 404


def test_scenario_23_the_custodian_sees_old_cash_in_red_too(world):
    pools.cash_in(world, 800_00)
    with cash.days_later(8):
        page = Visitor(world.officer).open("custodian_pool_bank", world.pool.public_id)
        assert "800 som in cash has been in somebody’s hands for more than 7 days" in page.text
