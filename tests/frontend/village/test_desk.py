"""The desk: what waits comes first; what is another village's does not exist."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test.utils import CaptureQueriesContext

from birge import clock
from birge.organisations.models import Role
from projects.questions.services import question_ask
from projects.works.models import Project
from projects.works.services import project_submit
from tests.factories.funds import adopted_project, confirmed_pledge, officer_of, open_village_project, person
from tests.factories.village import (
    Village,
    address,
    asked_release,
    browser,
    draft,
    paid_release,
    under_way,
    village,
    written,
)

pytestmark = pytest.mark.django_db
PROJECT_PAGES = [
    "village_project",
    "village_words",
    "village_costs",
    "village_quotes",
    "village_shares",
    "village_stages",
    "village_keeper",
    "village_people",
    "village_picture",
    "village_open",
    "village_cancel",
    "village_receipts",
    "village_receipt_new",
    "village_news",
    "village_questions",
]
STEPS = ["village_submit", "village_start", "village_complete"]
WITH_POSITION = ["village_quote", "village_ask", "village_report"]


def first_task(user: Any) -> Any:
    return browser(user).get(address("desk")).context["first"]


def test_the_desk_is_behind_sign_in() -> None:
    answer = browser().get(address("desk"))
    assert answer.status_code == 302
    assert answer.url.startswith("/en/accounts/login/")


@pytest.mark.parametrize("name", [*PROJECT_PAGES, *STEPS])
def test_every_page_of_a_project_is_behind_sign_in(name: str) -> None:
    here = address(name, written(village()))
    ask = browser().post if name in STEPS else browser().get
    assert ask(here).url.startswith("/en/accounts/login/")


@pytest.mark.parametrize("name", PROJECT_PAGES)
def test_the_project_of_another_village_does_not_exist(name: str) -> None:
    home, stranger = village(), village()
    project = written(home)
    page = browser(stranger.head)
    assert page.get(address(name, project)).status_code == 404
    assert page.post(address(name, project), {}).status_code in (404, 405)


@pytest.mark.parametrize("name", STEPS)
def test_nobody_takes_a_step_for_another_village(name: str) -> None:
    home, stranger = village(), village()
    project = written(home)
    assert browser(stranger.head).post(address(name, project)).status_code == 404
    assert Project.objects.get().status == "draft"


@pytest.mark.parametrize("name", WITH_POSITION)
def test_parts_of_another_villages_project_do_not_exist(name: str) -> None:
    home, stranger = village(), village()
    page = browser(stranger.finance_officer)
    assert page.post(address(name, written(home), 1), {}).status_code == 404


@pytest.mark.parametrize("role", [Role.DEPUTY, Role.CUSTODIAN_OFFICER, Role.CHAIR])
def test_officers_of_other_parties_do_not_work_on_it(role: Role) -> None:
    world = open_village_project()
    other = officer_of(world.custodian, role, seat=9)
    assert browser(other).get(address("village_project", world.project)).status_code == 404


def test_the_desk_shows_the_next_step_of_a_draft() -> None:
    home = village()
    project = draft(home)
    task = first_task(home.focal_point)
    assert (task.title, task.text, task.url) == (
        "Write what it costs",
        "Street light",
        address("village_project", project),
    )


def test_while_the_council_reads_nothing_waits() -> None:
    home = village()
    project_submit(project=written(home), actor=home.head)
    assert first_task(home.head) is None
    assert "Nothing waits for you" in browser(home.head).get(address("desk")).content.decode()


def test_what_only_the_head_can_do_waits_for_the_head_only() -> None:
    home = village()
    project = adopted_project(donors=1, village_share=1, administration=home.administration, place=home.place)
    assert first_task(home.head).url == address("village_open", project)
    assert first_task(home.focal_point) is None


def test_money_is_asked_for_then_signed_then_built_then_accounted_for() -> None:
    world = under_way()
    project, clerk = world.project, world.finance_officer
    assert first_task(clerk).url == address("village_ask", project, 1)
    assert first_task(world.head) is None
    release = asked_release(world)
    assert first_task(world.head).url == address("village_release", project, release)
    assert first_task(clerk) is None


def test_after_money_was_paid_the_stage_and_the_receipts_wait() -> None:
    world = under_way()
    paid_release(world)
    shown = browser(world.finance_officer).get(address("desk")).context
    assert [task.title for task in (shown["first"], *shown["others"])] == [
        f"Build “{world.project.milestones.get()}”, then report it",
        "Receipts are still to be shown",
    ]


def test_a_question_waits_with_the_day_it_came() -> None:
    world = open_village_project()
    question = question_ask(project=world.project, text="When?", language="en")
    task = first_task(world.finance_officer)
    assert (task.title, task.waiting_since) == ("1 question waits", question.asked_at)


def test_news_that_are_late_are_said_to_be() -> None:
    world = under_way()
    Project.objects.filter(pk=world.project.pk).update(opened_at=clock.now() - dt.timedelta(days=45))
    shown = browser(world.head).get(address("desk")).context
    assert [(task.title, task.tone) for task in (shown["first"], *shown["others"])] == [("No news for 45 days", "bad")]


def test_who_signs_without_a_second_factor_is_told() -> None:
    home = village()
    assert "You have no second factor yet" not in browser(home.head).get(address("desk")).content.decode()
    Authenticator.objects.filter(user=home.head).delete()
    assert "You have no second factor yet" in browser(home.head).get(address("desk")).content.decode()


def test_who_holds_no_office_sees_their_promises_and_how_to_register() -> None:
    world, donor = open_village_project(), person()
    confirmed_pledge(world.project, 500_00, made=None)
    page = browser(donor)
    text = page.get(address("desk")).content.decode()
    assert "You have promised nothing yet." in text
    assert address("organisation_apply") in text
    mine = confirmed_pledge(world.project, 700_00)
    mine.donor = donor
    mine.save(update_fields=["donor"])
    assert [each.amount for each in page.get(address("desk")).context["promises"]] == ["700 som"]


def many(home: Village, count: int) -> None:
    """Make `count` projects of each kind."""
    for _number in range(count):
        written(home)
        draft(home)
        adopted_project(donors=1, village_share=1, administration=home.administration, place=home.place)


def queries_of_list(home: Village) -> int:
    page = browser(home.head)
    page.get(address("village_projects"))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = page.get(address("village_projects"))
    assert answer.status_code == 200
    return len(asked)


def test_the_list_takes_as_many_queries_for_ten_projects_as_for_three() -> None:
    home = village()
    many(home, 1)
    few = queries_of_list(home)
    many(home, 3)
    assert queries_of_list(home) == few


def test_the_list_shows_drafts_and_the_next_step_of_each() -> None:
    home = village()
    draft(home)
    project_submit(project=written(home), actor=home.head)
    rows = browser(home.head).get(address("village_projects")).context["groups"][0].rows
    assert [(row.status_label, row.step.title, row.step.mine) for row in rows] == [
        ("draft", "Go on writing", True),
        ("before the council", "The council has it", False),
    ]


def test_an_administration_whose_papers_are_checked_writes_nothing_yet() -> None:
    home = village()
    home.administration.status = "submitted"
    home.administration.save()
    page = browser(home.head)
    assert "still being checked" in page.get(address("village_projects")).content.decode()
    data = {"key": "k", "village": home.place.public_id, "category": "light", "title": "x", "language": "en"}
    assert page.post(address("village_project_new", home.administration), data).status_code == 403
    assert not Project.objects.exists()


def test_desk_pages_are_kept_by_no_browser() -> None:
    home = village()
    answer = browser(home.head).get(address("desk"))
    assert "no-store" in answer["Cache-Control"]
