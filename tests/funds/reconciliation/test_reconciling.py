"""Our books beside the bank's: what agrees, what does not, whose it is, and how the command ends."""

import datetime as dt
import io
import json

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError, transaction

from birge import clock
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from funds.banking.services import line_unexplain
from funds.ledger.models import Entry
from funds.reconciliation.models import Difference, DifferenceStep, ExplainedShare, Reconciliation
from funds.reconciliation.selectors import newest_shares
from funds.reconciliation.services import (
    difference_agree,
    difference_explain,
    difference_note,
    difference_take,
    reconcile,
)
from funds.settlement.services import payment_correct_approve, payment_correct_ask, tick
from funds.settlement.statements import line_aside_agree, line_aside_ask
from tests.factories import funds as make
from tests.factories.people import person
from tests.factories.reconciling import line, stated, tie
from tests.factories.statements import account_at_bank

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make.open_village_project(village=0)


@pytest.fixture
def account(world):
    return account_at_bank(world.custodian)


def paid(world, minor):
    return make.pay(world, make.confirmed_pledge(world.project, minor))


def open_kinds(report):
    return [(each.kind, each.amount_minor) for each in report.differences]


def run(*arguments):
    out = io.StringIO()
    try:
        call_command("reconcile", *arguments, stdout=out, stderr=io.StringIO())
    except SystemExit as ended:
        return ended.code, out.getvalue()
    return 0, out.getvalue()


def test_what_both_sides_know_agrees(world, account):
    payment = paid(world, 500_00)
    (known,) = stated(account, line(500_00))
    tie(known, payment)
    report = reconcile(world.custodian)
    (row,) = report.rows
    assert (row.ours_minor, row.theirs_minor, row.outcome) == (500_00, 500_00, "agrees")
    assert report.differences == []


def test_scenario_22_a_payment_without_a_bank_line_shows_the_same_day(world, account):
    real, fake = paid(world, 500_00), paid(world, 300_00)
    (known,) = stated(account, line(500_00))
    tie(known, real)
    entries = Entry.objects.count()
    status, said = run("--json", "--custodian", world.custodian.public_id)
    assert status == 1
    (told,) = json.loads(said)["custodians"]
    (row,) = told["accounts"]
    assert (row["ours"], row["theirs"], row["difference"]) == (800_00, 500_00, -300_00)
    (difference,) = told["differences"]
    assert (difference["kind"], difference["ref"], difference["amount"]) == ("booked", fake.public_id, -300_00)
    assert difference["age_days"] == 0
    assert Entry.objects.count() == entries, "the ledger is only read"


def test_money_that_was_received_after_the_last_statement_has_three_days(world, account):
    yesterday = clock.today() - dt.timedelta(days=1)
    stated(account, days=(yesterday, yesterday))
    paid(world, 300_00)
    assert reconcile(world.custodian).differences == []
    with time_machine.travel(clock.now() + dt.timedelta(days=4), tick=False):
        assert open_kinds(reconcile(world.custodian)) == [("booked", -300_00)]


def test_a_line_that_nothing_explains_stands_until_it_is_explained(world, account):
    payment = paid(world, 500_00)
    known, stray = stated(account, line(500_00), line(70_00))
    tie(known, payment)
    (difference,) = reconcile(world.custodian).differences
    assert (difference.kind, difference.ref) == ("line", stray.public_id)
    tie(stray, make.pay(world, make.confirmed_pledge(world.project, 70_00)))
    assert reconcile(world.custodian).differences == []
    difference.refresh_from_db()
    assert difference.resolved_at is not None
    assert list(difference.steps.values_list("step", flat=True)) == ["found", "resolved"]
    line_unexplain(stray)
    assert {each.kind for each in reconcile(world.custodian).differences} == {"line", "booked"}
    assert list(difference.steps.values_list("step", flat=True))[-1] == "reopened"


def test_a_line_set_aside_as_none_of_ours_is_explained_and_told_apart(world, account):
    (rent,) = stated(account, line(-40_00), opening=40_00)
    asked = line_aside_ask(line=rent, reason="our rent", actor=world.officer)
    line_aside_agree(line=asked, actor=world.second_officer, proof=make.factor(world.second_officer))
    report = reconcile(world.custodian)
    assert open_kinds(report) == [("opening", 40_00)]
    (share,) = report.shares
    assert (share.moved_minor, share.set_aside_minor) == (0, 40_00)


def test_a_correction_without_a_line_leaves_nothing_to_explain(world, account):
    stated(account, days=(clock.today(), clock.today()))
    payment = paid(world, 300_00)
    assert open_kinds(reconcile(world.custodian)) == [("booked", -300_00)]
    asked = payment_correct_ask(payment=payment, actor=world.officer, reason="Не было")
    second = world.second_officer
    payment_correct_approve(correction=asked, actor=second, proof=make.factor(second))
    assert reconcile(world.custodian).differences == []


def test_a_line_tied_to_what_was_taken_back_is_not_explained(world, account):
    payment = paid(world, 300_00)
    (known,) = stated(account, line(300_00))
    tie(known, payment)
    asked = payment_correct_ask(payment=payment, actor=world.officer, reason="Ошибка")
    payment_correct_approve(correction=asked, actor=world.second_officer, proof=make.factor(world.second_officer))
    assert open_kinds(reconcile(world.custodian)) == [("line", 300_00)]


def test_what_came_before_it_was_booked_is_a_matter_of_days_not_a_difference(world, account):
    day = clock.today() - dt.timedelta(days=2)
    (known,) = stated(account, line(500_00, day=day), days=(day, day))
    tie(known, paid(world, 500_00))
    report = reconcile(world.custodian)
    (row,) = report.rows
    assert (row.ours_minor, row.theirs_minor, row.explained_minor, row.outcome) == (0, 500_00, 500_00, "agrees")


def test_a_tranche_on_its_way_may_take_its_days(account, world):
    pledge = make.confirmed_pledge(world.project, 10_000_00)
    payment = make.pay(world, pledge)
    known = stated(account, line(10_000_00))[0]
    tie(known, payment)
    world.project.refresh_from_db()
    make.project_start(project=world.project, actor=world.head)
    release = make.released(world)
    assert reconcile(world.custodian).differences == []
    with time_machine.travel(clock.now() + dt.timedelta(days=4), tick=False):
        (late,) = reconcile(world.custodian).differences
        assert (late.kind, late.ref, late.amount_minor) == ("booked", release.public_id, release.amount_minor)


def test_money_from_before_needs_two_officers_and_words(world, account):
    stated(account, opening=900_00, days=(clock.today(), clock.today()))
    (difference,) = reconcile(world.custodian).differences
    assert (difference.kind, difference.amount_minor) == ("opening", 900_00)
    second = make.factor(world.second_officer)
    with pytest.raises(RuleNotMet):
        difference_agree(difference=difference, actor=world.second_officer, proof=second)
    difference_explain(difference=difference, actor=world.officer, note="Членские взносы фонда")
    with pytest.raises(NotAllowed):
        difference_agree(difference=difference, actor=world.officer, proof=make.factor(world.officer))
    difference_agree(difference=difference, actor=world.second_officer, proof=second)
    report = reconcile(world.custodian)
    assert report.differences == []
    assert report.rows[0].outcome == "agrees"


def test_an_officer_takes_a_difference_over_and_notes_what_they_found(world, account):
    stated(account, line(70_00))
    (difference,) = reconcile(world.custodian).differences
    difference_take(difference=difference, actor=world.officer)
    difference_note(difference=difference, actor=world.officer, note="Звонил в банк")
    (still,) = reconcile(world.custodian).differences
    assert (still.owner, still.note) == (world.officer, "Звонил в банк")
    with pytest.raises(InvalidInput):
        difference_note(difference=difference, actor=world.officer, note=" ")
    with pytest.raises(NotAllowed):
        difference_take(difference=difference, actor=person())
    with pytest.raises(RuleNotMet):
        difference_explain(difference=difference, actor=world.officer, note="Наверное ошибка банка")
    assert list(difference.steps.values_list("step", flat=True)) == ["found", "taken", "noted"]


def test_without_any_statement_nothing_is_called_explained(world):
    paid(world, 300_00)
    report = reconcile(world.custodian)
    assert open_kinds(report) == [("no_statement", -300_00)]
    assert report.rows[0].outcome == "no_statement"
    assert report.shares[0].permille is None
    assert run()[0] == 1


def test_an_unknown_custodian_ends_with_two():
    assert run("--custodian", "nobody", "--json")[0] == 2


def test_the_command_ends_with_nothing_where_all_agrees(world, account):
    (known,) = stated(account, line(500_00))
    tie(known, paid(world, 500_00))
    status, said = run()
    assert status == 0
    assert "100.0 %" in said


def later(days):
    return time_machine.travel(clock.now() + dt.timedelta(days=days), tick=True)


def test_the_share_counts_what_was_tied_in_time(world, account):
    soon, late, never = stated(account, line(100_00), line(200_00), line(300_00))
    tie(soon, paid(world, 100_00))
    with later(8):
        young = line(400_00, day=clock.today() - dt.timedelta(days=1))
        stated(account, young, opening=600_00)
        tie(late, paid(world, 200_00))
        (share,) = reconcile(world.custodian).shares
    assert never.payment_ref == ""
    assert (share.moved_minor, share.explained_minor) == (600_00, 100_00), "the young line's days are not over"
    assert share.permille == 166


def test_what_is_booked_and_has_no_line_counts_against_the_share(world, account):
    (known,) = stated(account, line(100_00))
    tie(known, paid(world, 100_00))
    paid(world, 300_00)
    with later(8):
        (share,) = reconcile(world.custodian).shares
    assert (share.moved_minor, share.explained_minor) == (400_00, 100_00)


def test_what_moved_more_than_ninety_days_ago_counts_for_nothing(world, account):
    stated(account, line(100_00))
    with later(91):
        (share,) = reconcile(world.custodian).shares
    assert (share.moved_minor, share.permille) == (0, None)


def test_cash_with_a_treasurer_is_shown_with_its_age(world):
    make.pay(world, make.confirmed_pledge(world.project, 100_00), kind="cash")
    since = clock.today()
    with later(12):
        make.pay(world, make.confirmed_pledge(world.project, 50_00), kind="cash")
        (row,) = reconcile(world.custodian).rows
    assert (row.kind, row.ours_minor, row.theirs_minor, row.since) == ("cash", 150_00, None, since)
    assert row.outcome == "shown"


def test_a_tick_compares_each_custodian_once_a_day(world, account):
    (known,) = stated(account, line(500_00))
    tie(known, paid(world, 500_00))
    assert tick().compared == [world.custodian.public_id]
    assert tick().compared == []
    assert newest_shares(world.custodian)[0].permille == 1000
    assert Reconciliation.objects.count() == 1


def test_what_was_compared_is_never_changed(world, account):
    stated(account, line(70_00))
    reconcile(world.custodian)
    for table in (Reconciliation, DifferenceStep, ExplainedShare):
        for change in (lambda found: found.update(id=99), lambda found: found.delete()):
            with pytest.raises(DatabaseError), transaction.atomic():
                change(table.objects.all())
    assert Difference.objects.count() == 1
