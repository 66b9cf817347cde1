"""Two officers at one line of the bank at once, on PostgreSQL with real threads."""

import pytest

from birge.errors import BirgeError
from funds.banking.models import BankLine
from funds.payments.models import Payment
from funds.payments.services import payment_refuse
from funds.settlement.statements import line_take, line_take_unknown
from tests.factories.bank import bank_account, line_of, paying, taken_in
from tests.factories.funds import confirmed_pledge, open_village_project, record

from .test_races import all_at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def telling(act):
    """Return what runs it and returns its refusal."""

    def run():
        try:
            return act()
        except BirgeError as error:
            return error.code

    return run


def taking(line, group, actor):
    return telling(lambda: line_take(line=BankLine.objects.get(pk=line.pk), group=group, actor=actor))


def test_scenario_30_two_officers_who_take_one_line_for_one_promise_get_one_payment():
    world = open_village_project()
    pledge = confirmed_pledge(world.project, 700_00)
    line = line_of(bank_account(world.custodian), paying(pledge.group, 700_00))
    officers = (world.officer, world.second_officer)
    done = all_at_once([taking(line, pledge.group, officers[n % 2]) for n in range(8)])
    payments = {each for each in done if isinstance(each, Payment)}
    assert len(payments) == 1
    assert {each for each in done if not isinstance(each, Payment)} <= {"line_explained"}
    assert Payment.objects.count() == 1


def test_two_officers_who_take_one_line_for_two_promises_get_one_payment_and_a_refusal():
    world = open_village_project()
    pledges = [confirmed_pledge(world.project, 700_00) for _n in range(2)]
    line = line_of(bank_account(world.custodian), paying(pledges[0].group, 700_00))
    officers = (world.officer, world.second_officer)
    done = all_at_once([taking(line, each.group, officer) for each, officer in zip(pledges, officers, strict=True)])
    assert sorted(isinstance(each, Payment) for each in done) == [False, True]
    assert "line_explained" in done
    assert Payment.objects.count() == 1


def test_two_lines_never_become_the_one_payment_that_was_written_down_by_hand():
    world = open_village_project()
    pledge = confirmed_pledge(world.project, 700_00)
    by_hand = record(world, pledge)
    lines = taken_in(bank_account(world.custodian), *(paying(pledge.group, 700_00) for _n in range(2)))
    done = all_at_once([taking(line, pledge.group, world.officer) for line in lines])
    assert all(isinstance(each, Payment) for each in done)
    assert by_hand in done
    assert len(set(done)) == 2


def test_a_refusal_and_another_taking_at_once_leave_no_line_behind():
    world = open_village_project()
    pledge = confirmed_pledge(world.project, 700_00)
    line = line_of(bank_account(world.custodian), paying(pledge.group, 700_00))
    payment = line_take(line=line, group=pledge.group, actor=world.officer)
    all_at_once(
        [
            telling(lambda: payment_refuse(payment=payment, actor=world.second_officer, reason="Нет")),
            telling(lambda: line_take_unknown(line=BankLine.objects.get(pk=line.pk), actor=world.officer)),
        ]
    )
    kept = BankLine.objects.get(pk=line.pk)
    assert not kept.payment_ref or Payment.objects.get(public_id=kept.payment_ref).status == "recorded"
