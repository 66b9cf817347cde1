"""Many transfers both ways, in whichever order: what is owed moves once, by what arrived, and fees are named."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from birge.errors import BirgeError
from funds.ledger.checks import check_ledger
from funds.settlement.services import transfer_close_confirm, transfer_refuse
from funds.transfers.models import Transfer
from funds.transfers.services import transfer_approve, transfer_close_ask, transfer_close_refuse
from tests.factories import pools
from tests.factories import transfers as make
from tests.factories.funds import factor

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.sqlite]  # once: it takes long
START = 10_000_00


def step(both, transfer, chance):
    """Let one of the things happen that can happen to this transfer now; return whether one did."""
    status = transfer.status
    if status == "asked":
        return make.prepared(both, transfer=transfer)
    if status == "prepared":
        return transfer_approve(transfer=transfer, actor=both.second, proof=factor(both.second))
    if status == "approved" and chance.random() < 0.15:
        return transfer_refuse(transfer=transfer, actor=both.clerk, reason="no")
    if status == "approved":
        return make.send(both, transfer)
    if status == "sent" and chance.random() < 0.4:
        how = chance.choice(["came_back", "lost"])
        return transfer_close_ask(transfer=transfer, actor=both.clerk, how=how, reason="asked the bank")
    if status == "closing" and chance.random() < 0.5:
        return transfer_close_confirm(transfer=transfer, actor=both.second, proof=factor(both.second))
    if status == "closing" and chance.random() < 0.5:
        return transfer_close_refuse(transfer=transfer, actor=both.second, reason="not so")
    if status in ("sent", "closing"):
        fee = chance.choice([0, 0, 1, transfer.amount_minor // 50])
        return make.receive(both, transfer, transfer.amount_minor - fee)
    return None


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**6))
def test_the_sum_owed_never_changes_but_by_named_fees_and_losses(seed):
    chance = random.Random(seed)
    there = make.two(START)
    pools.paid_in(there.there, START)
    back = make.Two(here=there.there, there=there.here)
    moves = []
    for _n in range(4):
        ends = chance.choice([there, back])
        with_money = chance.randrange(1_00, 3_000_00)
        try:
            moves.append((ends, make.asked(ends, with_money)))
        except BirgeError as refusal:
            if refusal.code != "insufficient_funds":
                raise
    for _round in range(40):
        for ends, transfer in chance.sample(moves, len(moves)):
            transfer.refresh_from_db()
            step(ends, transfer, chance)
            assert sum(there.owed()) == 2 * START - gone(moves), f"seed {seed}"
    assert not [each for each in of(moves) if each.status in ("sent", "closing")], f"seed {seed}"
    assert (there.transit(), back.transit(), check_ledger()) == (0, 0, []), f"seed {seed}"
    assert there.owed() == there.banked()


def of(moves):
    return Transfer.objects.filter(pk__in=[transfer.pk for _ends, transfer in moves])


def gone(moves):
    """Return what banks kept and what was lost."""
    lost = sum(each.amount_minor for each in of(moves).filter(status="lost"))
    return lost + sum(each.fee_minor for each in of(moves).filter(status="received"))
