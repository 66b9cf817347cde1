"""The process is killed before any one of its statements while a transfer is booked: nothing happened, or all of it."""

import pytest

from funds.ledger.checks import check_ledger
from funds.ledger.models import Command, Entry
from funds.settlement.services import proposal_book, transfer_close_confirm
from funds.transfers.models import Transfer, TransferStep
from tests.factories import pools
from tests.factories import transfers as make
from tests.factories.funds import factor
from tests.support.dying import kill_at_each_step

# On the database of production only: a fresh clone has 25 minutes for everything.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.postgresql]


def fresh(transfer):
    return Transfer.objects.select_related("sender", "receiver").get(pk=transfer.pk)


def deciding():
    both = make.two()
    proposal = pools.approved(both.here, pools.proposed(both.here, 100_00, kind="pass_on", to_pool=both.there.pool))
    who = both.here.association.chair
    return lambda: proposal_book(proposal=proposal, actor=who, proof=factor(who))


def sending():
    both = make.two()
    transfer = make.approved(both)
    return lambda: make.send(both, fresh(transfer), bank_reference="OUT")


def receiving():
    both = make.two()
    transfer = make.sent(both)
    return lambda: make.receive(both, fresh(transfer))


def receiving_less():
    both = make.two()
    transfer = make.sent(both)
    return lambda: make.receive(both, fresh(transfer), 985_00)


def losing():
    both = make.two()
    transfer = make.closing(both, how="lost")
    return lambda: transfer_close_confirm(transfer=fresh(transfer), actor=both.second, proof=factor(both.second))


@pytest.mark.parametrize("prepare", [deciding, sending, receiving, receiving_less, losing])
def test_killed_anywhere_it_is_all_or_nothing_and_then_once(prepare):
    act = prepare()
    before = state()
    killed = kill_at_each_step(act, state=state)
    assert killed > 5, "the act ends before anything could go wrong"
    after = state()
    assert after != before
    act()
    assert state() == after, "a second time it happened again"
    assert check_ledger() == []


def state():
    """Return what the act may change, as counts and statuses."""
    finished = Command.objects.exclude(result_ref="").count()
    statuses = sorted(Transfer.objects.values_list("pk", "status", "received_minor"))
    return finished, Entry.objects.count(), TransferStep.objects.count(), statuses
