"""Photos from strangers' phones, made safe: looked at before decoding, turned upright, all metadata gone."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from birge.errors import InvalidInput

WIDTHS = (320, 800, 1600)
TARGET_BYTES = {320: 40_000, 800: 120_000, 1600: 400_000}
MASTER_LONGEST = 3200
FORMATS = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True)
class Picture:
    """A JPEG with its size in pixels."""

    data: bytes
    width: int
    height: int


def picture_open(data: bytes) -> Image.Image:
    """Return the decoded, upright picture. Raises InvalidInput (`file`) for what is none, or has too many pixels.

    The size is read from the header; a decompression bomb is refused before a pixel is decoded.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=FORMATS)
        if image.width * image.height > settings.PHOTO_MAX_PIXELS:
            raise _too_many_pixels()
        image.load()
        upright = ImageOps.exif_transpose(image)
    except Image.DecompressionBombError as error:  # so many that Pillow does not even open it
        raise _too_many_pixels() from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise InvalidInput(
            _("This is not a picture we can read. Please send a JPEG, PNG or WebP."), field="file", code="not_an_image"
        ) from error
    return _flat(upright)


def master_of(image: Image.Image) -> Picture:
    """Return the master: at most 3200 pixels on its longer side."""
    return _encode(_shrunk(image, MASTER_LONGEST), quality=88, most=None)


def rendition_of(image: Image.Image, width: int) -> Picture:
    """Return a copy at most `width` pixels wide, small enough for a thin network where that can be had."""
    if image.width > width:
        image = image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.LANCZOS)
    return _encode(image, quality=82, most=TARGET_BYTES[width])


def _too_many_pixels() -> InvalidInput:
    return InvalidInput(
        _("This picture has too many pixels. Please take it again with a smaller size."),
        field="file",
        code="too_many_pixels",
    )


def _flat(image: Image.Image) -> Image.Image:
    # A fresh canvas carries no EXIF, no XMP, no colour profile, no comment: nothing but pixels.
    canvas = Image.new("RGB", image.size, "white")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        canvas.paste(image, mask=image.getchannel("A"))
    else:
        canvas.paste(image.convert("RGB"))
    return canvas


def _shrunk(image: Image.Image, longest: int) -> Image.Image:
    if max(image.size) <= longest:
        return image
    share = longest / max(image.size)
    size = (max(1, round(image.width * share)), max(1, round(image.height * share)))
    return image.resize(size, Image.Resampling.LANCZOS)


def _encode(image: Image.Image, *, quality: int, most: int | None) -> Picture:
    while True:
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, progressive=True, optimize=True)
        if most is None or out.tell() <= most or quality <= 40:
            return Picture(out.getvalue(), *image.size)
        quality -= 10
