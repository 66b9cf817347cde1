"""How an update looks."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.v1.documents.outputs import PictureOutput
from projects.updates.models import Update


class PhotoOutput(serializers.Serializer[Any]):
    """A photo from the site, without anything the camera wrote into it."""

    caption = serializers.CharField()
    picture = PictureOutput(source="document")


class UpdateOutput(serializers.Serializer[Any]):
    """What the village reported."""

    id = serializers.CharField(source="public_id")
    project = serializers.CharField(source="project.public_id")
    milestone = serializers.SerializerMethodField()
    text = serializers.CharField()
    language = serializers.CharField()
    taken_on = serializers.DateField(allow_null=True)
    created_at = serializers.DateTimeField()
    photos = serializers.SerializerMethodField()

    def get_milestone(self, update: Update) -> int | None:
        """Return the position of the stage it is about."""
        return update.milestone.position if update.milestone else None

    @extend_schema_field(PhotoOutput(many=True))
    def get_photos(self, update: Update) -> Any:
        """Return the photos in their order."""
        return PhotoOutput(sorted(update.photos.all(), key=lambda photo: photo.position), many=True).data
