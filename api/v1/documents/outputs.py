"""How a document looks. Its bytes are served at `url` to whoever may see it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from birge.documents.models import Document, DocumentKind, Visibility


class DocumentOutput(serializers.Serializer[Any]):
    """A paper in the store. `sha256` is of its salt and its bytes, as the ledger names it."""

    id = serializers.CharField(source="public_id")
    kind = serializers.ChoiceField(choices=DocumentKind.choices)
    title = serializers.CharField()
    visibility = serializers.ChoiceField(choices=Visibility.choices)
    content_type = serializers.CharField()
    sha256 = serializers.CharField()
    url = serializers.SerializerMethodField()

    def get_url(self, document: Document) -> str:
        """Return where the bytes are."""
        return reverse("document", args=[document.public_id])


class PictureSizeOutput(serializers.Serializer[Any]):
    """One size of a picture."""

    width = serializers.IntegerField()
    height = serializers.IntegerField()
    url = serializers.CharField()


class PictureOutput(serializers.Serializer[Any]):
    """A picture in its sizes."""

    id = serializers.CharField(source="public_id")
    title = serializers.CharField()
    sizes = serializers.SerializerMethodField()

    @extend_schema_field(PictureSizeOutput(many=True))
    def get_sizes(self, document: Document) -> Any:
        """Return the sizes, the smallest first."""
        return [
            {
                "width": rendition.width,
                "height": rendition.height,
                "url": reverse("document_sized", args=[document.public_id, rendition.width]),
            }
            for rendition in sorted(document.renditions.all(), key=lambda rendition: rendition.width)
        ]
