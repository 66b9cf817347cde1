"""A council's deputy reads everything, then adopts, gives back or declines; who handed it in cannot."""

from __future__ import annotations

import pytest

from birge.organisations.models import Role
from projects.works.services import project_submit
from tests.factories import funds as make
from tests.factories import village as villages
from tests.factories.organisations import seated
from tests.factories.pages import Visitor, a_paper

pytestmark = pytest.mark.django_db
RESOLUTION = {"number": "12/4", "date": "2026-01-05"}


@pytest.fixture
def home():
    return villages.village()


@pytest.fixture
def project(home):
    return project_submit(project=villages.written(home), actor=home.head)


@pytest.fixture
def deputy(home):
    return deputy_of(home)


def deputy_of(home):
    """Return a deputy of the council in the same place."""
    return Visitor(make.officer_of(make.organisation("local_council", home.administration.place), Role.DEPUTY))


def adopted(deputy, project, **changes):
    page = deputy.open("council_project", project.public_id)
    return deputy.send(page, "adopt/", **{**RESOLUTION, "paper": a_paper(), **changes})


def test_what_waits_is_read_and_adopted_with_the_signed_decision(deputy, project):
    listed = deputy.open("council")
    assert "before the council" in listed.text
    page = deputy.go(listed.link(project.public_id))
    assert page.status == 200
    assert "What it costs" in page.text
    done = adopted(deputy, project)
    project.refresh_from_db()
    assert (project.status, project.resolution_number) == ("adopted", "12/4")
    assert "The village can open it now." in done.text
    assert Visitor().client.get(f"/d/{project.resolution.public_id}/").status_code == 200


def test_it_waits_on_the_deputys_desk(deputy, project):
    assert "Decide on" in deputy.open("desk").text


@pytest.mark.parametrize(
    ("field", "value"), [("number", ""), ("date", ""), ("date", "2999-01-01"), ("date", "05.01.2026"), ("paper", None)]
)
def test_a_decision_without_its_paper_number_or_day_adopts_nothing(deputy, project, field, value):
    page = adopted(deputy, project, **{field: value})
    assert page.status == 422
    assert f'id="adopt_{field}-error"' in page.html
    project.refresh_from_db()
    assert project.status == "submitted"


def test_a_second_tap_adopts_once(deputy, project):
    page = deputy.open("council_project", project.public_id)
    for _n in range(2):
        done = deputy.send(page, "adopt/", **RESOLUTION, paper=a_paper())
        assert done.status == 200
    assert project.transitions.filter(to_status="adopted").count() == 1


def test_it_is_given_back_with_a_reason_and_is_the_councils_no_more(deputy, project):
    page = deputy.open("council_project", project.public_id)
    assert deputy.send(page, "return/", reason=" ").status == 422
    deputy.send(page, "return/", reason="The pipe is missing from the costs.")
    project.refresh_from_db()
    assert project.status == "draft"
    assert deputy.open("council_project", project.public_id).status == 404


def test_it_is_declined_and_everyone_reads_why(deputy, project):
    deputy.send(deputy.open("council_project", project.public_id), "decline/", reason="A road comes first")
    assert "A road comes first." in Visitor().open("project", project.public_id).text


def test_a_deputy_of_another_council_finds_nothing(project):
    other = deputy_of(villages.village())
    assert other.open("council_project", project.public_id).status == 404
    assert other.post("council_project_deed", project.public_id, "decline", key="k", reason="no").status == 404
    assert "No project waits for you." in other.open("council").text


def test_who_sits_in_no_council_has_no_such_desk(home, project):
    head = Visitor(home.head)
    assert head.open("council").status == 403
    assert head.open("council_project", project.public_id).status == 404


def test_a_draft_is_not_the_councils(deputy, home):
    assert deputy.open("council_project", villages.written(home).public_id).status == 404


def test_who_handed_it_in_cannot_decide_even_with_a_seat(home, project):
    seated(make.organisation("local_council", home.administration.place), Role.DEPUTY, who=home.head)
    page = Visitor(home.head).post("council_project_deed", project.public_id, "decline", key="k", reason="no")
    assert page.status == 403
    assert "Who handed it in cannot decide on it." in page.text
