"""Receipts document the advance line by line, each paper once, checked by somebody from outside."""

import datetime as dt

import pytest

from birge import clock
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet
from birge.money import Money
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.models import Entry
from funds.releases.models import ExpenseStatus
from funds.releases.services import expense_accept, expense_refuse
from tests.factories import funds as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid():
    world = make.under_way(stages=1)
    return world, make.released(world)


def test_an_accepted_receipt_turns_advance_into_spending_on_its_line(paid):
    world, release = paid
    expense = expense_accept(expense=make.receipt(world, release, 3_000_00), actor=world.signatory)
    custodian, project = world.custodian.public_id, world.project.public_id
    assert expense.status == ExpenseStatus.ACCEPTED
    assert balance(codes.spent(custodian, project, 1), "KGS") == 3_000_00
    assert balance(codes.advance(custodian, project), "KGS") == 17_000_00
    assert balance(codes.accountable(custodian, project), "KGS") == 20_000_00


def test_a_receipt_that_nobody_checked_documents_nothing(paid):
    world, release = paid
    make.receipt(world, release)
    assert not Entry.objects.filter(kind="expense.documented").exists()


def test_receipts_never_exceed_what_was_paid_out(paid):
    world, release = paid
    make.receipt(world, release, 15_000_00)
    with pytest.raises(InvalidInput) as refusal:
        make.receipt(world, release, 5_000_01)
    assert refusal.value.field == "amount"
    make.receipt(world, release, 5_000_00)


def test_a_refused_receipt_makes_room_for_a_right_one(paid):
    world, release = paid
    wrong = expense_refuse(expense=make.receipt(world, release), actor=world.signatory, reason="Нечитаемо")
    assert wrong.refused_reason == "Нечитаемо"
    make.receipt(world, release)


def test_the_same_paper_or_number_is_shown_once(paid):
    world, release = paid
    first = make.receipt(world, release, 100_00)
    for again in ({"receipt": first.receipt}, {"number": first.number}):
        with pytest.raises(Conflict) as refusal:
            make.receipt(world, release, 100_00, **again)
        assert refusal.value.code == "duplicate_receipt"


def test_the_village_does_not_check_its_own_receipts(paid):
    world, release = paid
    expense = make.receipt(world, release)
    for person in (world.head, world.finance_officer, world.officer):
        with pytest.raises(NotAllowed):
            expense_accept(expense=expense, actor=person)


def test_accepting_twice_is_once_and_a_decision_stands(paid):
    world, release = paid
    expense = expense_accept(expense=make.receipt(world, release), actor=world.signatory)
    assert expense_accept(expense=expense, actor=world.substitute).entry_id == expense.entry_id
    with pytest.raises(RuleNotMet):
        expense_refuse(expense=expense, actor=world.signatory, reason="Поздно")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"supplier": "  "}, "supplier"),
        ({"number": ""}, "number"),
        ({"spent_on": clock.today() + dt.timedelta(days=2)}, "spent_on"),
        ({"receipt": None}, "receipt"),
        ({"amount": Money(100, "USD")}, "amount"),
        ({"amount": Money(0, "KGS")}, "amount"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(paid, changes, field):
    world, release = paid
    with pytest.raises(InvalidInput) as refusal:
        make.receipt(world, release, **changes)
    assert refusal.value.field == field


def test_nothing_is_shown_for_money_that_was_not_paid():
    world = make.under_way()
    release = make.ask(world)
    with pytest.raises(RuleNotMet):
        make.receipt(world, release)
