"""The process is killed before any one of its statements: either nothing has happened or all of it, never half.

What was half done would be completed, or refused, by the second request; what is whole answers it without a change.

Afterwards the same request is sent again, as a person would, and happens exactly once.
"""

import pytest

from funds.ledger.checks import check_ledger
from funds.ledger.models import Command, Entry
from funds.payments.models import Payment
from funds.payments.services import payment_confirm
from funds.pledges.models import Pledge
from funds.pledges.tokens import Purpose, pledge_token
from funds.releases.models import Correction, Expense, Refund, Release
from funds.releases.services import expense_accept
from funds.settlement.services import (
    payment_correct_approve,
    payment_correct_ask,
    pledge_confirm_and_match,
    project_cancel_and_refund,
    refund_confirm,
    refund_send,
)
from tests.factories import funds as make
from tests.support.dying import kill_at_each_step

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.postgresql]


def confirming_a_pledge():
    made = make.pledge(make.open_village_project().project, 1_000_00)
    token = pledge_token(made, Purpose.CONFIRM)
    return lambda: pledge_confirm_and_match(pledge=Pledge.objects.get(pk=made.pk), how="link", token=token)


def confirming_a_payment():
    world = make.open_village_project()
    payment = make.record(world, make.confirmed_pledge(world.project, 1_000_00), 600_00)
    return lambda: payment_confirm(
        payment=Payment.objects.get(pk=payment.pk),
        actor=world.second_officer,
        proof=make.factor(world.second_officer),
    )


def paying_a_tranche():
    world = make.under_way(stages=2)
    signed, line = make.sign(make.ask(world), world.head, world.signatory), make.paper(world)
    return lambda: make.pay_out(world, Release.objects.get(pk=signed.pk), bank_line=line, bank_reference="OUT-1")


def accepting_a_receipt():
    world = make.under_way(stages=1)
    expense = make.receipt(world, make.released(world))
    return lambda: expense_accept(expense=Expense.objects.get(pk=expense.pk), actor=world.signatory)


def giving_up():
    world = make.open_village_project()
    make.pay(world, make.confirmed_pledge(world.project, 1_000_00))
    make.confirmed_pledge(world.project, 2_000_00)
    return lambda: project_cancel_and_refund(project=world.project, actor=world.head, reason="not needed")


def sending_back():
    world = make.open_village_project()
    make.pay(world, make.confirmed_pledge(world.project, 1_000_00))
    project_cancel_and_refund(project=world.project, actor=world.head, reason="not needed")
    refund = refund_send(
        refund=Refund.objects.get(),
        actor=world.officer,
        bank_reference="R",
        bank_line=None,
        proof=make.factor(world.officer),
    )
    return lambda: refund_confirm(
        refund=Refund.objects.get(pk=refund.pk), actor=world.second_officer, proof=make.factor(world.second_officer)
    )


def putting_right():
    world = make.open_village_project()
    payment = make.pay(world, make.confirmed_pledge(world.project, 1_000_00))
    asked = payment_correct_ask(payment=payment, actor=world.officer, reason="a mistake")
    return lambda: payment_correct_approve(
        correction=Correction.objects.get(pk=asked.pk),
        actor=world.second_officer,
        proof=make.factor(world.second_officer),
    )


@pytest.mark.parametrize(
    "prepare",
    [
        confirming_a_pledge,
        confirming_a_payment,
        paying_a_tranche,
        accepting_a_receipt,
        giving_up,
        sending_back,
        putting_right,
    ],
)
def test_killed_anywhere_it_is_all_or_nothing_and_then_once(prepare):
    act = prepare()
    before = state()
    killed = kill_at_each_step(act, state=state)
    assert killed > 5, "the act ends before anything could go wrong"
    after = state()
    assert after != before
    act()
    assert state() == after, "a second time it happened again"
    assert check_ledger() == []


def state():
    """Return what the act may change, as counts and statuses."""
    models = (Pledge, Payment, Release, Expense, Refund, Correction)
    statuses = [sorted(model.objects.values_list("pk", "status")) for model in models]
    return (Entry.objects.count(), Command.objects.exclude(result_ref="").count(), statuses)
