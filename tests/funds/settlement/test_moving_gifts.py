"""Donors choose beforehand: if it fails, to another project of the village. They are told and may say no."""

import datetime as dt

import pytest

from birge import clock
from birge.errors import NotFound, RuleNotMet
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.models import Entry
from funds.matching.selectors import match_of
from funds.payments.models import Payment
from funds.pledges.models import Pledge
from funds.pledges.services import pledge_erase_person
from funds.pledges.tokens import pledge_token
from funds.releases.models import Refund, RefundStatus
from funds.returns.models import MoveOffer, PartStatus, RefundBatch, RefundPart, Wish, WishChoice
from funds.settlement.facts import held_minor
from funds.settlement.services import gift_move, move_refuse, project_cancel_and_refund, tick, wish_change
from tests.factories import funds as make
from tests.factories import returns as back

pytestmark = pytest.mark.django_db
AFTER = dt.timedelta(days=14)


def failed(*, other=True, amount=2_000_00, **changes):
    """Return the world of a failed project, its one gift that goes on, and the village's other project."""
    world = make.open_village_project()
    to = back.beside(world, **changes) if other else None
    pledge = back.paid_gift(world, amount)
    back.choose_village(pledge)
    back.give_up(world)
    return world, pledge, to


def test_the_donor_is_told_where_it_goes_and_nothing_moves_before_that_day():
    world, _pledge, to = failed()
    offer = MoveOffer.objects.get()
    assert (offer.project, offer.moves_on) == (to, clock.today() + AFTER)
    assert len(make.notices("move_offered")) == 1
    assert make.notices("refund_due") == []
    tick()
    assert held_minor(world.project) == 2_000_00
    assert len(make.notices("move_offered")) == 1


def test_on_that_day_it_is_a_gift_to_the_other_project_like_any_other():
    world, pledge, to = failed()
    with clock.moved_to(clock.now() + AFTER):
        assert tick().failed == []
        tick()
    moved = Pledge.objects.get(project=to)
    payment = Payment.objects.get(project=to)
    assert (moved.status, moved.collected_minor, moved.contact.value) == ("collected", 2_000_00, pledge.contact.value)
    assert (held_minor(world.project), held_minor(to)) == (0, 2_000_00)
    entry = Entry.objects.get(kind="surplus.moved")
    assert (payment.entry_id, payment.kind, payment.group, entry.group) == (entry.id, "moved", moved.group, moved.group)
    assert Refund.objects.get().status == RefundStatus.MOVED
    pledge.refresh_from_db()
    assert pledge.status == "refunded"
    assert len(make.notices("gift_moved")) == 1
    assert make.notices("refund_paid") == []
    assert RefundBatch.objects.get().finished_at is not None


def test_it_draws_the_villages_match_there_as_any_gift_does():
    world = make.open_village_project()
    other = make.open_village_project(custodian=world.custodian)
    other.project.village = world.project.village
    other.project.save(update_fields=["village"])
    pledge = back.paid_gift(world, 2_000_00)
    back.choose_village(pledge)
    back.give_up(world)
    with clock.moved_to(clock.now() + AFTER):
        tick()
    assert match_of(Pledge.objects.get(project=other.project).public_id) == 2_000_00


def test_scenario_27_a_related_partys_gift_draws_nothing_there_either():
    world = make.open_village_project()
    other = make.open_village_project(custodian=world.custodian)
    other.project.village = world.project.village
    other.project.save(update_fields=["village"])
    pledge = make.confirm(make.pledge(world.project, 2_000_00, related="supplier", related_words="sells the cement"))
    make.pay(world, pledge)
    back.choose_village(pledge)
    back.give_up(world)
    with clock.moved_to(clock.now() + AFTER):
        tick()
    moved = Pledge.objects.get(project=other.project)
    assert (moved.related, moved.collected_minor, match_of(moved.public_id)) == ("supplier", 2_000_00, 0)


def test_one_no_brings_it_back_the_way_it_came_and_a_second_no_changes_nothing():
    _world, pledge, _to = failed()
    token = pledge_token(pledge)
    move_refuse(token=token)
    assert move_refuse(token=token) == []
    assert RefundPart.objects.get().status == PartStatus.OFFICER
    assert MoveOffer.objects.get().status == MoveOffer.Status.REFUSED
    assert len(make.notices("refund_due")) == 1
    with clock.moved_to(clock.now() + AFTER):
        tick()
    assert Refund.objects.get().status == RefundStatus.DUE


def test_after_it_has_moved_no_is_too_late_and_a_strange_link_says_nothing():
    _world, pledge, _to = failed()
    with pytest.raises(NotFound):
        move_refuse(token="nobody-0000")
    with clock.moved_to(clock.now() + AFTER):
        tick()
        with pytest.raises(RuleNotMet) as late:
            move_refuse(token=pledge_token(pledge))
    assert late.value.code == "moved"


def test_without_such_a_project_it_waits_so_long_and_then_goes_back():
    world, _pledge, _to = failed(other=False)
    assert len(make.notices("move_waits")) == 1
    with clock.moved_to(clock.now() + dt.timedelta(days=3)):
        tick()
        assert RefundPart.objects.get().status == PartStatus.OFFERED
    with clock.moved_to(clock.now() + dt.timedelta(days=15)):
        tick()
        assert RefundPart.objects.get().status == PartStatus.OFFICER
    assert held_minor(world.project) == 2_000_00


def test_a_project_that_opens_meanwhile_is_offered():
    world, _pledge, _to = failed(other=False)
    to = back.beside(world)
    with clock.moved_to(clock.now() + dt.timedelta(days=2)):
        tick()
    assert MoveOffer.objects.get().project == to


def test_only_a_project_with_room_for_all_of_it_and_the_same_custodian_takes_it():
    failed(donors=1_999_00)
    assert not MoveOffer.objects.exists()


def test_with_another_custodian_nothing_is_offered():
    world = make.open_village_project()
    another = make.open_village_project()
    back.beside(world, custodian=another.custodian)
    pledge = back.paid_gift(world, 2_000_00)
    back.choose_village(pledge)
    back.give_up(world)
    assert not MoveOffer.objects.exists()


def test_room_is_given_away_once():
    world = make.open_village_project()
    back.beside(world, donors=3_000_00)
    for _ in range(2):
        back.choose_village(back.paid_gift(world, 2_000_00))
    back.give_up(world)
    assert MoveOffer.objects.count() == 1


def test_where_the_plan_filled_up_meanwhile_it_goes_back():
    _world, _pledge, to = failed(donors=2_500_00)
    make.confirmed_pledge(to, 1_000_00)
    with clock.moved_to(clock.now() + AFTER):
        assert tick().failed == []
    with clock.moved_to(clock.now() + dt.timedelta(days=15)):
        tick()
        tick()
    assert MoveOffer.objects.get().status == MoveOffer.Status.GONE
    assert RefundPart.objects.get().status == PartStatus.OFFICER
    assert held_minor(to) == 0


def test_moving_twice_moves_once():
    _world, _pledge, to = failed()
    offer = MoveOffer.objects.get()
    gift_move(offer=offer)
    gift_move(offer=offer)
    assert held_minor(to) == 2_000_00
    assert Entry.objects.filter(kind="surplus.moved").count() == 1


def test_who_has_been_forgotten_cannot_be_told_so_it_goes_back():
    world = make.open_village_project()
    back.beside(world)
    pledge = back.paid_gift(world, 2_000_00)
    back.choose_village(pledge)
    pledge_erase_person(pledge=pledge)
    back.give_up(world)
    assert RefundPart.objects.get().status == PartStatus.OFFICER


def test_the_choice_can_be_changed_until_the_money_is_divided():
    world = make.open_village_project()
    pledge = back.paid_gift(world, 2_000_00)
    token = pledge_token(pledge)
    wish_change(token=token, choice=WishChoice.VILLAGE)
    assert wish_change(token=token, choice=WishChoice.BACK).choice == "back"
    assert Wish.objects.count() == 1
    project_cancel_and_refund(project=world.project, actor=world.head, reason="Нет")
    with pytest.raises(RuleNotMet) as late:
        wish_change(token=token, choice=WishChoice.VILLAGE)
    assert late.value.code == "divided"


def test_if_the_second_project_fails_too_officers_send_it_back():
    world, _pledge, to = failed()
    with clock.moved_to(clock.now() + AFTER):
        tick()
    project_cancel_and_refund(project=to, actor=world.head, reason="Тоже нет")
    refund = Refund.objects.get(project=to)
    assert RefundPart.objects.get(refund=refund).status == PartStatus.OFFICER
    back.send_back(world, refund)
    assert balance(codes.bank(world.custodian.public_id), "KGS") == 0
