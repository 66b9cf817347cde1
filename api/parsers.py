"""Reading bodies, with the limits that DRF's own parsers lack."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, DataAndFiles, MultiPartParser

from .errors import TooLarge

MEGABYTE = 1024 * 1024


class StrictJSONParser(BaseParser):
    """JSON without NaN, half characters or the same key twice, not too deep, at most DATA_UPLOAD_MAX_MEMORY_SIZE."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the decoded body. Raises ParseError, or TooLarge before anything is read."""
        length_check(parser_context, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        try:
            body = json.loads(
                stream.read().decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_unique_keys
            )
            json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair could be neither kept nor told
        except (ValueError, RecursionError):
            raise ParseError(_("The body is not valid JSON.")) from None
        return body


class PaperParser(MultiPartParser):
    """A form with one file, refused by its announced length before anything of it is kept."""

    files = 1

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> DataAndFiles[Any, Any]:
        """Return fields and files. Raises ParseError or TooLarge."""
        length_check(parser_context, self.files * settings.DOCUMENT_MAX_BYTES + MEGABYTE)
        return super().parse(stream, media_type, parser_context)


class PhotosParser(PaperParser):
    """A form with up to ten photos."""

    files = 10


def length_check(parser_context: Mapping[str, Any] | None, most: int) -> None:
    """Raise TooLarge if the body is announced to be longer than `most` bytes; no server hands over more than that."""
    meta = getattr((parser_context or {}).get("request"), "META", {})
    length = str(meta.get("CONTENT_LENGTH") or "0")
    if not length.isdecimal():
        raise ParseError
    if int(length) > most:
        raise TooLarge(_("The request is too large."))


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("the same key twice")
    return found
