"""Not all the money came: the head sees so much came, so much lacks, and raises it longer or gives it up."""

from __future__ import annotations

import datetime as dt

import pytest

from birge import clock
from projects.works.models import Project
from tests.factories import funds as make
from tests.factories.village import address, browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    made = make.open_village_project(donors=10_000_00, village=0)
    make.pay(made, make.confirmed_pledge(made.project, 8_500_00))
    make.confirmed_pledge(made.project, 1_500_00)
    Project.objects.filter(pk=made.project.pk).update(grace_until=clock.today() + dt.timedelta(days=2))
    return made


def test_the_head_sees_what_lacks_and_raises_it_longer_once(world):
    head, here = browser(world.head), address("village_decide", world.project)
    assert here in head.get(address("village_project", world.project)).content.decode()
    page = head.get(here)
    text = page.content.decode()
    assert "8,500 som" in text
    assert "1,500 som" in text
    assert address("village_cancel", world.project) in text
    key = page.context["form"]["key"].value()
    wrong = head.post(here, {"key": key, "days": "500", "reason": "Wait"})
    assert wrong.status_code == 422
    assert "from 1 to 60 days" in wrong.content.decode()
    before = Project.objects.get().deadline
    for _tap in range(2):
        assert head.post(here, {"key": key, "days": "30", "reason": "We ask once more."}).status_code == 302
    assert Project.objects.get().deadline == before + dt.timedelta(days=30)
    assert len(make.notices("project_extended")) == 2
    assert "We ask once more." in head.get(f"/en/p/{world.project.public_id}/").content.decode()


def test_others_of_the_village_see_it_and_cannot_decide(world):
    here = address("village_decide", world.project)
    page = browser(world.finance_officer).get(here)
    assert "The head of the village decides." in page.content.decode()
    key = page.context["form"]["key"].value()
    assert browser(world.finance_officer).post(here, {"key": key, "days": "3", "reason": "x"}).status_code == 403
    assert browser(world.signatory).get(here).status_code == 404


def test_the_short_address_in_the_message_leads_there_and_nowhere_if_all_is_well(world):
    short = browser(world.head).get(f"/w/{world.project.public_id}")
    assert short.status_code == 302
    assert short["Location"].endswith(f"/desk/village/{world.project.public_id}/decide/")
    Project.objects.update(grace_until=clock.today() + dt.timedelta(days=29))
    assert browser(world.head).get(address("village_decide", world.project)).status_code == 302
