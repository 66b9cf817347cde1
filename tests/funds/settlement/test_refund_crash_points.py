"""Killed before any one of its statements while a division is worked off: taken up again, it comes to the same end.

Unlike one deed, a batch is many transactions: it may be half done. What may never be: one part half done, one part
twice, a message twice, or one gift that the provider sent twice.
"""

import random
from collections import Counter

import pytest

from birge.money import Money
from birge.notifications.models import Notice
from funds.ledger.checks import check_ledger
from funds.ledger.models import Entry
from funds.payments.models import Payment
from funds.releases.models import GiftBack, Refund
from funds.returns.models import MoveOffer, PartStatus, RefundBatch, RefundPart
from funds.settlement.facts import held_minor
from funds.settlement.services import batch_work, gift_back_ask, gift_back_pay, gift_move
from tests.factories import funds as make
from tests.factories import pools
from tests.factories import returns as back
from tests.support.dying import kill_at_each_step, run_until
from tests.support.remote_provider import remote

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.postgresql]
REMOTE = ["tests.support.remote_provider", "funds.payments.providers.transfer", "funds.payments.providers.sandbox"]


@pytest.fixture(autouse=True)
def provider(settings, tmp_path, monkeypatch):
    settings.PAYMENT_PROVIDERS, settings.RETURNS_AT_ONCE = REMOTE, 0
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}  # the kill decides when
    monkeypatch.setattr(remote, "file", tmp_path / "sent.json")
    return remote


def a_batch_of_every_kind():
    """Return a batch with a pool's gift, play money, a transfer, a card, and a gift that goes on."""
    world, village = pools.pool_and_village()
    pools.booked(world, pools.giving(world, village.project))
    back.beside(village)
    back.paid_gift(village, 200_00)
    back.choose_village(back.paid_gift(village, 300_00))
    for kind in ("sandbox", "stripe"):
        back.many_gifts(village, [111_00], kind=kind)
    back.give_up(village)
    return village, RefundBatch.objects.get()


def test_killed_anywhere_a_batch_comes_to_the_same_end(provider):
    world, batch = a_batch_of_every_kind()
    # Each time it is killed at its first, second, third… statement: so it gets a little further, or nowhere.
    killed = kill_at_each_step(lambda: batch_work(RefundBatch.objects.get(pk=batch.pk)))
    assert killed > 10, "it ends before anything could go wrong"
    assert check_ledger() == []
    assert batch_work(batch) == []
    states = Counter(RefundPart.objects.values_list("status", flat=True))
    assert states == {PartStatus.DONE: 2, PartStatus.OFFICER: 1, PartStatus.PROVIDER: 1, PartStatus.OFFERED: 1}
    assert provider.sent() == {Payment.objects.get(kind="stripe").public_id: 111_00}
    assert Entry.objects.filter(kind="refund.paid").count() == Entry.objects.filter(kind="pool.returned").count() == 1
    assert Notice.objects.filter(template="refund_due").count() == 1
    assert Notice.objects.filter(template="move_offered").count() == 1
    waiting = Refund.objects.filter(status="due").values_list("amount_minor", flat=True)
    assert sum(waiting) == held_minor(world.project)


@pytest.mark.parametrize("what", ["moving", "giving_back"])
def test_killed_anywhere_one_deed_is_whole_or_nothing_and_then_once(what):
    act, kind = {"moving": a_gift_that_moves, "giving_back": a_gift_asked_back}[what]()
    assert kill_at_each_step(act) > 10
    act()
    assert Entry.objects.filter(kind=kind).count() == 1
    assert check_ledger() == []


def a_gift_that_moves():
    world = make.open_village_project()
    back.beside(world)
    back.choose_village(back.paid_gift(world, 300_00))
    back.give_up(world)
    batch_work(RefundBatch.objects.get())
    return (lambda: gift_move(offer=MoveOffer.objects.get())), "surplus.moved"


def a_gift_asked_back():
    world = make.under_way()
    gift = Payment.objects.get(kind="transfer")
    gift_back_ask(payment=gift, amount=Money(100_00, "KGS"), reason="Заболел", actor=world.officer)
    return (
        lambda: gift_back_pay(
            wish=GiftBack.objects.get(),
            actor=world.second_officer,
            bank_reference="OUT",
            bank_line=None,
            proof=make.factor(world.second_officer),
        )
    ), "refund.paid"


def test_hundreds_of_refunds_killed_at_random_moments_end_as_if_nothing_had_been():
    world = make.open_village_project()
    seed = random.randrange(10**6)
    dice = random.Random(seed)
    amounts = [dice.randint(1, 900_00) for _ in range(150)]
    back.many_gifts(world, amounts, kind="sandbox")
    back.give_up(world)
    batch = RefundBatch.objects.get()
    for _ in range(6):
        run_until(lambda: batch_work(RefundBatch.objects.get(pk=batch.pk)), dice.randint(50, 450))
    assert 0 < RefundPart.objects.filter(status=PartStatus.DONE).count() < 150, f"seed {seed}"
    assert batch_work(batch) == []
    batch.refresh_from_db()
    assert batch.finished_at is not None
    assert sorted(Refund.objects.values_list("amount_minor", flat=True)) == sorted(amounts), f"seed {seed}"
    assert Entry.objects.filter(kind="refund.paid").count() == 150
    assert held_minor(world.project) == 0
