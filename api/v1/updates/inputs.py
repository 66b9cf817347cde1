"""What is sent with an update (multipart/form-data, since photos come along)."""

from __future__ import annotations

from rest_framework import serializers

from api.fields import Day, OneOf, PublicId, StrictSerializer, Text
from projects.updates.services import MOST_PHOTOS


class UpdateInput(StrictSerializer):
    """A report from the site."""

    project = PublicId()
    text = Text(max_length=5000)
    language = OneOf(choices=["ky", "ru", "en"])
    milestone = serializers.RegexField(r"^[0-9]{1,3}$", required=False, help_text="Position of the milestone.")
    photos = serializers.ListField(child=serializers.FileField(), required=False, max_length=MOST_PHOTOS)
    captions = serializers.ListField(
        child=Text(max_length=160, allow_blank=True),
        required=False,
        max_length=MOST_PHOTOS,
        help_text="What the photos show, in their order.",
    )
    taken_on = Day(required=False, help_text="The day of the photos.")
