"""What is sent with an update (multipart/form-data, since photos come along)."""

from __future__ import annotations

from rest_framework import serializers

from api.fields import OneOf, PublicId, StrictSerializer, Text

MOST_PHOTOS = 10


class UpdateInput(StrictSerializer):
    """A report from the site."""

    project = PublicId()
    text = Text(max_length=5000)
    language = OneOf(choices=["ky", "ru", "en"])
    milestone = serializers.RegexField(r"^[0-9]{1,3}$", required=False, help_text="Position of the milestone.")
    photos = serializers.ListField(child=serializers.FileField(), required=False, max_length=MOST_PHOTOS)
