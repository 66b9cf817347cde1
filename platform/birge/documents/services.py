"""The one way into the store of papers and photos."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext as _

from birge import randomness
from birge.accounts.models import User
from birge.errors import InvalidInput
from birge.organisations.models import Organisation

from .images import WIDTHS, Picture, master_of, picture_open, rendition_of
from .models import Document, DocumentKind, Rendition, Visibility

SIGNATURES = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}


def content_type_of(data: bytes) -> str:
    """Return what the bytes are, by their first ones; a file's name and what a browser says of it count for nothing.

    Raises InvalidInput (`file`) for anything but PDF, JPEG, PNG and WebP.
    """
    for signature, content_type in SIGNATURES.items():
        if data.startswith(signature):
            return content_type
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    raise InvalidInput(_("Please send a PDF or a photo (JPEG, PNG or WebP)."), field="file", code="unknown_file_type")


def document_store(
    *,
    file: File[bytes],
    kind: str,
    title: str = "",
    actor: User | None,
    organisation: Organisation | None = None,
    visibility: str = Visibility.PARTIES,
    parties: Iterable[Organisation] = (),
) -> Document:
    """Store a PDF as it is, or a picture re-encoded; at most 15 MB. Raises InvalidInput (field `file`).

    With visibility `parties` the officers of `organisation` and of `parties` may see it.
    """
    data = _read(file)
    if content_type_of(data) == "application/pdf":
        document = _keep(data, "application/pdf", None, kind, title, actor, organisation, visibility)
    else:
        document = _picture(data, kind, title, actor, organisation, visibility)
    document.parties.set(parties)
    return document


def photo_store(
    *,
    file: File[bytes],
    title: str = "",
    actor: User | None,
    organisation: Organisation | None = None,
    visibility: str = Visibility.PUBLIC,
) -> Document:
    """Store a photo: upright, without any metadata, in three sizes. Raises InvalidInput (field `file`)."""
    data = _read(file)
    if not content_type_of(data).startswith("image/"):
        raise InvalidInput(_("Please send a photo (JPEG, PNG or WebP)."), field="file", code="not_an_image")
    return _picture(data, DocumentKind.PHOTO, title, actor, organisation, visibility)


def _read(file: File[bytes]) -> bytes:
    limit = settings.DOCUMENT_MAX_BYTES
    too_large = InvalidInput(
        _("This file is too large: at most %(size)s MB.") % {"size": limit // 1024 // 1024},
        field="file",
        code="file_too_large",
    )
    if (file.size or 0) > limit:
        raise too_large
    file.seek(0)
    data: bytes = file.read(limit + 1)
    if len(data) > limit:
        raise too_large
    if not data:
        raise InvalidInput(_("This file is empty."), field="file", code="file_empty")
    return data


def _picture(
    data: bytes, kind: str, title: str, actor: User | None, organisation: Organisation | None, visibility: str
) -> Document:
    image = picture_open(data)
    master = master_of(image)
    copies = {width: rendition_of(image, width) for width in WIDTHS}
    with transaction.atomic():
        document = _keep(master.data, "image/jpeg", master, kind, title, actor, organisation, visibility)
        for width, copy in copies.items():
            rendition = Rendition(document=document, width=width, height=copy.height, bytes=len(copy.data))
            rendition.file.save("copy", ContentFile(copy.data), save=False)
            rendition.save()
    return document


def _keep(
    data: bytes,
    content_type: str,
    picture: Picture | None,
    kind: str,
    title: str,
    actor: User | None,
    organisation: Organisation | None,
    visibility: str,
) -> Document:
    salt = randomness.token_bytes(16)
    document = Document(
        kind=DocumentKind(kind),
        title=title.strip()[:160],
        organisation=organisation,
        uploaded_by=actor,
        visibility=Visibility(visibility),
        content_type=content_type,
        size=len(data),
        salt=salt,
        sha256=hashlib.sha256(salt + data).hexdigest(),
        width=picture.width if picture else None,
        height=picture.height if picture else None,
    )
    document.file.save("master", ContentFile(data), save=False)
    document.save()
    return document
