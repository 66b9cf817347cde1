"""Where is my money: each step shows when it happened, what proves it, and what is still to come."""

import pytest
from django.utils import translation

from funds.releases.models import Refund
from funds.settlement.selectors import pledge_story, project_progress, projects_money, totals_by_currency
from funds.settlement.services import project_cancel_and_refund, refund_confirm, refund_send
from projects.works.services import project_complete
from tests.factories import funds as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def steps(pledge):
    pledge.refresh_from_db()
    pledge.project.refresh_from_db()
    return [(step.code, step.tone) for step in pledge_story(pledge)]


def test_an_unconfirmed_promise_asks_for_its_confirmation():
    given = make.pledge(make.open_village_project().project)
    assert steps(given)[:2] == [("made", "done"), ("confirmed", "now")]


def test_a_promise_waits_for_the_others_then_for_its_money():
    world = make.open_village_project(donors=2_000_00, village=2_000_00)
    given = make.confirmed_pledge(world.project, 1_000_00)
    assert steps(given) == [
        ("made", "done"),
        ("confirmed", "done"),
        ("matched", "done"),
        ("whole", "now"),
        ("due", ""),
    ]
    make.confirmed_pledge(world.project, 1_000_00)
    assert steps(given)[-2:] == [("whole", "done"), ("due", "now")]
    make.record(world, given)
    assert ("recorded", "now") in steps(given)


def test_the_whole_way_to_the_photo_each_step_with_its_proof():
    world = make.under_way(donors=10_000_00, village=10_000_00, stages=1)
    given = world.project.pledges.get()
    make.documented(world, 1)
    make.shown(world, 1)
    world.project = project_complete(project=world.project, actor=world.head)
    assert [code for code, _tone in steps(given)] == [
        "made", "confirmed", "matched", "whole", "paid", "funded", "released", "accepted", "completed",
    ]  # fmt: skip
    story = {step.code: step for step in pledge_story(given)}
    assert story["paid"].entry
    assert story["released"].entry
    assert story["accepted"].photos
    assert all(step.on for step in story.values())


def test_a_failed_project_says_what_came_back():
    world = make.open_village_project()
    given = make.confirmed_pledge(world.project, 1_000_00)
    make.pay(world, given)
    project_cancel_and_refund(project=world.project, actor=world.head, reason="Нет")
    assert steps(given)[-2:] == [("failed", "bad"), ("refund_due", "now")]
    sent = refund_send(
        refund=Refund.objects.get(),
        actor=world.officer,
        bank_reference="R",
        bank_line=None,
        proof=make.factor(world.officer),
    )
    refund_confirm(refund=sent, actor=world.second_officer, proof=make.factor(world.second_officer))
    assert steps(given)[-1] == ("refunded", "done")


def test_progress_keeps_promises_and_money_apart():
    world = make.open_village_project(donors=5_000_00, village=5_000_00)
    make.pay(world, make.confirmed_pledge(world.project, 1_000_00))
    make.confirmed_pledge(world.project, 500_00)
    progress = project_progress(world.project)
    donors, village = progress.parties
    assert (donors.received_minor, donors.promised_minor) == (1_000_00, 500_00)
    assert (village.received_minor, village.promised_minor) == (0, 5_000_00)
    assert progress.rest_minor("donors") == 3_500_00
    assert progress.rest_minor("village") == 0
    assert progress.held_minor == 1_000_00
    assert projects_money([world.project])[world.project.public_id].received_minor == 1_000_00


def test_progress_after_a_release_shows_what_is_documented():
    world = make.under_way(stages=2)
    make.documented(world, 1)
    progress = project_progress(world.project)
    assert (progress.held_minor, progress.released_minor, progress.spent_minor) == (1_000_000, 1_000_000, 1_000_000)


def test_totals_are_stated_by_currency():
    world = make.under_way(stages=2)
    make.released(world, 1)
    (totals,) = totals_by_currency()
    assert (totals.currency, totals.received_minor) == ("KGS", 2_000_000)
    assert (totals.held_minor, totals.released_minor) == (1_000_000, 1_000_000)


def test_the_cards_money_takes_four_queries_however_many(django_assert_num_queries):
    listed = [make.open_village_project().project for _each in range(3)]
    with django_assert_num_queries(4):
        projects_money(listed)
