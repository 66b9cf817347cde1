"""A project is built and money is left: it goes back in proportion, or on, as each donor chose; gifts stay gifts."""

import datetime as dt

import pytest

from birge import clock
from funds.matching.models import Given
from funds.pledges.models import Pledge
from funds.releases.models import Refund
from funds.returns.models import BatchReason, MoveOffer, RefundBatch
from funds.settlement.facts import held_minor
from funds.settlement.services import tick
from projects.works.services import project_complete, project_start
from tests.factories import funds as make
from tests.factories import returns as back

pytestmark = pytest.mark.django_db


def built(*, over=600_00, choose=False):
    """Return a built project of one stage whose donors brought more than the plan asked, and their promises."""
    world = make.open_village_project(donors=6_000_00, village=3_000_00)
    gifts = [back.paid_gift(world, 2_000_00)]
    pledge = make.confirmed_pledge(world.project, 4_000_00)
    make.pay(world, pledge, 4_000_00 + over)
    if choose:
        back.choose_village(pledge)
    make.village_pays(world, 3_000_00)
    world.project.refresh_from_db()
    world.project = project_start(project=world.project, actor=world.head)
    make.documented(world, 1)
    make.shown(world, 1)
    return world, [*gifts, pledge]


def complete(world):
    world.project = project_complete(project=world.project, actor=world.head)
    return world


def test_what_is_left_is_divided_by_what_each_brought_and_the_gifts_stay():
    world, gifts = built()
    tick()
    assert not RefundBatch.objects.exists()
    complete(world)
    tick()
    tick()
    batch = RefundBatch.objects.get()
    assert (batch.reason, batch.total_minor) == (BatchReason.SURPLUS, 600_00)
    assert list(Refund.objects.order_by("id").values_list("amount_minor", flat=True)) == [125_00, 287_50, 187_50]
    for refund in Refund.objects.order_by("id"):
        back.send_back(world, refund)
    assert held_minor(world.project) == 0
    assert {Pledge.objects.get(pk=gift.pk).status for gift in gifts} == {"collected"}
    assert (len(make.notices("surplus_due")), len(make.notices("surplus_paid"))) == (2, 2)
    assert make.notices("refund_due") == make.notices("refund_paid") == []
    batch.refresh_from_db()
    assert batch.finished_at is not None


def test_nothing_left_means_nothing_divided():
    world, _gifts = built(over=0)
    complete(world)
    tick()
    assert not RefundBatch.objects.exists()
    assert not Given.objects.exists()


def test_the_part_of_who_chose_the_village_goes_to_its_next_project():
    world, gifts = built(choose=True)
    to = back.beside(world)
    complete(world)
    tick()
    assert MoveOffer.objects.get().project == to
    with clock.moved_to(clock.now() + dt.timedelta(days=14)):
        assert tick().failed == []
    assert held_minor(to) == 287_50
    assert Pledge.objects.get(pk=gifts[1].pk).status == "collected"
