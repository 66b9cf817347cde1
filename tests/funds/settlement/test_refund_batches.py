"""A project with many givers fails: divided once and exactly, worked off part by part, and the same end if killed."""

import datetime as dt
import random

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from birge import clock
from birge.errors import RuleNotMet
from birge_engine.split import largest_remainder
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.models import Entry
from funds.releases.models import Refund
from funds.returns.models import PartStatus, RefundBatch, RefundPart
from funds.settlement.facts import held_minor
from funds.settlement.services import batch_work, refund_not_sent, refund_send, tick
from tests.factories import funds as make
from tests.factories import pools as pools
from tests.factories import returns as back
from tests.support.remote_provider import remote

pytestmark = pytest.mark.django_db
REMOTE = ["tests.support.remote_provider", "funds.payments.providers.transfer", "funds.payments.providers.sandbox"]


@pytest.fixture
def provider(settings, tmp_path, monkeypatch):
    settings.PAYMENT_PROVIDERS = REMOTE
    monkeypatch.setattr(remote, "file", tmp_path / "sent.json")
    monkeypatch.setattr(remote, "down", False)
    monkeypatch.setattr(remote, "by_officer", False)
    return remote


def many(world, count, kind="sandbox", seed=1):
    dice = random.Random(seed)
    return back.many_gifts(world, [dice.randint(1, 500_00) for _ in range(count)], kind=kind)


def test_few_gifts_are_worked_off_in_the_step_that_ends_the_project():
    world = make.open_village_project()
    back.paid_gift(world, 1_000_00)
    back.many_gifts(world, [300_00], kind="sandbox")
    back.give_up(world)
    batch = RefundBatch.objects.get()
    assert (batch.total_minor, batch.finished_at) == (1_300_00, None)
    assert sorted(batch.parts.values_list("status", flat=True)) == [PartStatus.DONE, PartStatus.OFFICER]
    assert len(make.notices("refund_due")) == 1


def test_many_gifts_are_only_written_down_there_and_worked_off_afterwards(settings):
    settings.RETURNS_AT_ONCE = 5
    world = make.open_village_project()
    gifts = many(world, 8)
    back.give_up(world)
    assert set(RefundPart.objects.values_list("status", flat=True)) == {PartStatus.WAITING}
    assert not Entry.objects.filter(kind="refund.paid").exists()
    tick()
    assert set(RefundPart.objects.values_list("status", flat=True)) == {PartStatus.DONE}
    assert held_minor(world.project) == 0
    assert list(Refund.objects.order_by("id").values_list("amount_minor", flat=True)) == [
        gift.amount_minor for gift in gifts
    ]
    assert RefundBatch.objects.get().finished_at is not None


def test_interrupted_after_any_part_it_is_taken_up_where_it_stood(settings):
    settings.RETURNS_AT_ONCE = 0
    world = make.open_village_project()
    many(world, 6)
    back.give_up(world)
    batch = RefundBatch.objects.get()
    from funds.settlement.services.returning.working import part_work

    for part in batch.parts.all()[:3]:
        part_work(part)
    part_work(batch.parts.first())
    assert Entry.objects.filter(kind="refund.paid").count() == 3
    assert batch_work(batch) == []
    assert batch_work(batch) == []
    assert Entry.objects.filter(kind="refund.paid").count() == 6
    assert held_minor(world.project) == 0


def test_pools_have_their_money_back_at_once():
    world, village = pools.pool_and_village()
    pools.booked(world, pools.giving(world, village.project))
    held = codes.held_pool(world.custodian.public_id, world.pool.public_id)
    before = balance(held, "KGS")
    back.give_up(village)
    assert balance(held, "KGS") > before
    assert RefundBatch.objects.get().finished_at is not None


def test_the_provider_is_asked_outside_and_its_own_word_books(provider):
    world = make.open_village_project()
    (gift,) = back.many_gifts(world, [700_00], kind="stripe")
    back.give_up(world)
    assert provider.sent() == {}
    tick()
    part = RefundPart.objects.get()
    assert provider.sent() == {gift.public_id: 700_00}
    assert (part.status, part.answered_at is not None) == (PartStatus.PROVIDER, True)
    assert held_minor(world.project) == 700_00
    back.provider_says_sent(gift, 700_00)
    part.refresh_from_db()
    assert (part.status, held_minor(world.project)) == (PartStatus.DONE, 0)
    assert RefundBatch.objects.get().finished_at is not None


def test_a_provider_that_does_not_answer_is_asked_again_and_sends_once(provider):
    world = make.open_village_project()
    (gift,) = back.many_gifts(world, [700_00], kind="stripe")
    back.give_up(world)
    provider.down = True
    tick()
    part = RefundPart.objects.get()
    assert (part.status, part.attempts) == (PartStatus.PROVIDER, 1)
    assert "ConnectionError" in part.error
    provider.down = False
    tick()
    tick()
    assert provider.sent() == {gift.public_id: 700_00}


def test_a_provider_that_cannot_leaves_it_to_officers(provider):
    world = make.open_village_project()
    back.many_gifts(world, [700_00], kind="stripe")
    back.give_up(world)
    provider.by_officer = True
    tick()
    assert RefundPart.objects.get().status == PartStatus.OFFICER
    back.send_back(world, Refund.objects.get())
    assert RefundPart.objects.get().status == PartStatus.DONE


def test_what_a_provider_sends_nobody_sends_by_hand(provider):
    world = make.open_village_project()
    back.many_gifts(world, [700_00], kind="stripe")
    back.give_up(world)
    tick()
    refund = Refund.objects.get()
    with pytest.raises(RuleNotMet) as refused:
        refund_send(
            refund=refund, actor=world.officer, bank_reference="R", bank_line=None, proof=make.factor(world.officer)
        )
    assert refused.value.code == "not_by_hand"
    with pytest.raises(RuleNotMet) as too_early:
        refund_not_sent(refund=refund, actor=world.officer, reason="Ничего не пришло")
    assert too_early.value.code == "with_provider"
    with clock.moved_to(clock.now() + dt.timedelta(days=15)):
        refund_not_sent(refund=refund, actor=world.officer, reason="Ничего не пришло")
        assert RefundPart.objects.get().status == PartStatus.OFFICER


def test_the_database_keeps_a_division_as_it_was_written():
    world = make.open_village_project()
    many(world, 2)
    back.give_up(world)
    part = RefundPart.objects.first()
    for change in ({"amount_minor": 1}, {"status": PartStatus.WAITING, "done_at": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            RefundPart.objects.filter(pk=part.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        RefundPart.objects.filter(pk=part.pk)._raw_delete("default")


def test_money_that_came_after_the_end_is_a_batch_of_its_own():
    world = make.open_village_project()
    many(world, 2)
    back.give_up(world)
    late = back.many_gifts(world, [77_00], kind="sandbox")
    tick()
    assert RefundBatch.objects.count() == 2
    assert Refund.objects.get(payment=late[0]).amount_minor == 77_00
    assert held_minor(world.project) == 0


def test_dividing_asks_the_database_as_often_for_two_as_for_sixty(django_assert_max_num_queries, settings):
    settings.RETURNS_AT_ONCE = 0
    world = make.open_village_project()
    many(world, 60)
    from funds.returns.models import BatchReason
    from funds.settlement.services.returning.dividing import batch_open

    with django_assert_max_num_queries(18), transaction.atomic():
        batch_open(world.project, BatchReason.FAILED)
    assert RefundPart.objects.count() == 60


@given(
    brought=st.lists(st.integers(min_value=1, max_value=10**9), min_size=1, max_size=60),
    percent=st.integers(min_value=0, max_value=100),
)
def test_a_division_is_exact_and_nobody_gets_more_than_they_gave(brought, percent):
    held = sum(brought) * percent // 100
    parts = largest_remainder(held, brought)
    assert sum(parts) == held
    assert all(part <= came for part, came in zip(parts, brought, strict=True))


def test_after_a_stage_was_paid_out_the_rest_is_divided_exactly_and_nobody_gains():
    world = make.under_way(donors=10_000_01, village=10_000_00, stages=3)
    more = many(world, 7)
    make.released(world, 1)
    left = held_minor(world.project)
    back.give_up(world)
    refunds = {refund.payment_id: refund.amount_minor for refund in Refund.objects.all()}
    assert sum(refunds.values()) == left == RefundBatch.objects.get().total_minor
    assert all(refunds.get(gift.pk, 0) <= gift.amount_minor for gift in more)
