"""Questions to the village, and who signs from outside."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from birge import clock
from projects.questions.models import Question
from projects.works.models import Project, SignatoryChange


def questions_page(project: Project) -> dict[str, Any]:
    """Return all questions, those that wait first and the oldest of them on top."""
    found = list(project.questions.filter(hidden_reason="").order_by("asked_at", "id"))
    waiting = [question_shown(each) for each in found if each.answered_at is None]
    answered = [question_shown(each) for each in reversed(found) if each.answered_at is not None]
    return {"waiting": waiting, "answered": answered}


def question_shown(question: Question) -> dict[str, Any]:
    """Return one question with how long it has waited."""
    return {
        "text": question.text,
        "asker": question.asker_name or _("A reader"),
        "asked_at": question.asked_at,
        "days": (clock.now() - question.asked_at).days,
        "answer": question.answer,
        "url": reverse("village_answer", args=[question.project.public_id, question.public_id]),
    }


def signer_page(change: SignatoryChange) -> dict[str, Any]:
    """Return who is to sign instead of whom, and why."""
    project = change.project
    now = project.outside_substitute if change.substitute else project.outside_signatory
    return {
        "change": change,
        "person": str(change.person),
        "instead_of": str(now) if now else "",
        "asked_by": str(change.asked_by),
    }
