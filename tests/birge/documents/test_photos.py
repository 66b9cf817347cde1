"""Photos from strangers' phones: upright, without a trace of where and by whom, in three sizes, or refused."""

import hashlib
import io
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from birge.documents.models import Document, Rendition, Visibility
from birge.documents.services import document_store, photo_store
from birge.errors import InvalidInput
from tests.factories.funds import person

pytestmark = pytest.mark.django_db
ORIENTATION, GPS, ARTIST, MAKE = 0x0112, 0x8825, 0x013B, 0x010F
SECRETS = (b"Exif", b"Gulnara", b"SecretPhone", b"http://ns.adobe.com", b"ICC_PROFILE", b"home sweet home", b"GPS")


def sent(data: bytes, name: str = "photo.jpg", content_type: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type)


def encoded(image: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def picture(width: int = 2400, height: int = 1200) -> Image.Image:
    """Return a picture that is red at its upper left and blue elsewhere, with some noise a photo would have."""
    image = Image.effect_noise((width, height), 40).convert("RGB")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width, height), fill="blue")
    draw.rectangle((0, 0, width // 4, height // 4), fill="red")
    return image


def with_everything_a_phone_adds(image: Image.Image, orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION], exif[ARTIST], exif[MAKE] = orientation, "Gulnara", "SecretPhone"
    exif[GPS] = {1: "N", 2: (42.0, 29.0, 10.0), 3: "E", 4: (78.0, 23.0, 5.0), 29: "2026:05:03"}
    return encoded(
        image,
        exif=exif,
        comment=b"home sweet home",
        xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>Gulnara</x:xmpmeta>",
        icc_profile=b"ICC_PROFILE of Gulnara's SecretPhone" * 5,
    )


def stored(data: bytes, **changes: object) -> Document:
    return photo_store(file=sent(data), actor=person(), **changes)


def opened(file) -> Image.Image:
    return Image.open(io.BytesIO(read(file)))


def read(file) -> bytes:
    with file.open("rb") as stream:
        return stream.read()


def every_copy(document: Document) -> list[bytes]:
    return [read(document.file), *(read(copy.file) for copy in document.renditions.all())]


def refused(data: bytes, code: str, store=photo_store, **changes) -> str:
    """See that nothing is stored, and return what is said beside the field."""
    request = {"file": sent(data), "actor": person()} | changes
    with pytest.raises(InvalidInput) as refusal:
        store(**request)
    assert (refusal.value.field, refusal.value.code) == ("file", code)
    assert not Document.objects.exists()
    assert not Rendition.objects.exists()
    return str(refusal.value)


def test_nothing_a_phone_adds_is_left_in_any_copy():
    data = with_everything_a_phone_adds(picture())
    assert all(secret in data for secret in (b"Exif", b"Gulnara", b"SecretPhone", b"home sweet home"))
    assert Image.open(io.BytesIO(data)).getexif().get_ifd(GPS), "the photo says where it was taken"
    document = stored(data)
    for copy in every_copy(document):
        assert not any(secret in copy for secret in SECRETS)
        again = Image.open(io.BytesIO(copy))
        assert dict(again.getexif()) == {}
        assert not {"exif", "xmp", "icc_profile", "comment", "photoshop"} & set(again.info)


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_texts_in_other_kinds_of_pictures_are_gone_too(form):
    exif = Image.Exif()
    exif[ARTIST] = "Gulnara"
    data = encoded(picture(400, 300), form, exif=exif)
    assert b"Gulnara" in data
    document = photo_store(file=sent(data), actor=person())
    assert document.content_type == "image/jpeg"
    assert not any(b"Gulnara" in copy for copy in every_copy(document))


# Where the red corner of the stored pixels must be for each way of holding the phone, once upright: its side.
UPRIGHT = {1: "upper left", 3: "lower right", 6: "upper right", 8: "lower left"}
CORNERS = {"upper left": (0.1, 0.1), "upper right": (0.9, 0.1), "lower left": (0.1, 0.9), "lower right": (0.9, 0.9)}


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_photos_stand_upright(orientation):
    document = stored(with_everything_a_phone_adds(picture(800, 400), orientation))
    turned = orientation in (6, 8)
    assert (document.width, document.height) == ((400, 800) if turned else (800, 400))
    for copy in every_copy(document):
        image = Image.open(io.BytesIO(copy)).convert("RGB")
        for corner, (x, y) in CORNERS.items():
            red, _green, blue = image.getpixel((int(image.width * x), int(image.height * y)))
            assert (red > blue) is (corner == UPRIGHT[orientation]), corner


def test_there_are_three_sizes_below_the_master():
    document = stored(encoded(picture(4000, 2000)))
    assert (document.width, document.height) == (3200, 1600)
    sizes = {copy.width: opened(copy.file).size for copy in document.renditions.all()}
    assert sizes == {320: (320, 160), 800: (800, 400), 1600: (1600, 800)}
    for copy in document.renditions.all():
        assert copy.height == opened(copy.file).height
        assert copy.bytes == len(read(copy.file))


def test_a_noisy_photo_is_pressed_small_enough_for_a_thin_network():
    document = stored(encoded(Image.effect_noise((1600, 1200), 25).convert("RGB"), quality=95))
    sizes = {copy.width: copy.bytes for copy in document.renditions.all()}
    assert sizes[320] <= 40_000
    assert sizes[800] <= 120_000


def test_a_small_photo_is_not_enlarged():
    document = stored(encoded(picture(200, 100)))
    assert {opened(copy.file).size for copy in document.renditions.all()} == {(200, 100)}


def test_what_was_see_through_becomes_white():
    document = stored(encoded(Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "PNG"))
    assert opened(document.file).getpixel((25, 25)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_pixels_can_be_read(mode):
    assert stored(encoded(Image.new(mode, (40, 30)), "PNG")).width == 40


def test_printers_colours_can_be_read():
    assert stored(encoded(Image.new("CMYK", (40, 30)))).width == 40


@pytest.mark.parametrize(
    "data",
    [b"GIF89a" + b"\0" * 50, b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"SIMPLE  =  T", b"MZ\x90", b"hello"],
    ids=["gif", "svg", "fits", "program", "text"],
)
def test_what_is_no_photo_is_refused_whatever_its_name(data):
    assert refused(data, "unknown_file_type") == "Please send a PDF or a photo (JPEG, PNG or WebP)."


def test_a_pdf_is_no_photo():
    assert refused(b"%PDF-1.4", "not_an_image") == "Please send a photo (JPEG, PNG or WebP)."


@pytest.mark.parametrize("head", [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\0\0\0WEBP"])
def test_what_only_begins_like_a_photo_is_refused(head):
    said = refused(head + b"and then something else" * 20, "not_an_image")
    assert said == "This is not a picture we can read. Please send a JPEG, PNG or WebP."


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_half_a_photo_is_refused(form):
    noise = Image.effect_noise((300, 300), 50)
    whole = encoded(noise.convert("RGB"), form)
    refused(whole[: len(whole) // 2], "not_an_image")


def test_an_empty_file_is_refused():
    assert refused(b"", "file_empty") == "This file is empty."


@pytest.mark.parametrize("store", [photo_store, document_store])
def test_more_than_fifteen_megabytes_are_refused(store):
    kind = {"kind": "receipt"} if store is document_store else {}
    just_too_large = encoded(picture(40, 30)).ljust(15 * 1024 * 1024 + 1, b"\0")
    said = refused(just_too_large, "file_too_large", store, **kind)
    assert said == "This file is too large: at most 15 MB."


def test_fifteen_megabytes_are_taken():
    assert stored(encoded(picture(40, 30)).ljust(15 * 1024 * 1024, b"\0")).pk


def test_a_file_that_lies_about_its_size_is_refused():
    file = sent(encoded(picture(40, 30)).ljust(15 * 1024 * 1024 + 1, b"\0"))
    file.size = 1000
    with pytest.raises(InvalidInput) as refusal:
        photo_store(file=file, actor=person())
    assert refusal.value.code == "file_too_large"


def png_of(width: int, height: int) -> bytes:
    """Return a small PNG whose header claims so many pixels; there are not as many behind it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    body = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (30_000, 30_000), (7_100, 7_100)])
def test_a_bomb_is_refused_before_a_pixel_is_decoded(width, height):
    data = png_of(width, height)
    assert len(data) < 2_000
    # Decoding would find too little behind the header and say that this is no picture.
    said = refused(data, "too_many_pixels")
    assert said == "This picture has too many pixels. Please take it again with a smaller size."


def test_the_fingerprint_is_salted_for_each_file():
    data = encoded(picture(60, 40))
    first, second = stored(data), stored(data)
    assert read(first.file) == read(second.file)
    assert first.sha256 != second.sha256, "the ledger's hash betrays no common file"
    for document in (first, second):
        assert len(document.salt) == 16
        assert document.sha256 == hashlib.sha256(bytes(document.salt) + read(document.file)).hexdigest()


def test_a_photo_is_public_unless_told_otherwise():
    assert stored(encoded(picture(60, 40))).visibility == Visibility.PUBLIC


def test_the_name_somebody_sent_is_used_nowhere():
    file = sent(encoded(picture(60, 40)), name="../../etc/passwd.jpg")
    document = photo_store(file=file, actor=person(), title="  The lamps  ")
    assert document.title == "The lamps"
    assert document.file.name.startswith(f"documents/{document.public_id[:2]}/{document.public_id}/")
    assert "passwd" not in document.file.name
