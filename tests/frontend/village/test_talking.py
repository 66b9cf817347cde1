"""News, answers, and another person who signs from outside."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from projects.questions.models import Question
from projects.questions.services import question_ask
from projects.updates.models import Update
from projects.works.services import signatory_change_ask
from tests.factories.api import code_of
from tests.factories.funds import VillageProject, officer_of, open_village_project
from tests.factories.organisations import Role
from tests.factories.village import address, browser, draft, in_days, photo, under_way, village

pytestmark = pytest.mark.django_db
NEWS = {"text": "The poles stand.", "caption": "Lenin street", "milestone": "1", "taken_on": "", "language": "en"}


def test_news_are_published_once_with_their_photos() -> None:
    world = under_way()
    page, here = browser(world.finance_officer), address("village_news", world.project)
    for _tap in range(2):
        answer = page.post(here, NEWS | {"photos": [photo("a.jpg"), photo("b.jpg")]}, follow=True)
        assert "Published" in answer.content.decode()
    update = Update.objects.get()
    assert update.milestone == world.project.milestones.get()
    assert [shown.caption for shown in update.photos.all()] == ["Lenin street", "Lenin street"]


def test_news_without_a_photo_are_news_too() -> None:
    world = under_way()
    browser(world.head).post(address("village_news", world.project), NEWS)
    assert Update.objects.get().photos.count() == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": ""}, "text"),
        ({"taken_on": in_days(2)}, "taken_on"),
        ({"milestone": "9"}, "milestone"),
        ({"photos": SimpleUploadedFile("virus.jpg", b"MZ", "image/jpeg")}, "photos"),
        ({"photos": SimpleUploadedFile("empty.jpg", b"", "image/jpeg")}, "photos"),
    ],
)
def test_a_mistake_stands_beside_its_field_and_nothing_is_published(changes: dict[str, Any], field: str) -> None:
    world = under_way()
    answer = browser(world.head).post(address("village_news", world.project), NEWS | changes)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {field}
    assert f'id="id_{field}-error"' in answer.content.decode()
    assert not Update.objects.exists()


def test_the_one_bad_photo_among_good_ones_is_named_and_none_is_kept() -> None:
    world = under_way()
    bad = SimpleUploadedFile("notes.txt", b"hello", "text/plain")
    answer = browser(world.head).post(address("village_news", world.project), NEWS | {"photos": [photo(), bad]})
    assert "notes.txt" in answer.context["form"].errors["photos"][0]
    assert not Update.objects.exists()


def test_a_photo_above_the_limit_is_refused_beside_the_field(settings: Any) -> None:
    settings.DOCUMENT_MAX_BYTES = 100
    world = under_way()
    answer = browser(world.head).post(address("village_news", world.project), NEWS | {"photos": [photo("big.jpg")]})
    assert "big.jpg: This file is too large" in answer.context["form"].errors["photos"][0]


def test_more_than_ten_photos_are_refused() -> None:
    world = under_way()
    many = [photo(f"{number}.jpg") for number in range(11)]
    answer = browser(world.head).post(address("village_news", world.project), NEWS | {"photos": many})
    assert answer.context["form"].errors["photos"] == ["At most ten photos at once."]


def test_a_draft_has_no_news_yet() -> None:
    home = village()
    assert browser(home.head).get(address("village_news", draft(home))).status_code == 409


def asked(world: VillageProject) -> Question:
    return question_ask(project=world.project, text="When do you begin?", asker_name="Azamat", language="en")


def test_a_question_is_answered_once() -> None:
    world = open_village_project()
    page, question = browser(world.finance_officer), asked(world)
    assert "When do you begin?" in page.get(address("village_questions", world.project)).content.decode()
    for _tap in range(2):
        answer = page.post(address("village_answer", world.project, question), {"text": "In May."}, follow=True)
        assert "Your answer is public now." in answer.content.decode()
    question.refresh_from_db()
    assert question.answer == "In May."


def test_a_second_answer_is_not_taken() -> None:
    world = open_village_project()
    page, here = browser(world.head), address("village_answer", world.project, asked(world))
    page.post(here, {"text": "In May."})
    again = page.post(here, {"text": "In June."})
    assert again.status_code == 422
    assert Question.objects.get().answer == "In May."


def test_an_empty_answer_is_refused_beside_the_field() -> None:
    world = open_village_project()
    answer = browser(world.head).post(address("village_answer", world.project, asked(world)), {"text": "  "})
    assert answer.context["form"].errors.keys() == {"text"}


def test_a_question_to_another_village_does_not_exist() -> None:
    world, other = open_village_project(), open_village_project()
    page = browser(other.head)
    for project in (world.project, other.project):
        here = address("village_answer", project, asked(world))
        assert page.post(here, {"text": "Never."}).status_code == 404
    assert Question.objects.get().answer == ""


def test_a_question_in_script_is_shown_as_text() -> None:
    world = open_village_project()
    question_ask(project=world.project, text="<script>alert(1)</script>", asker_name="<b>x</b>", language="en")
    text = browser(world.head).get(address("village_questions", world.project)).content.decode()
    assert "&lt;script&gt;" in text
    assert "<b>x</b>" not in text


def change_asked(world: VillageProject) -> Any:
    person = officer_of(world.association, Role.CHAIR)
    return signatory_change_ask(
        project=world.project, actor=world.signatory, person=person, reason="I go home for a year."
    )


def test_the_head_agrees_with_a_code_to_another_signatory() -> None:
    world = open_village_project()
    change = change_asked(world)
    code_of(world.head)
    page, here = browser(world.head), address("village_signer", world.project, change)
    assert "I go home for a year." in page.get(here).content.decode()
    assert page.post(here, {"key": "k", "code": "000000"}).context["sign_form"].errors.keys() == {"code"}
    for _tap in range(2):
        assert page.post(here, {"key": "k", "code": code_of(world.head)}).status_code == 302
    world.project.refresh_from_db()
    assert world.project.outside_signatory == change.person


def test_the_head_refuses_another_signatory_with_a_reason() -> None:
    world = open_village_project()
    change = change_asked(world)
    page, here = browser(world.head), address("village_signer", world.project, change)
    assert page.post(here, {"key": "k", "no": "1", "reason": ""}).status_code == 422
    page.post(here, {"key": "k", "no": "1", "reason": "They are my cousin."})
    change.refresh_from_db()
    assert (change.status, change.decision_reason) == ("refused", "They are my cousin.")


def test_nobody_but_the_head_decides_who_signs() -> None:
    world = open_village_project()
    here = address("village_signer", world.project, change_asked(world))
    assert browser(world.finance_officer).get(here).status_code == 403
