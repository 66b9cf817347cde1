"""A matching donor's manager promises the share that a plan counts on."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress

from birge.organisations.models import Role
from funds.pledges.models import Pledge
from projects.works.models import BudgetLine, Milestone, Share
from tests.factories import funds as make
from tests.factories.pages import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """Return an open project whose plan also counts on a matching donor for 5000 som."""
    world = make.open_village_project(donors=10_000_00, village=10_000_00)
    donor = make.organisation("matching_donor")
    Share.objects.create(project=world.project, party="matching", organisation=donor, amount_minor=5_000_00)
    for model, field in ((BudgetLine, "total_minor"), (Milestone, "tranche_minor")):
        model.objects.filter(project=world.project).update(**{field: 25_000_00})
    world.donor = donor
    return world


@pytest.fixture
def manager(world):
    user = make.officer_of(world.donor, Role.DONOR_MANAGER)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return Visitor(user)


def test_from_the_desk_to_the_promise(world, manager):
    assert "Promise 5,000 som" in manager.open("desk").text
    page = manager.open("share_promise", world.project.public_id)
    done = manager.send(page, "promise/")
    pledge = Pledge.objects.get()
    assert (pledge.party, pledge.status, pledge.amount_minor) == ("matching", "confirmed", 5_000_00)
    assert "Your promise stands." in done.text
    again = manager.send(page, "promise/")
    assert Pledge.objects.count() == 1
    assert again.url == done.url
    assert not manager.open("share_promise", world.project.public_id).offers("promise/")


def test_an_address_that_is_not_verified_is_proven_by_code(world):
    user = make.officer_of(world.donor, Role.DONOR_MANAGER)
    visitor = Visitor(user)
    page = visitor.send(visitor.open("share_promise", world.project.public_id), "promise/", amount="2000")
    assert "We sent a code and a link" in page.text
    assert Pledge.objects.get().status == "made"


def test_more_than_the_share_is_refused_at_its_field(world, manager):
    page = manager.send(manager.open("share_promise", world.project.public_id), "promise/", amount="5001")
    assert page.status == 422
    assert 'id="promise_amount-error"' in page.html


def test_it_is_nobody_elses_share(world):
    other = make.officer_of(make.organisation("matching_donor"), Role.DONOR_MANAGER)
    for user in (other, world.head, world.officer, make.person()):
        assert Visitor(user).open("share_promise", world.project.public_id).status == 404
