"""What is sent with a document (multipart/form-data)."""

from __future__ import annotations

from rest_framework import serializers

from api.fields import OneOf, PublicId, StrictSerializer, Text
from birge.documents.models import DocumentKind, Visibility


class DocumentInput(StrictSerializer):
    """A paper: PDF, JPEG, PNG or WebP, at most 15 MB."""

    organisation = PublicId(help_text="For whom you upload it.")
    kind = OneOf(choices=DocumentKind.choices)
    title = Text(max_length=200)
    visibility = OneOf(choices=Visibility.choices)
    parties = serializers.ListField(
        child=PublicId(),
        required=False,
        max_length=5,
        help_text="Other organisations whose officers may see it, with visibility `parties`.",
    )
    file = serializers.FileField()
