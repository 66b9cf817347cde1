"""Whatever people do in whatever order, the books say the same as the pledges, the payments and the plan.

Hypothesis makes them: pledges, payments, the village's share, matches, releases, receipts, refunds, corrections.
"""

import contextlib
import random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from birge.errors import BirgeError
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.checks import check_ledger
from funds.matching.selectors import village_outstanding, village_reserved
from funds.payments.models import Payment
from funds.payments.services import payment_confirm, payment_refuse
from funds.pledges.models import Pledge
from funds.pledges.tokens import pledge_token
from funds.releases.models import Correction, Expense, Refund, Release
from funds.releases.selectors import documented_minor, released_minor
from funds.releases.services import expense_accept, expense_refuse, release_refuse
from funds.settlement.facts import held_minor
from funds.settlement.services import (
    payment_correct_approve,
    payment_correct_ask,
    pledge_lapse_and_release,
    pledge_withdraw_and_release,
    project_cancel_and_refund,
    refund_confirm,
    refund_send,
)
from projects.works.services import project_complete, project_resume, project_start, project_suspend
from tests.factories import funds as make

pytestmark = pytest.mark.django_db
ENDED = ("expired", "cancelled")


def _some(dice, rows):
    rows = list(rows)
    return dice.choice(rows) if rows else None


def pledges(world, dice):
    make.pledge(world.project, dice.randint(50_00, 4_000_00))


def confirms(world, dice):
    made = _some(dice, Pledge.objects.filter(status="made"))
    if made:
        make.confirm(made)


def records(world, dice):
    given_by = _some(dice, Pledge.objects.exclude(status="made"))
    if given_by:
        make.record(world, given_by, dice.choice([given_by.amount_minor, dice.randint(1, 2 * given_by.amount_minor)]))


def decides(world, dice):
    payment = _some(dice, Payment.objects.filter(status="recorded"))
    if payment and dice.random() < 0.2:
        payment_refuse(payment=payment, actor=world.second_officer, reason="not on the statement")
    elif payment:
        payment_confirm(payment=payment, actor=world.second_officer, proof=make.factor(world.second_officer))


def takes_back(world, dice):
    given_by = _some(dice, Pledge.objects.all())
    if given_by and dice.random() < 0.5:
        pledge_withdraw_and_release(pledge=given_by, token=pledge_token(given_by))
    elif given_by:
        pledge_lapse_and_release(pledge=given_by, reason="its horizon has passed")


def village_pays(world, dice):
    make.record_village(world, dice.randint(1, 6_000_00))


def corrects(world, dice):
    payment = _some(dice, Payment.objects.filter(status="confirmed"))
    asked = Correction.objects.filter(status="asked").first()
    if asked is None and payment is not None:
        asked = payment_correct_ask(payment=payment, actor=world.officer, reason="a mistake")
    if asked is not None:
        payment_correct_approve(correction=asked, actor=world.second_officer, proof=make.factor(world.second_officer))


def builds(world, dice):
    verb = dice.choice([project_start, project_complete])
    verb(project=world.project, actor=world.head)


def asks(world, dice):
    make.ask(world, dice.choice([1, 2]))


def signs(world, dice):
    release = _some(dice, Release.objects.filter(status="asked"))
    if release:
        make.sign(release, dice.choice([world.head, world.signatory, world.substitute]))


def pays_out(world, dice):
    release = _some(dice, Release.objects.filter(status__in=["asked", "signed"]))
    if release and dice.random() < 0.15:
        release_refuse(release=release, actor=world.head, reason="not now")
    elif release:
        make.pay_out(world, release)


def shows_receipt(world, dice):
    release = _some(dice, Release.objects.filter(status="paid"))
    if release:
        make.receipt(world, release, dice.choice([release.amount_minor, dice.randint(1, release.amount_minor)]))


def checks_receipt(world, dice):
    expense = _some(dice, Expense.objects.filter(status="submitted"))
    if expense and dice.random() < 0.2:
        expense_refuse(expense=expense, actor=world.signatory, reason="not readable")
    elif expense:
        expense_accept(expense=expense, actor=world.signatory)


def shows_stage(world, dice):
    make.shown(world, dice.choice([1, 2]))


def stops(world, dice):
    if dice.random() < 0.5:
        project_suspend(project=world.project, actor=world.officer, reason="a complaint")
    else:
        project_resume(project=world.project, actor=world.officer, reason="looked into")


def gives_up(world, dice):
    if dice.random() < 0.2:
        project_cancel_and_refund(project=world.project, actor=world.head, reason="not needed")


def refunds(world, dice):
    refund = _some(dice, Refund.objects.exclude(status="paid"))
    if refund is None:
        return
    if refund.status == "due":
        refund = refund_send(
            refund=refund, actor=world.officer, bank_reference="R", bank_line=None, proof=make.factor(world.officer)
        )
    else:
        refund_confirm(refund=refund, actor=world.second_officer, proof=make.factor(world.second_officer))


def moves_a_release_on(world, dice):
    """Do what comes next: most steps of a history should lead somewhere."""
    release = Release.objects.filter(status__in=["asked", "signed"]).first()
    if release is None:
        asks(world, dice)
    elif release.status == "signed":
        pays_out(world, dice)
    else:
        signers = {"village": world.head, "outside": dice.choice([world.signatory, world.substitute])}
        missing = [who for side, who in signers.items() if not release.signatures.filter(side=side).exists()]
        make.sign(release, *missing)


def moves_a_receipt_on(world, dice):
    if Expense.objects.filter(status="submitted").exists():
        checks_receipt(world, dice)
    else:
        shows_receipt(world, dice)


ACTS = [
    pledges, confirms, records, decides, decides, takes_back, village_pays, corrects, builds, signs, pays_out, stops,
    moves_a_release_on, moves_a_release_on, moves_a_release_on, moves_a_receipt_on, moves_a_receipt_on, shows_stage,
    gives_up, refunds, refunds, refunds,
]  # fmt: skip


def half_paid_out(village):
    world = make.under_way(donors=3_000_00, village=village, stages=2)
    make.released(world, 1)
    return world


def given_up(village):
    world = half_paid_out(village)
    world.project = project_cancel_and_refund(project=world.project, actor=world.head, reason="not needed")
    return world


STARTS = {
    "open": lambda village: make.open_village_project(donors=10_000_00, village=village, stages=2),
    "funded": lambda village: make.open_funded(donors=3_000_00, village=village, stages=2),
    "under way": lambda village: make.under_way(donors=3_000_00, village=village, stages=2),
    "paid out": half_paid_out,
    "given up": given_up,
}
HISTORIES = given(
    start=st.sampled_from(sorted(STARTS)),
    village=st.sampled_from([3_000_00, 10_000_00, 15_000_01]),
    steps=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 2**16)), min_size=10, max_size=45),
)
CHECKS = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]


@settings(max_examples=12, deadline=None, suppress_health_check=CHECKS)
@HISTORIES
def test_a_history_keeps_the_books_whole(start, village, steps):
    play(start, village, steps)


@pytest.mark.slow
@pytest.mark.postgresql  # short ones run on both
@settings(max_examples=80, deadline=None, suppress_health_check=CHECKS)
@HISTORIES
def test_many_histories_keep_the_books_whole(start, village, steps):
    play(start, village, steps)


def play(start, village, steps):
    """Run one history in a transaction that is taken back at the end, looking at the books after every step."""
    with transaction.atomic():
        world = STARTS[start](village)
        for act, seed in steps:
            # A refusal is an answer; it must leave nothing half done.
            with contextlib.suppress(BirgeError), transaction.atomic():
                act(world, random.Random(seed))
            world.project.refresh_from_db()
            assert_whole(world)
        assert check_ledger() == []
        for model, status in ((Release, "paid"), (Expense, "accepted"), (Refund, "paid"), (Correction, "approved")):
            if model.objects.filter(status=status).exists():
                event(f"{model.__name__} {status}")  # seen with --hypothesis-show-statistics
        transaction.set_rollback(True)


def assert_whole(world):
    """Compare what the books say with what pledges, payments, releases, receipts and refunds say."""
    custodian, project = world.custodian.public_id, world.project.public_id
    waiting = Pledge.objects.filter(project=world.project, status__in=["confirmed", "due"])
    came = Payment.objects.filter(project=world.project, status="confirmed")
    back = sum(refund.amount_minor for refund in Refund.objects.filter(status="paid"))
    share = world.project.shares.get(party="village").amount_minor
    paid_by_village = sum(each.amount_minor for each in came.filter(kind="village"))
    assert balance(codes.promised(custodian, project), "KGS") == sum(each.plan_amount_minor for each in waiting)
    assert balance(codes.reserved(custodian, project), "KGS") == village_reserved(world.project)
    left = sum(each.amount_minor for each in came) - released_minor(world.project) - back
    assert held_minor(world.project) == left >= 0
    assert balance(codes.advance(custodian, project), "KGS") == (
        released_minor(world.project) - documented_minor(world.project)
    )
    owed = 0 if world.project.status in ENDED else max(0, share - paid_by_village)
    assert village_outstanding(world.project) == owed
