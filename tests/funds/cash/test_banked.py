"""Cash comes to the bank: tied to a line of the statement, to the tyiyn; and back, if that was a mistake."""

import pytest

from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet, SecondFactorRequired
from funds.cash.models import CashBanking
from funds.cash.selectors import box_states, cash_totals, pool_states, receipt_state, unseen_bankings
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.models import Entry
from funds.payments.services import payment_confirm
from funds.pools.selectors import pool_money
from funds.releases.models import Correction
from funds.settlement.services import (
    box_cash_bank_confirm,
    box_cash_bank_refuse,
    cash_line_link,
    cash_take_back_approve,
    cash_take_back_ask,
    cash_take_back_refuse,
    payment_correct_approve,
    payment_correct_ask,
)
from tests.factories import cash
from tests.factories import pools as make
from tests.factories.funds import confirmed_pledge, factor, open_village_project, record

pytestmark = pytest.mark.django_db


def in_hand(world):
    return cash_totals(pool_states(world.pool.public_id), "KGS").total_minor


def in_books(world):
    return balance(codes.cash_pool(world.custodian.public_id, world.pool.public_id), "KGS")


def box(world):
    return balance(codes.cash_box(world.custodian.public_id), "KGS")


def link(world, line, *bankings, actor=None, **changes):
    actor = actor or world.officer
    request = {"line": line, "bankings": list(bankings), "actor": actor, "proof": factor(actor)}
    return cash_line_link(**(request | {"idempotency": ("user:test", f"link-{line.public_id}")} | changes))


def taken_back(world, banking):
    wish = cash_take_back_ask(banking=banking, actor=world.officer, reason="It was another pool's.")
    return cash_take_back_approve(wish=wish, actor=world.second_officer, proof=factor(world.second_officer))


def paid_in_box(village, *sums):
    for minor in sums:
        payment = record(village, confirmed_pledge(village.project, minor), kind="cash")
        payment_confirm(payment=payment, actor=village.second_officer, proof=factor(village.second_officer))


def test_many_gifts_come_to_the_bank_as_one_line():
    world = make.pool_of()
    payments = [make.cash_in(world, minor) for minor in (300_00, 450_50, 249_50)]
    line = cash.line_at_bank(world.custodian, 1_000_00)
    make.banked(world, 1_000_00, line=line, bank_reference="")
    line.refresh_from_db()
    banking = CashBanking.objects.get()
    assert line.payment_ref == banking.deposit.public_id
    assert all(receipt_state(cash.receipt_of(each)).banked for each in payments)
    assert (in_hand(world), in_books(world), pool_money(world.pool).ready_minor) == (0, 0, 1_000_00)


@pytest.mark.parametrize("minor", [299_99, 300_01])
def test_a_line_of_another_sum_is_refused_and_stays_free(minor):
    world = make.pool_of()
    make.cash_in(world, 400_00)
    line = cash.line_at_bank(world.custodian, minor)
    with pytest.raises(InvalidInput) as refused:
        make.banked(world, 300_00, line=line)
    assert refused.value.field == "line"
    line.refresh_from_db()
    assert (line.payment_ref, in_hand(world)) == ("", 400_00)


def test_one_line_is_one_banking_once():
    world = make.pool_of()
    make.cash_in(world, 600_00)
    line = cash.line_at_bank(world.custodian, 300_00)
    make.banked(world, 300_00, line=line)
    with pytest.raises(Conflict) as refused:
        make.banked(world, 300_00, line=line)
    assert refused.value.code == "line_explained"


def test_another_custodians_line_proves_nothing():
    world, other = make.pool_of(), make.pool_of()
    make.cash_in(world, 300_00)
    with pytest.raises(InvalidInput) as refused:
        make.banked(world, 300_00, line=cash.line_at_bank(other.custodian, 300_00))
    assert refused.value.code == "unknown"


def test_the_eldest_cash_goes_first_and_a_part_of_a_gift_stays_in_hand():
    world = make.pool_of()
    first, second = make.cash_in(world, 300_00), make.cash_in(world, 200_00)
    make.banked(world, 400_00)
    assert receipt_state(cash.receipt_of(first)).banked
    state = receipt_state(cash.receipt_of(second))
    assert (state.banked, state.left_minor) == (False, 100_00)
    assert in_hand(world) == in_books(world) == 100_00


def test_the_officer_may_say_which_receipts_it_was():
    world = make.pool_of()
    first, second = make.cash_in(world, 300_00), make.cash_in(world, 200_00)
    with pytest.raises(InvalidInput) as refused:
        make.banked(world, 300_00, receipts=[cash.receipt_of(second)])
    assert refused.value.field == "receipts"
    make.banked(world, 200_00, receipts=[cash.receipt_of(second)])
    assert [receipt_state(cash.receipt_of(each)).banked for each in (first, second)] == [False, True]


def test_cash_that_nobody_confirmed_does_not_come_to_the_bank():
    world = make.pool_of()
    make.cash_recorded(world, 300_00)
    with pytest.raises(RuleNotMet) as refused:
        make.banked(world, 300_00)
    assert refused.value.data["available"] == 0


def test_without_a_line_it_is_not_seen_on_a_statement_until_one_is_linked():
    world = make.pool_of()
    make.cash_in(world, 300_00)
    make.banked(world, 300_00)
    (banking,) = unseen_bankings(world.custodian)
    line = cash.line_at_bank(world.custodian, 300_00)
    (linked,) = link(world, line, banking)
    assert linked.deposit.line == line
    assert not unseen_bankings(world.custodian)


def test_one_line_can_be_several_bankings_and_their_sums_tie_exactly():
    world = make.pool_of()
    other = make.pool_of(beside=world)
    for where, minor in ((world, 300_00), (other, 450_00)):
        make.cash_in(where, minor)
        make.banked(where, minor)
    first, second = unseen_bankings(world.custodian)
    for wrong in (749_99, 750_01):
        with pytest.raises(InvalidInput):
            link(world, cash.line_at_bank(world.custodian, wrong), first, second)
    line = cash.line_at_bank(world.custodian, 750_00)
    assert len(link(world, line, first, second)) == 2
    with pytest.raises(Conflict) as refused:
        link(world, cash.line_at_bank(world.custodian, 300_00), first)
    assert refused.value.code == "linked_already"


def test_linking_once_more_by_the_same_key_changes_nothing():
    world = make.pool_of()
    make.cash_in(world, 300_00)
    make.banked(world, 300_00)
    line, banking = cash.line_at_bank(world.custodian, 300_00), CashBanking.objects.get()
    assert link(world, line, banking) == link(world, line, banking)


def test_who_links_is_an_officer_with_a_second_factor():
    world = make.pool_of()
    make.cash_in(world, 300_00)
    make.banked(world, 300_00)
    line, banking = cash.line_at_bank(world.custodian, 300_00), CashBanking.objects.get()
    with pytest.raises(SecondFactorRequired):
        link(world, line, banking, proof=None)
    with pytest.raises(NotAllowed):
        link(world, line, banking, actor=world.association.treasurer)
    with pytest.raises(InvalidInput):
        link(world, line)


def test_a_banking_is_taken_back_by_two_officers_and_its_line_is_free():
    world = make.pool_of()
    payment = make.cash_in(world, 300_00)
    line = cash.line_at_bank(world.custodian, 300_00)
    entry = make.banked(world, 300_00, line=line)
    wish = taken_back(world, CashBanking.objects.get())
    mirror = Entry.objects.get(pk=wish.entry_id)
    assert (mirror.kind, mirror.reverses_id) == ("entry.reversed", entry.pk)
    line.refresh_from_db()
    assert line.payment_ref == ""
    assert receipt_state(cash.receipt_of(payment)).left_minor == 300_00
    assert in_hand(world) == in_books(world) == 300_00
    make.banked(world, 300_00, line=line)
    assert in_hand(world) == 0


def test_nobody_takes_back_alone():
    world = make.pool_of()
    make.cash_in(world, 300_00)
    make.banked(world, 300_00)
    banking = CashBanking.objects.get()
    wish = cash_take_back_ask(banking=banking, actor=world.officer, reason="Wrong.")
    for act in (
        lambda: cash_take_back_approve(wish=wish, actor=world.officer, proof=factor(world.officer)),
        lambda: cash_take_back_refuse(wish=wish, actor=world.officer, reason="No."),
    ):
        with pytest.raises(NotAllowed) as refused:
            act()
        assert refused.value.code == "same_person"
    with pytest.raises(SecondFactorRequired):
        cash_take_back_approve(wish=wish, actor=world.second_officer, proof=None)
    with pytest.raises(Conflict):
        cash_take_back_ask(banking=banking, actor=world.second_officer, reason="Wrong.")
    refused_wish = cash_take_back_refuse(wish=wish, actor=world.second_officer, reason="It came.")
    assert (refused_wish.status, in_hand(world)) == ("refused", 0)


def test_what_the_pool_has_decided_on_is_not_taken_back():
    world, village = make.pool_and_village(100_00, terms={"needed_below": 1, "needed_above": 1})
    make.cash_in(world, 300_00)
    make.banked(world, 300_00)
    make.booked(world, make.giving(world, village.project, 400_00))
    with pytest.raises(RuleNotMet) as refused:
        taken_back(world, CashBanking.objects.get())
    assert refused.value.code == "pool_spent"


def test_other_bankings_of_a_line_that_is_taken_back_are_not_seen_any_more():
    world = make.pool_of()
    other = make.pool_of(beside=world)
    for where in (world, other):
        make.cash_in(where, 300_00)
        make.banked(where, 300_00)
    first, second = unseen_bankings(world.custodian)
    link(world, cash.line_at_bank(world.custodian, 600_00), first, second)
    taken_back(world, first)
    assert list(unseen_bankings(world.custodian)) == [second]


def test_a_gift_that_is_banked_is_not_corrected_though_other_cash_lies_there():
    world = make.pool_of()
    first = make.cash_in(world, 300_00)
    make.cash_in(world, 500_00)
    make.banked(world, 300_00)
    wish = payment_correct_ask(payment=first, actor=world.officer, reason="Twice.")
    with pytest.raises(RuleNotMet) as refused:
        payment_correct_approve(correction=wish, actor=world.second_officer, proof=factor(world.second_officer))
    assert refused.value.code == "banked"
    assert Correction.objects.get().status == "asked"


def test_the_custodians_own_cash_is_banked_by_two_officers():
    village = open_village_project()
    paid_in_box(village, 500_00, 250_00)
    line = cash.line_at_bank(village.custodian, 600_00)
    banking = cash.asked(village, 600_00, line=line)
    assert (banking.status, box(village)) == ("asked", 750_00)
    with pytest.raises(NotAllowed) as refused:
        box_cash_bank_confirm(banking=banking, actor=village.officer, proof=factor(village.officer))
    assert refused.value.code == "same_person"
    booked = cash.confirmed(village, banking)
    assert cash.confirmed(village, banking) == booked
    assert (booked.status, box(village)) == ("booked", 150_00)
    assert [each.left_minor for each in box_states(village.custodian, "KGS")] == [150_00]


def test_what_did_not_come_is_refused_and_its_line_is_free():
    village = open_village_project()
    paid_in_box(village, 500_00)
    line = cash.line_at_bank(village.custodian, 500_00)
    banking = cash.asked(village, 500_00, line=line)
    with pytest.raises(InvalidInput):
        box_cash_bank_refuse(banking=banking, actor=village.second_officer, reason=" ")
    assert box_cash_bank_refuse(banking=banking, actor=village.officer, reason="Not yet.").status == "refused"
    line.refresh_from_db()
    assert (line.payment_ref, box(village)) == ("", 500_00)
    with pytest.raises(RuleNotMet):
        cash.confirmed(village, banking)


def test_more_than_lies_in_the_box_is_not_banked():
    village = open_village_project()
    paid_in_box(village, 500_00)
    for minor, wrong in ((500_01, RuleNotMet), (0, InvalidInput)):
        with pytest.raises(wrong):
            cash.asked(village, minor)
    twice = [cash.asked(village, 400_00) for _n in range(2)]
    cash.confirmed(village, twice[0])
    with pytest.raises(RuleNotMet) as refused:
        cash.confirmed(village, twice[1])
    assert (refused.value.code, refused.value.data["available"]) == ("not_so_much_cash", 100_00)


def test_the_box_is_taken_back_by_two_officers_too():
    village = open_village_project()
    paid_in_box(village, 500_00)
    banking = cash.confirmed(village, cash.asked(village, 500_00))
    taken_back(village, banking)
    assert box(village) == 500_00
    assert cash_totals(box_states(village.custodian, "KGS"), "KGS").total_minor == 500_00
