"""A village writes a project down: the first page and the parts in words."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from projects.works.models import Project
from projects.works.services import project_submit
from tests.factories.funds import aimak_and_village
from tests.factories.village import address, browser, draft, photo, village, written

pytestmark = pytest.mark.django_db


def first_page(home: Any, **changes: str) -> dict[str, str]:
    return {
        "key": "form-1",
        "village": home.place.public_id,
        "category": "light",
        "title": "Street light",
        "summary": "",
        "language": "en",
    } | changes


def test_the_first_page_makes_a_draft_and_leads_to_it() -> None:
    home = village()
    page = browser(home.focal_point)
    answer = page.post(address("village_project_new", home.administration), first_page(home), follow=True)
    project = Project.objects.get()
    assert (project.status, project.title_en, project.village) == ("draft", "Street light", home.place)
    assert answer.redirect_chain == [(address("village_project", project), 302)]
    assert "Your next step" in answer.content.decode()


def test_two_taps_make_one_draft() -> None:
    home = village()
    page = browser(home.focal_point)
    for _tap in range(2):
        page.post(address("village_project_new", home.administration), first_page(home))
    assert Project.objects.count() == 1


def test_only_villages_of_ones_own_aimak_are_offered_and_taken() -> None:
    home, (_aimak, elsewhere) = village(), aimak_and_village()
    page, here = browser(home.focal_point), address("village_project_new", home.administration)
    assert elsewhere.public_id not in page.get(here).content.decode()
    answer = page.post(here, first_page(home, village=elsewhere.public_id))
    assert answer.status_code == 422
    assert not Project.objects.exists()


def test_what_is_missing_stands_beside_its_field_and_nothing_typed_is_lost() -> None:
    home = village()
    answer = browser(home.head).post(
        address("village_project_new", home.administration), first_page(home, title="", summary="Twenty lamps.")
    )
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'id="id_title-error"' in text
    assert "Please fill this in." in text
    assert "Twenty lamps." in text


def test_the_form_of_another_administration_does_not_exist() -> None:
    home, other = village(), village()
    page = browser(home.head)
    assert page.get(address("village_project_new", other.administration)).status_code == 404
    assert page.post(address("village_project_new", other.administration), first_page(other)).status_code == 404


def test_words_are_kept_in_three_languages() -> None:
    home = village()
    project = draft(home)
    names = {f"{stem}_{each}": f"{stem} {each}" for stem in ("title", "summary") for each in ("ky", "ru", "en")}
    browser(home.head).post(address("village_words", project), {"category": "water"} | names)
    project.refresh_from_db()
    assert project.category == "water"
    assert {name: getattr(project, name) for name in names} == names


def test_the_language_it_was_written_in_is_not_optional() -> None:
    home = village()
    project = draft(home)
    answer = browser(home.head).post(address("village_words", project), {"category": "light", "title_ru": "Свет"})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"title_en", "summary_en"}
    project.refresh_from_db()
    assert project.title_ru == ""


@pytest.mark.parametrize(("typed", "minor"), [("12 000", 12_000_00), ("12000,50", 12_000_50), ("0", 0)])
def test_upkeep_is_read_as_people_write_it(typed: str, minor: int) -> None:
    home = village()
    project = draft(home)
    data = {"keeper_name": "B. Asanov", "keeper_role": "electrician", "upkeep_yearly_minor": typed}
    assert browser(home.head).post(address("village_keeper", project), data).status_code == 302
    project.refresh_from_db()
    assert project.upkeep_yearly_minor == minor


@pytest.mark.parametrize("typed", ["ten thousand", "12.000,50", "-5", "", "1e3"])
def test_letters_for_money_are_refused_beside_the_field(typed: str) -> None:
    home = village()
    project = draft(home)
    data = {"keeper_name": "B. Asanov", "upkeep_yearly_minor": typed}
    answer = browser(home.head).post(address("village_keeper", project), data)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"upkeep_yearly_minor"}
    assert "B. Asanov" in answer.content.decode()
    project.refresh_from_db()
    assert project.keeper_name == ""


def test_people_asked_and_permits_are_written_while_the_council_has_it() -> None:
    home = village()
    project = project_submit(project=written(home), actor=home.head)
    data = {"people_asked": "A meeting of 80", "permits": "None needed"}
    browser(home.head).post(address("village_people", project), data)
    project.refresh_from_db()
    assert (project.people_asked, project.permits) == ("A meeting of 80", "None needed")


@pytest.mark.parametrize("part", ["village_words", "village_shares", "village_stages"])
def test_the_plan_is_closed_while_the_council_has_it(part: str) -> None:
    home = village()
    project = project_submit(project=written(home), actor=home.head)
    answer = browser(home.head).get(address(part, project))
    assert answer.status_code == 409
    assert "cannot be changed any more" in answer.content.decode()


def test_a_picture_is_stored_and_shown_to_all() -> None:
    home = village()
    project = draft(home)
    browser(home.head).post(address("village_picture", project), {"paper": photo(), "title": "The dark street"})
    project.refresh_from_db()
    assert project.picture is not None
    assert (project.picture.title, project.picture.visibility) == ("The dark street", "public")


def test_what_is_no_picture_is_refused_beside_the_field() -> None:
    home = village()
    project = draft(home)
    file = SimpleUploadedFile("photo.jpg", b"hello", "image/jpeg")
    answer = browser(home.head).post(address("village_picture", project), {"paper": file})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"paper"}


def test_a_file_above_the_limit_is_refused_beside_the_field(settings: Any) -> None:
    settings.DOCUMENT_MAX_BYTES = 100
    home = village()
    project = draft(home)
    answer = browser(home.head).post(address("village_picture", project), {"paper": photo()})
    assert answer.context["form"].errors["paper"] == ["This file is too large: at most 0 MB."]
