"""Asking a village, and its answer."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from birge.notifications.services import Contact, notice_send
from birge.organisations.permissions import Action, is_platform_administrator, require
from birge.organisations.selectors import officers
from projects.works.models import LANGUAGES, Project
from projects.works.states import NOT_PUBLIC

from .models import Question

LONGEST_QUESTION = 2000
LONGEST_ANSWER = 4000


@transaction.atomic
def question_ask(
    *, project: Project, text: str, asker_name: str = "", language: str, actor: User | None = None
) -> Question:
    """Ask in public, with or without an account or a name; the administration's officers get a message.

    The same words twice within an hour are one question. Raises InvalidInput (`text`, `asker_name`, `language`),
    RuleNotMet (`not_public`).
    """
    if project.status in NOT_PUBLIC:
        raise RuleNotMet(_("This project is not public yet."), code="not_public")
    words, name = text.strip(), " ".join(asker_name.split())
    if len(words) < 3:
        raise InvalidInput(_("Please write your question."), field="text")
    if len(words) > LONGEST_QUESTION:
        raise InvalidInput(_("This is too long."), field="text")
    if len(name) > 80:
        raise InvalidInput(_("This name is too long."), field="asker_name")
    if language not in LANGUAGES:
        raise InvalidInput(_("Please choose the language it is written in."), field="language")
    recent = clock.now() - dt.timedelta(hours=1)
    twin = Question.objects.filter(project=project, text=words, asked_at__gte=recent).first()
    if twin is not None:
        return twin
    question = Question.objects.create(
        project=project, text=words, asker_name=name, asked_by=actor, language=language, asked_at=clock.now()
    )
    for officer in officers(project.administration):
        if officer.email:
            notice_send(
                contact=Contact("email", officer.email),
                template="question_asked",
                language=officer.language,
                project=project.title(officer.language),
                text=words,
            )
    return question


@transaction.atomic
def question_answer(*, question: Question, actor: User, text: str) -> Question:
    """Publish the village's answer, once. Raises NotAllowed, InvalidInput (`text`), RuleNotMet (`answered`)."""
    require(actor, Action.QUESTION_ANSWER, question.project.administration)
    words = text.strip()
    if not words:
        raise InvalidInput(_("Please write the answer."), field="text")
    if len(words) > LONGEST_ANSWER:
        raise InvalidInput(_("This is too long."), field="text")
    locked = Question.objects.select_for_update(of=("self",)).select_related("project").get(pk=question.pk)
    if locked.answered_at is not None:
        if locked.answer == words:
            return locked
        raise RuleNotMet(_("This question is answered already."), code="answered")
    locked.answer, locked.answered_at, locked.answered_by = words, clock.now(), actor
    locked.save(update_fields=["answer", "answered_at", "answered_by"])
    return locked


@transaction.atomic
def question_hide(*, question: Question, actor: User, reason: str) -> Question:
    """Hide abuse, with a reason that stays in the audit record. Only a platform administrator, never the village."""
    if not is_platform_administrator(actor):
        raise NotAllowed
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    question.hidden_reason = reason.strip()[:300]
    question.save(update_fields=["hidden_reason"])
    audit_record(actor=actor, action="question_hide", obj=question, reason=reason.strip())
    return question
