"""How a question looks. Who asked is not told here, even where the page shows the name they gave."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class QuestionOutput(serializers.Serializer[Any]):
    """A question and its answer; empty while there is none."""

    id = serializers.CharField(source="public_id")
    project = serializers.CharField(source="project.public_id")
    text = serializers.CharField()
    language = serializers.CharField()
    asked_at = serializers.DateTimeField()
    answer = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)
