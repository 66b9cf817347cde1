"""Opening a pool: by the chair or the donor's manager, held by a checked custodian, after agreeing how one decides."""

from __future__ import annotations

import pytest

from birge.organisations.models import Role
from funds.pools.models import Pool
from tests.factories import funds as make
from tests.factories import pools
from tests.factories.pages import Visitor, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def custodian():
    return make.organisation("custodian")


@pytest.fixture
def ours():
    return pools.association_of_seven()


def said(held_by, **changes):
    return {"name_ru": "Фонд села", "custodian": held_by.public_id, "currency": "KGS", **changes}


def test_the_chair_opens_a_pool_from_the_desk(custodian, ours):
    chair = Visitor(ours.chair)
    listed = chair.go(chair.open("desk").link("/desk/pools/of/"))
    assert "There is no common fund yet." in listed.text
    form = chair.go(listed.link("/desk/pools/new/"))
    done = chair.send(
        form, "open/", **said(custodian, name_ky="Айыл фонду", purpose="For the school", budget="300 000",
                              starts_on="2026-01-01", ends_on="2030-12-31"),
    )  # fmt: skip
    pool = Pool.objects.get()
    assert done.url == at("desk_pool", pool.public_id)
    assert (pool.name_ky, pool.budget_minor, pool.custodian) == ("Айыл фонду", 300_000_00, custodian)
    assert pool.name_ru in chair.open("desk_pools", ours.organisation.public_id).text


def test_a_donors_manager_opens_one_as_well(custodian):
    donor = make.organisation("matching_donor")
    first, second = (make.officer_of(donor, Role.DONOR_MANAGER, seat=seat) for seat in (1, 2))
    pools.terms_for(donor, first, second, needed_below=1, needed_above=1)
    manager = Visitor(first)
    manager.send(manager.open("pool_new", donor.public_id), "open/", **said(custodian))
    assert Pool.objects.get().organisation == donor


def test_a_second_tap_opens_one(custodian, ours):
    chair = Visitor(ours.chair)
    form = chair.open("pool_new", ours.organisation.public_id)
    first, second = (chair.send(form, "open/", **said(custodian)) for _n in range(2))
    assert first.url == second.url
    assert Pool.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name_ru": ""}, "name_ky"),
        ({"custodian": "abcdefghjk"}, "custodian"),
        ({"currency": "XTS"}, "currency"),
        ({"budget": "much"}, "budget"),
        ({"starts_on": "2030-01-01", "ends_on": "2029-01-01"}, "ends_on"),
    ],
)
def test_what_is_typed_wrongly_is_said_beside_its_field(custodian, ours, typed, field):
    chair = Visitor(ours.chair)
    page = chair.send(chair.open("pool_new", ours.organisation.public_id), "open/", **said(custodian, **typed))
    assert page.status == 422
    assert f'id="open_{field}-error"' in page.html
    assert not Pool.objects.exists()


def test_a_name_in_kyrgyz_is_enough(custodian, ours):
    chair = Visitor(ours.chair)
    form = chair.open("pool_new", ours.organisation.public_id)
    chair.send(form, "open/", **said(custodian, name_ky="Айыл казынасы", name_ru=""))
    assert {Pool.objects.get().name(language) for language in ("ky", "ru", "en")} == {"Айыл казынасы"}


def test_a_name_is_taken_once(custodian, ours):
    chair = Visitor(ours.chair)
    for _n in range(2):
        page = chair.send(chair.open("pool_new", ours.organisation.public_id), "open/", **said(custodian))
    assert page.status == 422
    assert "You have a pool of this name already." in page.text


def test_first_one_agrees_in_writing(custodian, ours):
    ours.organisation.terms_of_reference.all().delete()
    chair = Visitor(ours.chair)
    page = chair.open("pool_new", ours.organisation.public_id)
    assert "First agree in writing on how you decide" in page.text
    assert not page.offers("open/")
    assert "/terms/" in page.link("/terms/")


def test_others_may_not(custodian, ours):
    assert Visitor(ours.members[0]).open("pool_new", ours.organisation.public_id).status == 403
    stranger = Visitor(pools.association_of_seven().chair)
    assert stranger.open("pool_new", ours.organisation.public_id).status == 404
    assert stranger.open("desk_pools", ours.organisation.public_id).status == 404
    assert "/login/" in Visitor().open("pool_new", ours.organisation.public_id).url
    assert Visitor(ours.chair).open("pool_new", "abcdefghjk").status == 404
