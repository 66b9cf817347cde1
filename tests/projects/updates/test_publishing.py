"""News from the site: photos are cleaned, all of them or none, and only the village's officers publish."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from birge import clock
from birge.documents.models import Document
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from projects.updates.models import Update
from projects.updates.services import update_publish
from projects.works.models import Project
from tests.factories import funds as make

pytestmark = pytest.mark.django_db


def publish(world, **changes):
    request = {
        "project": world.project,
        "actor": world.finance_officer,
        "text": "Траншея готова.",
        "language": "ru",
        "photos": [make.photo_file()],
        "captions": ["Траншея"],
    }
    return update_publish(**(request | changes))


def test_a_report_keeps_its_photos_in_order_with_three_sizes():
    world = make.open_village_project()
    update = publish(world, photos=[make.photo_file(), make.photo_file()], captions=["Первое"])
    photos = list(update.photos.all())
    assert [(photo.position, photo.caption) for photo in photos] == [(0, "Первое"), (1, "")]
    assert photos[0].document.renditions.count() == 3


def test_one_bad_photo_and_nothing_is_published():
    world = make.open_village_project()
    bad = SimpleUploadedFile("virus.jpg", b"MZ not a photo", "image/jpeg")
    with pytest.raises(InvalidInput) as refusal:
        publish(world, photos=[make.photo_file(), bad])
    assert refusal.value.field == "photos"
    assert "virus.jpg" in str(refusal.value)
    assert not Update.objects.exists()
    assert not Document.objects.filter(kind="photo").exists()


def test_the_place_in_a_photo_is_gone():
    world = make.open_village_project()
    picture, exif = io.BytesIO(), Image.Exif()
    exif[0x8825] = {1: "N", 2: (42.0, 52.0, 0.0)}
    Image.new("RGB", (80, 60)).save(picture, "JPEG", exif=exif)
    update = publish(world, photos=[SimpleUploadedFile("gps.jpg", picture.getvalue(), "image/jpeg")])
    document = update.photos.get().document
    with Image.open(document.file) as stored:
        assert dict(stored.getexif()) == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": "  "}, "text"),
        ({"text": "я" * 5001}, "text"),
        ({"language": "de"}, "language"),
        ({"taken_on": clock.today().replace(year=clock.today().year + 1)}, "taken_on"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(changes, field):
    with pytest.raises(InvalidInput) as refusal:
        publish(make.open_village_project(), **changes)
    assert refusal.value.field == field


def test_eleven_photos_are_too_many():
    world = make.open_village_project()
    with pytest.raises(InvalidInput) as refusal:
        publish(world, photos=[make.photo_file() for _each in range(11)])
    assert refusal.value.field == "photos"


def test_a_stage_of_another_project_is_refused():
    world, other = make.open_village_project(), make.open_village_project()
    with pytest.raises(InvalidInput) as refusal:
        publish(world, milestone=make.stage(other, 1))
    assert refusal.value.field == "milestone"


def test_a_second_tap_publishes_nothing_twice():
    world = make.open_village_project()
    assert publish(world).pk == publish(world).pk
    assert Update.objects.count() == 1


def test_only_the_villages_officers_and_only_in_public():
    world = make.open_village_project()
    for person in (world.signatory, world.officer):
        with pytest.raises(NotAllowed):
            publish(world, actor=person)
    Project.objects.filter(pk=world.project.pk).update(status="draft")
    world.project.refresh_from_db()
    with pytest.raises(RuleNotMet):
        publish(world)
