"""Publishing news from the site."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.documents.services import photo_store
from birge.errors import InvalidInput, RuleNotMet
from birge.organisations.permissions import Action, require
from projects.works.models import LANGUAGES, Milestone, Project
from projects.works.states import ProjectStatus

from .models import Update, UpdatePhoto

MOST_PHOTOS = 10
LONGEST = 5000
_S = ProjectStatus
REPORTS_IN = frozenset(set(_S) - {_S.DRAFT, _S.SUBMITTED, _S.DECLINED})


def update_publish(
    *,
    project: Project,
    actor: User,
    text: str,
    language: str,
    photos: Sequence[File[bytes]] = (),
    captions: Sequence[str] = (),
    milestone: Milestone | None = None,
    taken_on: dt.date | None = None,
) -> Update:
    """Publish a report with at most ten photos, all of them or nothing.

    Photos are turned upright, lose all metadata and are kept in three sizes. The same words twice on one day are one
    report: a second tap publishes nothing twice.
    Raises NotAllowed, RuleNotMet (`not_public`), InvalidInput (`text`, `photos`, `milestone`, `taken_on`).
    """
    require(actor, Action.UPDATE_PUBLISH, project.administration)
    if project.status not in REPORTS_IN:
        raise RuleNotMet(_("News can be published once the council has adopted the project."), code="not_public")
    words = text.strip()
    _check(project, words, language, photos, milestone, taken_on)
    twin = Update.objects.filter(
        project=project, text=words, created_at__gte=clock.now() - dt.timedelta(days=1)
    ).first()
    if twin is not None:
        return twin
    with transaction.atomic():
        update = Update.objects.create(
            project=project,
            milestone=milestone,
            text=words,
            language=language,
            taken_on=taken_on,
            author=actor,
            created_at=clock.now(),
        )
        for position, file in enumerate(photos):
            _photo(update, position, file, captions[position] if position < len(captions) else "", actor)
    return update


def _photo(update: Update, position: int, file: File[bytes], caption: str, actor: User) -> None:
    try:
        document = photo_store(
            file=file, title=caption, actor=actor, organisation=update.project.administration, visibility="public"
        )
    except InvalidInput as refusal:
        name = getattr(file, "name", "") or str(position + 1)
        message = f"{name}: {refusal}"
        raise InvalidInput(message, field="photos", code=refusal.code) from refusal
    UpdatePhoto.objects.create(update=update, document=document, caption=caption.strip()[:160], position=position)


def _check(
    project: Project,
    words: str,
    language: str,
    photos: Sequence[File[bytes]],
    milestone: Milestone | None,
    taken_on: dt.date | None,
) -> None:
    if not words:
        raise InvalidInput(_("Please write a few words on what the photos show."), field="text")
    if len(words) > LONGEST:
        raise InvalidInput(_("This is too long."), field="text")
    if language not in LANGUAGES:
        raise InvalidInput(_("Please choose the language it is written in."), field="language")
    if len(photos) > MOST_PHOTOS:
        raise InvalidInput(_("At most ten photos at once."), field="photos")
    if milestone is not None and milestone.project_id != project.pk:
        raise InvalidInput(_("The project has no such milestone."), field="milestone")
    if taken_on is not None and taken_on > clock.today():
        raise InvalidInput(_("This day has not come yet."), field="taken_on")
