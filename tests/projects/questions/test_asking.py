"""Anyone may ask in public; only the village answers; only a platform administrator hides abuse."""

import pytest

from birge.audit.models import AuditRecord
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from projects.questions.models import Question
from projects.questions.services import question_answer, question_ask, question_hide
from projects.works.models import Project
from tests.factories import funds as make

pytestmark = pytest.mark.django_db


def ask(world, **changes):
    request = {"project": world.project, "text": "Кто будет чинить?", "asker_name": "Бурул", "language": "ru"}
    return question_ask(**(request | changes))


def test_a_guest_asks_and_the_officers_are_told():
    world = make.open_village_project()
    question = ask(world)
    assert (question.asked_by, question.asker_name, question.answer) == (None, "Бурул", "")
    assert len(make.notices("question_asked")) == 2


def test_the_village_answers_once():
    world = make.open_village_project()
    answered = question_answer(question=ask(world), actor=world.finance_officer, text="Электрик Асанов.")
    assert answered.answered_at
    assert question_answer(question=answered, actor=world.head, text="Электрик Асанов.").pk == answered.pk
    with pytest.raises(RuleNotMet):
        question_answer(question=answered, actor=world.head, text="Никто.")


def test_nobody_else_answers():
    world = make.open_village_project()
    for person in (world.signatory, world.officer, make.open_village_project().head):
        with pytest.raises(NotAllowed):
            question_answer(question=ask(world), actor=person, text="Я")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": " "}, "text"),
        ({"text": "я" * 2001}, "text"),
        ({"asker_name": "я" * 81}, "asker_name"),
        ({"language": "xx"}, "language"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(changes, field):
    with pytest.raises(InvalidInput) as refusal:
        ask(make.open_village_project(), **changes)
    assert refusal.value.field == field


def test_the_same_question_twice_is_one_and_a_draft_takes_none():
    world = make.open_village_project()
    assert ask(world).pk == ask(world).pk
    Project.objects.filter(pk=world.project.pk).update(status="submitted")
    world.project.refresh_from_db()
    with pytest.raises(RuleNotMet):
        ask(world, text="Другое?")


def test_only_the_administrator_hides_and_says_why():
    world = make.open_village_project()
    question = ask(world)
    with pytest.raises(NotAllowed):
        question_hide(question=question, actor=world.head, reason="Неудобно")
    administrator = make.person()
    administrator.is_staff = True
    administrator.save()
    with pytest.raises(InvalidInput):
        question_hide(question=question, actor=administrator, reason="")
    question_hide(question=question, actor=administrator, reason="Брань")
    assert Question.objects.get().hidden_reason == "Брань"
    assert AuditRecord.objects.filter(action="question_hide").exists()
