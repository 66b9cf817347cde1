"""Our books beside Stripe's balance, asked over HTTP from a Stripe of our own."""

import pytest

from funds.payments.models import StripeAttempt
from funds.payments.providers.stripe.models import QuarantineReason
from funds.payments.providers.stripe.quarantine import quarantine, quarantine_agree, quarantine_explain
from funds.reconciliation.services import reconcile
from tests.factories import cards
from tests.factories import funds as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def double(settings, monkeypatch):
    with cards.running(settings, monkeypatch) as stripe:
        yield stripe


@pytest.fixture
def world(double):
    made = make.open_village_project(village=0)
    cards.account(made.custodian)
    return made


def test_the_balance_at_stripe_agrees_once_its_events_are_settled(world, double):
    pledge = make.confirmed_pledge(world.project, 500_00)
    cards.paid_at_stripe(double, pledge)
    (row,) = reconcile(world.custodian).rows
    assert (row.kind, row.ours_minor, row.theirs_minor, row.outcome) == ("stripe", 0, double.balance(), "differs")
    cards.told(double)
    report = reconcile(world.custodian)
    assert (report.rows[0].ours_minor, report.rows[0].outcome) == (double.balance(), "agrees")
    assert report.differences == []
    (share,) = report.shares
    assert (share.moved_minor, share.explained_minor, share.permille) == (500_00, 500_00, 1000)


def test_money_taken_out_at_stripe_shows(world, double):
    cards.paid_at_stripe(double, make.confirmed_pledge(world.project, 500_00))
    cards.told(double)
    double._move("adjustment", -70_00, 0, "kgs", "nobody")
    (difference,) = reconcile(world.custodian).differences
    assert (difference.kind, difference.amount_minor, difference.currency) == ("sum", -70_00, "KGS")


def test_where_stripe_does_not_answer_what_was_open_stays_open(world, double):
    double._move("adjustment", -70_00, 0, "kgs", "nobody")
    assert len(reconcile(world.custodian).differences) == 1
    double.fail_next("/v1/balance", "before")
    report = reconcile(world.custodian)
    assert report.rows[0].outcome == "no_answer"
    assert report.errors == ["stripe KGS: provider_unknown"]
    assert len(report.differences) == 1


def test_without_keys_it_says_that_nobody_answered(world, monkeypatch):
    monkeypatch.delenv(cards.KEY_NAME)
    assert reconcile(world.custodian).errors == ["stripe KGS: provider_refused"]


def test_what_stands_aside_at_stripe_waits_until_two_officers_have_explained_it(world, double):
    pledge = make.confirmed_pledge(world.project, 500_00)
    cards.page_of(pledge)
    attempt = StripeAttempt.objects.get()
    item = quarantine(account=attempt.account, object_id="pi_1", reason=QuarantineReason.UNKNOWN, attempt=attempt)
    report = reconcile(world.custodian)
    assert [(each.kind, each.ref) for each in report.differences] == [("item", item.public_id)]
    quarantine_explain(item=item, actor=world.officer, explanation="Проба")
    quarantine_agree(item=item, actor=world.second_officer, proof=make.factor(world.second_officer))
    assert reconcile(world.custodian).differences == []
