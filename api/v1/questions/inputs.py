"""What may be asked and answered."""

from __future__ import annotations

from api.fields import OneOf, PublicId, StrictSerializer, Text


class QuestionInput(StrictSerializer):
    """A question in public, with or without a name."""

    project = PublicId()
    text = Text(max_length=2000)
    asker_name = Text(max_length=80, required=False, allow_blank=True, help_text="Shown on the page if given.")
    language = OneOf(choices=["ky", "ru", "en"])


class AnswerInput(StrictSerializer):
    """The village's answer."""

    text = Text(max_length=4000)
