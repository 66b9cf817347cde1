"""A pool's desk: what waits first, and no more queries for much than for little."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from funds.matching.models import Rule
from tests.factories import pools
from tests.factories.pages import Visitor, at

pytestmark = pytest.mark.django_db


def queries(visitor, url):
    with CaptureQueriesContext(connection) as caught:
        assert visitor.client.get(url).status_code == 200
    return len(caught)


def filled(world, village):
    pools.giving(world, village.project, 100_00)
    pools.approved(world, pools.giving(world, village.project, 100_00))
    pools.booked(world, pools.matching(world, 100_00))
    pools.proposed(
        world, 100_00, kind="match", rule_ref=Rule.objects.filter(pool_ref=world.pool.public_id)[0].public_id
    )
    pools.cash_recorded(world, 100_00)
    pools.paid_in(world, 100_00, credit_line="Us")


def test_desk_payments_and_tasks_take_as_many_queries_for_much_as_for_little():
    world, village = pools.pool_and_village(50_000_00)
    chair = Visitor(world.association.chair)
    ref = world.pool.public_id
    addresses = [
        at("desk_pool", ref),
        at("desk_pool_payments", ref),
        at("desk_pools", world.pool.organisation.public_id),
    ]
    officer = Visitor(world.officer)
    kept = [at("custodian_pools", world.custodian.public_id), at("custodian_payments", world.custodian.public_id)]
    filled(world, village)
    few = [queries(chair, url) for url in [*addresses, at("desk")]] + [queries(officer, url) for url in kept]
    for _n in range(3):
        filled(world, village)
    many = [queries(chair, url) for url in [*addresses, at("desk")]] + [queries(officer, url) for url in kept]
    assert [after for after, before in zip(many, few, strict=True) if after > before] == []


def test_what_waits_stands_first_and_what_one_began_apart():
    world, village = pools.pool_and_village(5_000_00)
    mine = pools.giving(world, village.project, 100_00, actor=world.association.chair)
    theirs = pools.giving(world, village.project, 200_00)
    page = Visitor(world.association.chair).open("desk_pool", world.pool.public_id)
    before, _mark, after = page.text.partition("You began this, others go on")
    assert "Decide: Give 200 som" in before
    assert "Give 100 som" in after
    assert theirs.public_id in page.link("/proposals/")
    assert mine.public_id in page.html


def test_a_member_sees_the_desk_and_no_deed_of_an_office():
    world = pools.pool_with_money(500_00)
    page = Visitor(world.association.members[0]).open("desk_pool", world.pool.public_id)
    assert "Nothing waits for you here." in page.text
    assert "Give to a project" in page.text
    assert "I was given cash" not in page.text
    assert not page.offers("close/")
    treasurer = Visitor(world.association.treasurer).open("desk_pool", world.pool.public_id)
    assert "I was given cash" in treasurer.text


def test_no_proposal_stands_twice():
    world, village = pools.pool_and_village(5_000_00)
    mine = pools.giving(world, village.project, 100_00, actor=world.association.chair)
    theirs = pools.giving(world, village.project, 200_00)
    page = Visitor(world.association.chair).open("desk_pool", world.pool.public_id)
    assert "Being decided" not in page.text
    for each in (mine, theirs):
        assert page.html.count(f"/proposals/{each.public_id}/") == 1
    assert "Being decided" in Visitor(world.association.members[0]).open("desk_pool", world.pool.public_id).text
