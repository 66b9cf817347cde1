"""Whatever people do in whatever order, the books say the same as the pledges, the payments and the plan."""

import contextlib
import random

import pytest

from birge.errors import BirgeError
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.checks import check_ledger
from funds.matching.selectors import village_outstanding, village_reserved
from funds.payments.models import Payment
from funds.payments.services import payment_confirm, payment_refuse
from funds.pledges.models import Pledge
from funds.pledges.tokens import pledge_token
from funds.settlement.facts import held_minor
from funds.settlement.services import pledge_lapse_and_release, pledge_withdraw_and_release
from tests.factories.funds import (
    VillageProject,
    confirm,
    factor,
    open_village_project,
    pledge,
    record,
    record_village,
)

pytestmark = pytest.mark.django_db
STEPS = 40


@pytest.mark.parametrize("seed", range(8))
def test_a_random_history_keeps_the_books_whole(seed):
    dice = random.Random(seed)
    world = open_village_project(donors=10_000_00, village=dice.choice([3_000_00, 10_000_00, 15_000_00]))
    for step in range(STEPS):
        act = dice.choice(
            [_pledges, _pledges, _confirms, _confirms, _records, _decides, _decides, _ends, _village_pays]
        )
        with contextlib.suppress(BirgeError):  # a refusal is an answer; it must leave nothing half done
            act(world, dice)
        world.project.refresh_from_db()
        _assert_whole(world, f"seed {seed}, step {step}, {act.__name__}")
    assert check_ledger() == []


def _assert_whole(world: VillageProject, where: str) -> None:
    custodian, project = world.custodian.public_id, world.project.public_id
    open_pledges = Pledge.objects.filter(project=world.project, status__in=["confirmed", "due"])
    promised = sum(each.plan_amount_minor for each in open_pledges)
    confirmed = Payment.objects.filter(project=world.project, status="confirmed")
    share = world.project.shares.get(party="village").amount_minor
    assert balance(codes.promised(custodian, project), "KGS") == promised, where
    assert balance(codes.reserved(custodian, project), "KGS") == village_reserved(world.project), where
    assert held_minor(world.project) == sum(each.amount_minor for each in confirmed), where
    village = sum(each.amount_minor for each in confirmed.filter(kind="village"))
    assert village_outstanding(world.project) == max(0, share - village), where


def _some(dice: random.Random, rows: list) -> object:
    return dice.choice(rows) if rows else None


def _pledges(world: VillageProject, dice: random.Random) -> None:
    pledge(world.project, dice.randint(50_00, 4_000_00))


def _confirms(world: VillageProject, dice: random.Random) -> None:
    made = _some(dice, list(Pledge.objects.filter(status="made")))
    if made:
        confirm(made)


def _records(world: VillageProject, dice: random.Random) -> None:
    given = _some(dice, list(Pledge.objects.exclude(status="made")))
    if given:
        record(world, given, dice.choice([given.amount_minor, dice.randint(1, 2 * given.amount_minor)]))


def _decides(world: VillageProject, dice: random.Random) -> None:
    payment = _some(dice, list(Payment.objects.filter(status="recorded")))
    if not payment:
        return
    if dice.random() < 0.2:
        payment_refuse(payment=payment, actor=world.second_officer, reason="not on the statement")
    else:
        payment_confirm(payment=payment, actor=world.second_officer, proof=factor(world.second_officer))


def _ends(world: VillageProject, dice: random.Random) -> None:
    given = _some(dice, list(Pledge.objects.all()))
    if given and dice.random() < 0.5:
        pledge_withdraw_and_release(pledge=given, token=pledge_token(given))
    elif given:
        pledge_lapse_and_release(pledge=given, reason="its horizon has passed")


def _village_pays(world: VillageProject, dice: random.Random) -> None:
    if dice.random() < 0.4:
        record_village(world, dice.randint(1, 6_000_00))


ACTS = [_pledges, _pledges, _confirms, _confirms, _records, _decides, _decides, _ends, _village_pays]
