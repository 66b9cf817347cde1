"""The officers' queue of what looks like abuse: one decides, another agrees, the donor is told and may object."""

from __future__ import annotations

import pytest

from birge.notifications.services import Contact
from funds.pledges.tokens import pledge_token
from funds.watch.models import Flag
from tests.factories import funds as make
from tests.factories.pages import Visitor
from tests.factories.watching import confirmed_of, sybil

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make.open_village_project()


def test_two_officers_find_a_related_party_and_the_donor_objects(world):
    pledge = confirmed_of(world, contact=Contact("email", world.head.email))
    first, second, donor = Visitor(world.officer), Visitor(world.second_officer), Visitor()
    assert "1 thing that looks wrong" in first.open("custodian", world.custodian.public_id).text
    listed = first.open("custodian_watch", world.custodian.public_id)
    flag = Flag.objects.get()
    page = first.go(listed.link(flag.public_id))
    assert "somebody in the ayil okmotu" in page.text
    said = first.send(page, "decide/", decision="office", reason="He is the head")
    assert "Another officer must agree." in said.text
    theirs = second.open("custodian_flag", flag.public_id)
    done = second.send(theirs, "agree/", code=second.code)
    assert "The donors are told." in done.text
    mine = donor.open("money", pledge_token(pledge))
    assert "nothing is added to your promise" in mine.text
    donor.send(mine, "object/", words="I left in March")
    again = first.open("custodian_flag", flag.public_id)
    assert "I left in March" in again.text
    assert "Nothing is stopped by this." in again.text
    public = donor.open("project", world.project.public_id)
    assert "works for the ayil okmotu" in public.text


def test_another_custodians_flags_do_not_exist(world):
    confirmed_of(world, contact=Contact("email", world.head.email))
    stranger = Visitor(make.open_village_project().officer)
    assert stranger.open("custodian_flag", Flag.objects.get().public_id).status == 404
    assert stranger.open("custodian_watch", world.custodian.public_id).status == 404


def test_a_list_asks_the_database_as_often_for_many_as_for_one(world, django_assert_max_num_queries):
    for n in range(3):
        sybil(world, n)
    other = make.open_village_project(custodian=world.custodian)
    for n in range(3):
        sybil(other, n)
    confirmed_of(world, contact=Contact("email", world.head.email))
    officer = Visitor(world.officer)
    officer.open("custodian_watch", world.custodian.public_id)
    with django_assert_max_num_queries(12):
        officer.open("custodian_watch", world.custodian.public_id)
